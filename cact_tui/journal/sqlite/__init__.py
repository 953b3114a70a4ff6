"""The journal on SQLite: one file on a local disk, shared by the processes of one host."""

from cact_tui.journal.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
