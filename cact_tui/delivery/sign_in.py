"""Who may come in at a hall's terminals: what the way in asks, and what it is told."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from cact_tui.journal.roster import Registration, Sitting

if TYPE_CHECKING:
    from cact_tui.i18n import Translator


class Why(StrEnum):
    """Why somebody is not let in."""

    UNKNOWN = "unknown"
    NOT_OPEN = "not_open"
    OTHER_SITTING = "other_sitting"
    CLOSED = "closed"
    LATE = "late"
    REFUSED = "refused"
    NO_PIN = "no_pin"
    WRONG_PIN = "wrong_pin"
    WRONG_NAME = "wrong_name"
    LOCKED = "locked"


@frozen(kw_only=True)
class TurnedAway:
    """Somebody is not let in. `minutes` until a lock opens, or within which one had to come."""

    why: Why
    sitting: Sitting | None = None
    minutes: int = 0
    attempts: int = 0


class SignIn(Protocol):
    """Recognises participants of open sittings."""

    @property
    def asks_pin(self) -> bool:
        """Return whether a PIN is asked for."""

    @property
    def asks_name(self) -> bool:
        """Return whether a name or a NIP is asked for: no PIN is, and no proctor looks."""

    async def has_roster(self) -> bool:
        """Return whether only those may sign in who are on a roster."""

    async def recognise(self, number: str, proof: str, seat: str) -> Registration | TurnedAway:
        """Return who has the number, if that is proved and may sign in now.

        `proof` is the PIN, the name or the NIP, whatever is asked for. `seat` is where the
        terminal stands, empty if nobody knows. Failures are counted for the participant and for
        the seat, in the store, whatever process is asked.

        Raises:
            StorageTrouble: nobody can be let in now.
        """

    async def unwelcome(self, who: Registration) -> TurnedAway | None:
        """Return what keeps somebody out who was recognised; asked again before a test opens."""


def sentence(translator: Translator, refusal: TurnedAway) -> str:
    """Return why somebody is not let in, and what to do, in words for a participant."""
    _ = translator.gettext
    sitting = refusal.sitting
    place = _("{date}, {room}, wave {wave}").format(
        date=sitting.date if sitting else "–",
        room=sitting.room if sitting else "–",
        wave=sitting.wave if sitting else "–",
    )
    sentences = {
        Why.UNKNOWN: _("This number is not on the list. Please check it, or ask the proctor."),
        Why.NOT_OPEN: _("Your sitting has not been opened yet. Please wait for the proctor."),
        Why.OTHER_SITTING: _("You are expected at another time: {place}. Please ask the proctor."),
        Why.CLOSED: _("Your sitting is over ({place}). Please ask the proctor."),
        Why.LATE: _("The test began more than {minutes} minutes ago. Please ask the proctor."),
        Why.REFUSED: _("Your identity was not confirmed. Please go to the proctor."),
        Why.NO_PIN: _("You have no PIN for this sitting yet. Please ask the proctor for one."),
        Why.WRONG_PIN: translator.ngettext(
            "The number or the PIN is not right. {attempts} more try.",
            "The number or the PIN is not right. {attempts} more tries.",
            refusal.attempts,
        ),
        Why.WRONG_NAME: translator.ngettext(
            "The number or the name is not right. {attempts} more try.",
            "The number or the name is not right. {attempts} more tries.",
            refusal.attempts,
        ),
        Why.LOCKED: translator.ngettext(
            "Too many failed tries. Wait {minutes} minute, or ask the proctor.",
            "Too many failed tries. Wait {minutes} minutes, or ask the proctor.",
            refusal.minutes,
        ),
    }
    return sentences[refusal.why].format(
        place=place, minutes=refusal.minutes, attempts=refusal.attempts
    )
