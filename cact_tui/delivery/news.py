"""What happened to a session meanwhile, said once, in the status of the next view with room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from cact_tui.delivery import wording
from cact_tui.delivery.views import ItemView, PassageView, Saving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.i18n import Translator
    from cact_tui.sessions.events import TimeExtended


class News:
    """Remembers what was told of extra time, and of a terminal that was left behind."""

    def __init__(self, words: Translator, told: int, instead_of: str) -> None:
        """Begin at a terminal.

        Args:
            words: The participant's language.
            told: How many grants of extra time were known when the terminal got the session.
            instead_of: Where the session was open until then; empty if it was not.
        """
        self._words = words
        self._told = told
        self._to_say: list[str] = []
        if instead_of:
            sentence = words.gettext("your test was open at {place}; it is closed there now")
            self._to_say.append(sentence.format(place=instead_of))

    def beside(
        self, view: ItemView | PassageView, grants: Sequence[TimeExtended]
    ) -> ItemView | PassageView:
        """Return the view with the news in its status.

        An item whose answer is on its way tells of that alone; the news waits for what comes next.
        """
        if isinstance(view, ItemView) and view.closed:
            return view
        new, self._told = grants[self._told :], max(self._told, len(grants))
        for whole in (False, True):
            if more := sum(one.seconds for one in new if (one.section is None) is whole):
                self._to_say.append(wording.extra_time(self._words, more, whole=whole))
        if not self._to_say:
            return view
        said = self._to_say.pop(0)
        if isinstance(view, ItemView):
            return evolve(view, saving=Saving.NONE, status=said)
        return evolve(view, status=said)
