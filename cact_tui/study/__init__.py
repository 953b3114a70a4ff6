"""Studies: the real rules and banks of an event over simulated participants, and what they show."""
