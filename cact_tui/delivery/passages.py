"""Texts to be read between items: rules, practice, sections, breaks, the end, standstills."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cact_tui.delivery import wording
from cact_tui.delivery.views import (
    EndView,
    Fact,
    Passage,
    PassageView,
    Standstill,
    StandstillView,
)
from cact_tui.i18n import pick, translator
from cact_tui.sessions.states import SessionState, Status

if TYPE_CHECKING:
    from cact_tui.config.settings import Materials
    from cact_tui.sessions.specification import SectionSpecification


def rules(materials: Materials, language: str) -> PassageView:
    """Return the rules of the test and what adaptive testing means."""
    texts = (materials.passages.rules, materials.passages.adaptive)
    return PassageView(
        language=language,
        passage=Passage.RULES,
        title=translator(language).gettext("RULES OF THE TEST"),
        text="\n\n".join(pick(text, language).strip("\n") for text in texts),
    )


def practice(language: str) -> PassageView:
    """Return what comes before the practice items."""
    _ = translator(language).gettext
    return PassageView(
        language=language,
        passage=Passage.PRACTICE,
        title=_("PRACTICE"),
        text=_(
            "First a few practice items on the real keys. They are not scored and not kept.\n\n"
            "Choose with a letter or the arrow keys, confirm with Enter, and send with Enter "
            "again. Until you send, you may change your choice."
        ),
    )


def section(
    specification: SectionSpecification, number: int, count: int, language: str
) -> PassageView:
    """Return the introduction of a section."""
    words = translator(language)
    _ = words.gettext
    facts = [Fact(_("Items"), _("at most {n}").format(n=specification.max_items))]
    if specification.seconds is not None:
        facts.append(Fact(_("Time"), wording.duration(words, specification.seconds)))
    return PassageView(
        language=language,
        passage=Passage.SECTION,
        title=pick(specification.title, language).upper(),
        text=pick(specification.introduction, language),
        facts=tuple(facts),
        step=wording.place(words, number, count),
    )


def rest(seconds: int, language: str) -> PassageView:
    """Return what is shown during a break."""
    words = translator(language)
    _ = words.gettext
    return PassageView(
        language=language,
        passage=Passage.BREAK,
        title=_("BREAK"),
        text=_("You may rest now. No time is counted. Go on whenever you are ready."),
        facts=(Fact(_("At most"), wording.duration(words, seconds)),),
    )


def standstill(why: Standstill, language: str, *, closing: bool = False) -> StandstillView:
    """Return why nothing can be answered now."""
    title, text = wording.standstill(translator(language), why.value)
    return StandstillView(language=language, why=why, title=title, text=text, closing=closing)


def end(
    state: SessionState, materials: Materials, language: str, wall_ms: int, profile: str
) -> EndView:
    """Return the end screen: the reference number, and the profile where it may be shown."""
    _ = translator(language).gettext
    zone = ZoneInfo(materials.event.timezone)
    moment = datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone(zone)
    locked = _("Your answers ({n}) are saved and locked, {time}.").format(
        n=state.answered, time=moment.strftime("%H:%M %Z")
    )
    finished = state.status is Status.FINISHED
    return EndView(
        language=language,
        title=_("FINISHED") if finished else _("TEST ENDED"),
        reference=state.session,
        text="\n\n".join((locked, pick(materials.passages.finish, language).strip("\n"))),
        profile=profile,
        trial=materials.trial,
    )
