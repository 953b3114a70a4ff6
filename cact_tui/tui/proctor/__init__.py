"""The proctor's screens: pure lines from frozen snapshots, drawn by one app."""
