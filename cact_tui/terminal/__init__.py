"""A Textual driver over any byte channel, a cell differ, terminal profiles."""
