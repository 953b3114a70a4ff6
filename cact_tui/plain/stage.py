"""What every part of the linear mode is: said once, then asking for a line and answering it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.delivery.actions import Action, Back
from cact_tui.plain.commands import Command

if TYPE_CHECKING:
    from cact_tui.delivery.views import View


class Stage:
    """A view as a conversation. Stages are frozen: each line leads to a `Step`."""

    @property
    def language(self) -> str:
        """Return the language it speaks."""
        raise NotImplementedError

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages of help: several as long as nobody has chosen one."""
        return (self.language,)

    @property
    def begun(self) -> bool:
        """Return whether the test has begun, so that leaving pauses it."""
        return False

    @property
    def whole(self) -> tuple[str, ...]:
        """Return all there is to hear, as paragraphs."""
        raise NotImplementedError

    @property
    def opening(self) -> tuple[str, ...]:
        """Return what is said first."""
        return self.whole

    @property
    def case(self) -> tuple[str, ...]:
        """Return the case that belongs to it, if there is one."""
        return ()

    @property
    def how(self) -> tuple[str, ...]:
        """Return what may be typed here."""
        raise NotImplementedError

    @property
    def prompt(self) -> str:
        """Return what asks for a line; nothing where only waiting is possible."""
        raise NotImplementedError

    @property
    def secret(self) -> bool:
        """Return whether what is typed here must not be seen."""
        return False

    @property
    def offered(self) -> tuple[Command, ...]:
        """Return the commands that are taken here."""
        return (Command.HELP, Command.REPEAT)

    @property
    def beneath(self) -> Stage:
        """Return the stage that a question lies over, else the stage itself."""
        return self

    def answer(self, line: str) -> Step:
        """Return what a line leads to that is no command."""
        raise NotImplementedError

    def see(self, view: View) -> Step | None:
        """Return the step to a new view of the same thing; None when it is another thing."""
        del view
        return None

    def back(self) -> Step:
        """Return the step that goes back."""
        return Step(stage=self, action=Back())


@frozen(kw_only=True)
class Step:
    """What a line or a view led to.

    `say` is said at once, then `action` is done; `otherwise` is said if the flow has nothing to say
    after it. `chose` tells of a new choice, `time` asks for the time left, `close` for the end.
    """

    stage: Stage
    say: tuple[str, ...] = ()
    action: Action | None = None
    otherwise: str = ""
    chose: bool = False
    time: bool = False
    close: bool = False
