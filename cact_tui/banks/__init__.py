"""Item banks: items, scoring keys, reading and checking."""
