"""Sentences for participants, the same on every face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.sessions.decide import Reason

if TYPE_CHECKING:
    from cact_tui.i18n import Translator


def saved(translator: Translator, answered: int) -> str:
    """Return that the n-th answer is safe."""
    return translator.gettext("answer {n} saved").format(n=answered)


def saving(translator: Translator) -> str:
    """Return that an answer is on its way."""
    return translator.gettext("saving…")


def not_saved(translator: Translator) -> str:
    """Return that the answer on the screen is not safe yet and is being sent again."""
    return translator.gettext("NOT SAVED YET – trying again, please wait or call the proctor")


def place(translator: Translator, number: int, count: int) -> str:
    """Return where in the battery a section stands."""
    return translator.gettext("section {number} of {count}").format(number=number, count=count)


def duration(translator: Translator, seconds: int) -> str:
    """Return a budget in minutes."""
    minutes = round(seconds / 60)
    return translator.ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)


def time_left(translator: Translator, minutes: int) -> str:
    """Return the warning that only so many minutes are left."""
    sentence = translator.ngettext("{n} minute left", "{n} minutes left", minutes)
    return sentence.format(n=minutes)


def word_of_agreement(translator: Translator) -> str:
    """Return the word to be typed to confirm identity and receipt of the notice."""
    return translator.gettext("AGREE")


def word_of_leaving(translator: Translator) -> str:
    """Return the word to be typed to leave for now."""
    return translator.gettext("LEAVE")


def standstill(translator: Translator, why: str) -> tuple[str, str]:
    """Return title and text of a standstill, by `Standstill` value."""
    _ = translator.gettext
    sentences = {
        "paused": (
            _("TEST PAUSED"),
            _("The proctor has paused your test. Your time stands still.\n\nPlease stay seated."),
        ),
        "left": (
            _("TEST PAUSED"),
            _(
                "You have left your test. Your answers are saved and your time stands still.\n\n"
                "To go on, sign in again with your number, at this terminal or another one; you "
                "will come back to the same item."
            ),
        ),
        "awaiting": (
            _("WAITING FOR AUTHORISATION"),
            _("Your answers are saved and your time stands still.\n\nPlease wait for the proctor."),
        ),
        "refused": (
            _("PLEASE GO TO THE PROCTOR"),
            _(
                "The proctor could not confirm your identity. Your test stands still, and so does "
                "your time.\n\nPlease bring your papers to the proctor."
            ),
        ),
        "taken_over": (
            _("CONTINUED ELSEWHERE"),
            _(
                "Your test goes on at another terminal; this one is closed.\n\n"
                "If that was not you, call the proctor at once."
            ),
        ),
        "choosing": (_("ONE MOMENT"), _("The next item is being chosen.")),
        "trouble": (
            _("NO CONNECTION TO THE STORE"),
            _(
                "Nothing can be saved at the moment. What was marked as saved is safe, and your "
                "time stands still.\n\nPlease stay seated and call the proctor; the test goes on "
                "by itself when the trouble is over."
            ),
        ),
    }
    return sentences[why]


def not_begun(translator: Translator) -> str:
    """Return what somebody waits for who has just signed in."""
    return translator.gettext(
        "You are signed in. Your test has not begun, and no time is counted.\n\n"
        "Please wait for the proctor, who lets everybody begin."
    )


def waits_because(translator: Translator, reason: str) -> str:
    """Return why a test that has begun waits for authorisation again; empty for none."""
    _ = translator.gettext
    sentences = {
        "away": _("Your terminal was away for a while."),
        "cuts": _("The connection of your terminal was cut several times."),
    }
    return sentences.get(reason, "")


def pause_reason(translator: Translator, code: str) -> str:
    """Return a pause's reason as a participant is told it; empty where that concerns a person."""
    _ = translator.gettext
    reasons = {
        "environment.comfort": _("comfort of the room"),
        "environment.disturbance": _("disturbance"),
        "environment.noise": _("noise"),
        "environment.power_outage": _("power outage"),
        "environment.weather": _("weather"),
        "technical.freezing": _("screen frozen"),
        "technical.launching": _("difficulty in starting"),
        "technical.network": _("network trouble"),
        "technical.printing": _("printing trouble"),
        "technical.workstation": _("trouble with the terminal"),
    }
    return reasons.get(code, "")


def extra_time(translator: Translator, seconds: int, *, whole: bool) -> str:
    """Return that time was added to the section that runs, or to the whole test.

    A section takes its share of the latter, which is less than what is said.
    """
    minutes, rest = divmod(seconds, 60)
    in_seconds = bool(rest or not minutes)
    if in_seconds and whole:
        sentence = translator.gettext("extra time for the whole test: {n} seconds")
    elif in_seconds:
        sentence = translator.gettext("extra time: {n} seconds more")
    elif whole:
        sentence = translator.ngettext(
            "extra time for the whole test: {n} minute",
            "extra time for the whole test: {n} minutes",
            minutes,
        )
    else:
        sentence = translator.ngettext(
            "extra time: {n} minute more", "extra time: {n} minutes more", minutes
        )
    return sentence.format(n=seconds if in_seconds else minutes)


def refusal(translator: Translator, reason: Reason) -> str:
    """Return why something was refused, in words for a participant."""
    _ = translator.gettext
    sentences = {
        Reason.ENDED: _("This test has ended."),
        Reason.INVALIDATED: _("This test has ended."),
        Reason.LEAVING_FORBIDDEN: _("Leaving is not allowed in this room. Call the proctor."),
        Reason.INVALID_ANSWER: _("This answer cannot be taken. Please choose again."),
    }
    return sentences.get(reason, _("That is not possible now."))
