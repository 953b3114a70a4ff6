"""What a participant is shown, as frozen values.

Screens, plain mode and the simulated participant are three faces of them.

Sentences are ready in the session's language; a face adds only its own key hints. All foreign text
has been cleaned (`cact_tui.text`).
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from cact_tui.banks.items import Form


@frozen
class Choice:
    """One of several things to choose from, by id."""

    id: str
    label: str


@frozen
class Fact:
    """A label and its value, set on one line."""

    label: str
    value: str


@frozen(kw_only=True)
class LanguageView:
    """Language choice; also offers to go on with tests that were cut off.

    `titles` holds the event's title per language; `unfinished` offers sessions by reference.
    """

    titles: tuple[str, ...]
    languages: tuple[Choice, ...]
    unfinished: tuple[Choice, ...] = ()


@frozen(kw_only=True)
class IdentityView:
    """Who are you: a number, and name and position group where no roster knows them.

    `ask_pin` says that a PIN proves it; what was typed as one is never handed back.
    """

    language: str
    title: str
    text: str
    ask_name: bool
    groups: tuple[Choice, ...]
    number: str = ""
    name: str = ""
    problem: str = ""
    ask_pin: bool = False


class Passage(StrEnum):
    """What a text to be read is about."""

    PRIVACY = "privacy"
    RULES = "rules"
    PRACTICE = "practice"
    SECTION = "section"
    BREAK = "break"


@frozen(kw_only=True)
class PassageView:
    """A text to be read to its last page before going on.

    `status` says that the answer before it is safe; `may_leave` that the test has begun and may be
    left here.
    """

    language: str
    passage: Passage
    title: str
    text: str
    facts: tuple[Fact, ...] = ()
    step: str = ""
    status: str = ""
    may_leave: bool = False


@frozen(kw_only=True)
class ConfirmView:
    """Identity and receipt of the notice, confirmed by typing `word`."""

    language: str
    title: str
    facts: tuple[Fact, ...]
    text: str
    word: str
    problem: str = ""


class Saving(StrEnum):
    """Whether the last answer is safe.

    It is the answer to the item shown that is `SAVING`, `NOT_SAVED` (tried again) or `DURABLE`
    (safe, while what comes next is being found), and the answer to the one before that is `SAVED`.
    """

    NONE = "none"
    SAVING = "saving"
    NOT_SAVED = "not_saved"
    DURABLE = "durable"
    SAVED = "saved"


@frozen(kw_only=True)
class ItemView:
    """One item on the screen.

    `options` stand in the order shown; their letters are A, B, C … by position. `position` is the
    number of the item in its section, from 1. `status` says in words what `saving` says.
    `at_most` is 0 in practice. `practice` answers are never scored or kept. `may_leave` says that
    the room allows to leave the test for now.
    """

    language: str
    heading: str
    place: str
    item: str
    position: int
    form: Form
    stem: str
    options: tuple[Choice, ...]
    choose: int = 1
    unit: str = ""
    decimals: int = 0
    stimulus_title: str = ""
    stimulus: str = ""
    answered: int = 0
    at_most: int = 0
    practice: bool = False
    saving: Saving = Saving.NONE
    status: str = ""
    trial: bool = False
    may_leave: bool = True

    @property
    def closed(self) -> bool:
        """Return whether its answer was sent: nothing changes any more, and no time runs."""
        return self.saving in (Saving.SAVING, Saving.NOT_SAVED, Saving.DURABLE)


class Standstill(StrEnum):
    """Why nothing can be answered now."""

    PAUSED = "paused"
    LEFT = "left"
    AWAITING = "awaiting"
    REFUSED = "refused"
    TAKEN_OVER = "taken_over"
    CHOOSING = "choosing"
    TROUBLE = "trouble"


HELD = frozenset({Standstill.PAUSED, Standstill.AWAITING, Standstill.REFUSED})
"""Where the participant sits and waits for somebody, who can be called."""


@frozen(kw_only=True)
class StandstillView:
    """The test stands still; the clock does too. `closing` means that this terminal is done."""

    language: str
    why: Standstill
    title: str
    text: str
    closing: bool = False

    @property
    def held(self) -> bool:
        """Return whether the proctor may be called, and a comment be made."""
        return self.why in HELD and not self.closing


@frozen(kw_only=True)
class MessageView:
    """A proctor's message, shown until it is acknowledged; nothing else is seen meanwhile."""

    language: str
    message: str
    title: str
    text: str


@frozen(kw_only=True)
class EndView:
    """The end: thanks, the reference number, what happens next, the profile where policy allows."""

    language: str
    title: str
    reference: str
    text: str
    profile: str = ""
    trial: bool = False


View = (
    LanguageView
    | IdentityView
    | PassageView
    | ConfirmView
    | ItemView
    | StandstillView
    | MessageView
    | EndView
)


@frozen(kw_only=True)
class ClockReading:
    """The participant's clock. `left` is seconds, None without a budget.

    `warning` is a sentence once at each warning threshold; `shown` says whether the clock is seen
    at first; `forced` that it must be seen even if the participant hid it.
    """

    left: int | None
    warning: str = ""
    forced: bool = False
    shown: bool = True
