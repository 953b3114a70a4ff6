"""Who is expected, where and when, and the acts of proctors, all through the one write path."""
