"""Item response models, found by name through the entry point group ``cact_tui.models``."""
