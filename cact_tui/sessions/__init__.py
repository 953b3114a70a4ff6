"""The session machine: states, events, commands, decide and evolve, engine."""
