"""The key hints that stand in the same place on every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.i18n import translator
from cact_tui.tui.participant.stage import SHORTCUTS, Command, Hint

if TYPE_CHECKING:
    from collections.abc import Iterable

_HINTED = (Command.CASE, Command.PROCTOR, Command.HELP)
_KEYS = {command: name.upper() for name, command in SHORTCUTS.items()}


def menu_hints(
    language: str, commands: Iterable[Command], *, menu: bool = True
) -> tuple[Hint, ...]:
    """Return the menu's key and the short cuts of what may be asked for."""
    _ = translator(language).gettext
    offered = tuple(commands)
    short = {Command.CASE: _("case"), Command.PROCTOR: _("proctor"), Command.HELP: _("help")}
    keys = (Hint(_KEYS[command], short[command]) for command in _HINTED if command in offered)
    return (*((Hint("Esc", _("menu")),) if menu else ()), *keys)
