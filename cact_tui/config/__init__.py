"""The event's one file, `config.toml`, and everything that it names."""
