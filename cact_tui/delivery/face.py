"""What a face (screens, plain mode, simulated participant) and the flow know of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.actions import Action
    from cact_tui.delivery.views import ClockReading, View


@frozen(kw_only=True)
class Terminal:
    """What a participant sits at, for the record.

    `seat`, `address` and `client` (its program and version) are known in a hall, empty elsewhere.
    """

    mode: str
    terminal: str
    columns: int
    rows: int
    charset: str
    colours: str
    seat: str = ""
    address: str = ""
    client: str = ""


class Flow(Protocol):
    """The participant's way through the test. All calls come from one event loop."""

    @property
    def view(self) -> View:
        """Return what is to be shown now."""

    @property
    def clock(self) -> ClockReading:
        """Return the participant's clock."""

    def listen(
        self,
        on_view: Callable[[View], None],
        on_clock: Callable[[ClockReading], None],
        on_fault: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        """Be told of every new view, of the clock once a second while it runs, and of a fault.

        A fault arose beside the participant's acts, where time is counted: the face must end.
        """

    async def start(self) -> None:
        """Find out what is to be shown first."""

    async def act(self, action: Action) -> None:
        """Do what the participant asks; returns when the resulting view is set.

        An action that does not fit the view is ignored. A second `Respond` while one is being
        saved is ignored; a call, a comment or leaving is done afterwards.
        """

    def appeared(self) -> None:
        """The item is really on the screen: its time begins to count."""

    def hidden(self) -> None:
        """The item is covered (help, menu, too small a terminal): its time stands still."""

    def saw_last_page(self) -> None:
        """The last page of the item was seen."""

    def changed_choice(self) -> None:
        """The participant chose, or chose something else."""

    def laid_out(self, pages: int) -> None:
        """The item takes so many pages on this terminal."""

    async def close(self) -> None:
        """The terminal goes away; the session stays as it is."""
