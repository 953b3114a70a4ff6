"""Proctors' screens in a process of their own, so that none of them delays an answer."""
