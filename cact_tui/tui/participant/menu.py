"""The menu: every command by digit, for keyboards without F-keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.i18n import translator
from cact_tui.tui.lines import BLANK, indent
from cact_tui.tui.participant.pick import Pick, pick_lines
from cact_tui.tui.participant.stage import SHORTCUTS, Command, Hint, Page, Stage, Step

if TYPE_CHECKING:
    from cact_tui.tui.keys import Key
    from cact_tui.tui.participant.stage import Area

_KEYS = {command: name.upper() for name, command in SHORTCUTS.items()}
_LABEL_COLUMNS = 48


@frozen(kw_only=True)
class Menu(Stage):
    """What may be asked for now; the first entry goes back to where one was."""

    language: str
    offered: tuple[Command, ...]
    pick: Pick
    held: bool = False

    def press(self, key: Key) -> Step:
        """A digit chooses; arrows and Enter do too; Esc goes back."""
        if key.name == "escape":
            return Step(self, Command.CLOSE)
        pick = self.pick.press(key)
        chosen = pick.at if key.name == "enter" else pick.by_digit
        after = evolve(self, pick=pick)
        return Step(after, self.offered[chosen]) if chosen >= 0 else Step(after)

    def draw(self) -> Page:
        """Return the list, with short cuts where there are any."""
        _ = translator(self.language).gettext
        labels = [self._label(command) for command in self.offered]
        rows = pick_lines(labels, self.pick, self.area.text_columns - 2, self.area.rows)
        spaced = [line for row in rows for line in (indent(row, 2), BLANK)]
        return Page(
            language=self.language,
            heading=_("MENU"),
            body=tuple(spaced),
            left=(Hint(f"1-{len(labels)}", _("choose")), Hint("Esc", _("back"))),
        )

    def _label(self, command: Command) -> str:
        label = command_label(self.language, command)
        if command is Command.CLOSE and self.held:
            label = translator(self.language).gettext("Back")
        return f"{label:{_LABEL_COLUMNS}}{_KEYS.get(command, '')}".rstrip()


def opened_menu(
    language: str, commands: tuple[Command, ...], area: Area, *, held: bool = False
) -> Menu:
    """Return the menu of a stage's commands; a test that is `held` is not gone on with."""
    offered = (Command.CLOSE, *commands)
    return Menu(area=area, language=language, offered=offered, pick=Pick(len(offered)), held=held)


def command_label(language: str, command: Command) -> str:
    """Return a command as a sentence."""
    _ = translator(language).gettext
    labels = {
        Command.CLOSE: _("Go on with the test"),
        Command.HELP: _("Help: which keys do what"),
        Command.CASE: _("Show the case again"),
        Command.CLOCK: _("Show or hide the clock"),
        Command.COMMENT: _("Write a comment"),
        Command.PROCTOR: _("Call the proctor"),
        Command.LEAVE: _("Leave the test for now"),
    }
    return labels[command]
