"""Which stage a view leads to."""

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
from cact_tui.plain.answering import Answering, answering
from cact_tui.plain.identity import Confirming, identifying
from cact_tui.plain.language import ChoosingLanguage
from cact_tui.plain.reading import Reading
from cact_tui.plain.stage import Stage, Step
from cact_tui.plain.standing import Ended, Standing, Told

if TYPE_CHECKING:
    from cact_tui.delivery.views import View


def turned(view: View, before: Stage | None, item: Answering | None) -> Step:
    """Return the step to a view from the stage before it.

    `item` is the last item that was said: after a standstill the same one may come back.
    """
    seen = before.see(view) if before else None
    if seen is not None:
        return seen
    stage = _opened(view, item)
    return Step(stage=stage, say=("", *stage.opening))


def _opened(view: View, item: Answering | None) -> Stage:
    match view:
        case LanguageView() | IdentityView() | ConfirmView():
            return _at_reception(view)
        case PassageView():
            return Reading(view=view)
        case ItemView():
            return answering(view, item)
        case StandstillView():
            return Standing(view=view)
        case MessageView():
            return Told(view=view)
        case EndView():
            return Ended(view=view)


def _at_reception(view: LanguageView | IdentityView | ConfirmView) -> Stage:
    match view:
        case LanguageView():
            return ChoosingLanguage(view=view)
        case IdentityView():
            return identifying(view)
        case ConfirmView():
            return Confirming(view=view)
