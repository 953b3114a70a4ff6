"""From a session to its result: JSON, profile, replay."""
