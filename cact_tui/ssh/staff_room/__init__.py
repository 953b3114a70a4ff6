"""Proctors' screens in a process of their own, so that none of them delays an answer."""

from typing import Final

STAFF: Final = "staff"
"""The name of the process among the hall's others; workers are numbered from 1."""
