"""Which stage a new view leads to: a fresh one, or the one before with what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.delivery.views import (
    ConfirmView,
    EndView,
    IdentityView,
    ItemView,
    LanguageView,
    MessageView,
    PassageView,
    StandstillView,
)
from cact_tui.tui.participant.answering import Answering, answering, item_key
from cact_tui.tui.participant.identity import Identifying, identifying
from cact_tui.tui.participant.language import choosing_language
from cact_tui.tui.participant.passage import Confirming, Reading
from cact_tui.tui.participant.standstill import Ended, Standing, Told

if TYPE_CHECKING:
    from cact_tui.delivery.views import View
    from cact_tui.tui.participant.stage import Area, Stage


def successor(view: View, before: Stage | None, item: Answering | None, area: Area) -> Stage:
    """Return the stage of a view.

    Args:
        view: What the flow shows now.
        before: The stage so far.
        item: The last item that was shown, to which a pause returns.
        area: The room there is.
    """
    match view:
        case IdentityView():
            return _identity(view, before, area)
        case ConfirmView():
            return _confirmation(view, before, area)
        case ItemView():
            return _item(view, item, area)
        case LanguageView():
            return choosing_language(view, area)
        case _:
            return _text(view, area)


def _text(view: PassageView | StandstillView | MessageView | EndView, area: Area) -> Stage:
    match view:
        case PassageView():
            return Reading(area=area, view=view)
        case StandstillView():
            return Standing(area=area, view=view)
        case MessageView():
            return Told(area=area, view=view)
        case EndView():
            return Ended(area=area, view=view)


def _identity(view: IdentityView, before: Stage | None, area: Area) -> Identifying:
    if isinstance(before, Identifying) and before.view.language == view.language:
        return before.see(view)
    return identifying(view, area)


def _confirmation(view: ConfirmView, before: Stage | None, area: Area) -> Confirming:
    if isinstance(before, Confirming) and before.view.facts == view.facts:
        return before.see(view)
    return Confirming(area=area, view=view)


def continues(before: Stage | None, after: Stage) -> bool:
    """Return whether a stage goes on from the one before, with what was typed."""
    if isinstance(before, Answering) and isinstance(after, Answering):
        return before.item == after.item
    kept = Identifying | Confirming
    return isinstance(before, kept) and type(before) is type(after)


def _item(view: ItemView, before: Answering | None, area: Area) -> Answering:
    if before is None:
        return answering(view, area)
    if before.view.language == view.language and before.item == item_key(view):
        return before.see(view).fit(area)
    known = before.desk.last_seen and before.view.stimulus == view.stimulus != ""
    return answering(view, area, case_known=known)
