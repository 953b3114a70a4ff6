"""A Computer Assisted Competency Test for the terminal."""

__version__ = "0.1.0"
