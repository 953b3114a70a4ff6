"""Texts to be read between items: rules, practice, sections, breaks, the end, standstills."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import evolve

from cact_tui.delivery import wording
from cact_tui.delivery.views import (
    EndView,
    Fact,
    MessageView,
    Passage,
    PassageView,
    Standstill,
    StandstillView,
)
from cact_tui.i18n import pick, translator
from cact_tui.sessions.states import Identity, Phase, SessionState, Status

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
    facts = [Fact(_("Items"), _("at most {n}").format(n=specification.longest))]
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


def held(state: SessionState, language: str, since_ms: int, materials: Materials) -> StandstillView:
    """Return what a test waits for that is paused or not authorised.

    `since_ms` is when it was held, wall ms.
    """
    if state.status is Status.PAUSED:
        if state.paused_by == "participant":
            return standstill(Standstill.LEFT, language, closing=True)
        return _paused(state, language, _clock_time(since_ms, materials))
    if state.identity is Identity.REFUSED:
        return standstill(Standstill.REFUSED, language)
    return _waiting(state, language)


def _waiting(state: SessionState, language: str) -> StandstillView:
    words = translator(language)
    view = standstill(Standstill.AWAITING, language)
    if state.phase is Phase.RULES:
        return evolve(view, text=wording.not_begun(words))
    because = wording.waits_because(words, state.held_for)
    return evolve(view, text=" ".join(filter(None, (because, view.text))))


def _paused(state: SessionState, language: str, since: str) -> StandstillView:
    """Say since when, and why where that may be said."""
    words = translator(language)
    view = standstill(Standstill.PAUSED, language)
    facts = [words.gettext("Since {time}.").format(time=since)]
    reason = wording.pause_reason(words, state.held_for)
    if reason:
        facts.append(words.gettext("Reason: {reason}.").format(reason=reason))
    return evolve(view, text=f"{' '.join(facts)}\n\n{view.text}")


def taken_over(state: SessionState, language: str) -> StandstillView:
    """Return that the test goes on at another terminal, and at which seat if that is known."""
    view = standstill(Standstill.TAKEN_OVER, language, closing=True)
    if not state.seat:
        return view
    sentence = translator(language).gettext("It goes on at seat {seat}.").format(seat=state.seat)
    return evolve(view, text=f"{sentence} {view.text}")


def message(digest: str, text: str, language: str) -> MessageView:
    """Return a proctor's message; without its text, which was erased, only that there was one."""
    _ = translator(language).gettext
    return MessageView(
        language=language,
        message=digest,
        title=_("MESSAGE FROM THE PROCTOR"),
        text=text or _("(The text of this message was erased.)"),
    )


def _clock_time(wall_ms: int, materials: Materials) -> str:
    """Return a wall time as people in the room read it."""
    zone = ZoneInfo(materials.event.timezone)
    return datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone(zone).strftime("%H:%M %Z")


def end(
    state: SessionState, materials: Materials, language: str, wall_ms: int, profile: str
) -> EndView:
    """Return the end screen: the reference number, and the profile where it may be shown."""
    _ = translator(language).gettext
    locked = _("Your answers ({n}) are saved and locked, {time}.").format(
        n=state.answered, time=_clock_time(wall_ms, materials)
    )
    terminated = state.status in (Status.TERMINATED, Status.INVALIDATED)
    by_proctor = (_("The proctor has ended your test."),) if terminated else ()
    finished = state.status is Status.FINISHED
    return EndView(
        language=language,
        title=_("FINISHED") if finished else _("TEST ENDED"),
        reference=state.session,
        text="\n\n".join(
            (*by_proctor, locked, pick(materials.passages.finish, language).strip("\n"))
        ),
        profile=profile,
        trial=materials.trial,
    )
