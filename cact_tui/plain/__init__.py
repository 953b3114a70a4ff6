"""The linear mode: the same session line by line."""
