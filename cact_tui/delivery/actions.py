"""What a participant may do, as values that every face sends to the flow."""

from __future__ import annotations

from attrs import field, frozen


@frozen
class ChooseLanguage:
    """Begin in a language."""

    language: str


@frozen
class GoOnWith:
    """Go on with a test that was cut off, by its reference."""

    session: str


@frozen(kw_only=True)
class Identify:
    """Say who one is."""

    number: str
    name: str = field(default="", repr=False)
    position_group: str = ""
    pin: str = field(default="", repr=False)


@frozen
class Continue:
    """The last page was seen; go on."""


@frozen
class Back:
    """One step back, where that is possible (identity, confirmation)."""


@frozen
class Confirm:
    """The typed word of confirmation."""

    word: str


@frozen(kw_only=True)
class Respond:
    """Send an answer. `answer` is an id made once per answer, however often it is sent."""

    answer: str
    item: str
    position: int
    given: tuple[str, ...] = field(repr=False)


@frozen
class CallForProctor:
    """Call the proctor."""


@frozen
class WriteComment:
    """Comment on the test or the item shown."""

    text: str = field(repr=False)


@frozen
class Acknowledge:
    """A message was read, by its digest."""

    message: str


@frozen
class Leave:
    """Leave for now: pauses the test. `word` must be the language's word for it."""

    word: str


@frozen
class Return:
    """Go on after having left, without leaving the terminal."""


Action = (
    ChooseLanguage
    | GoOnWith
    | Identify
    | Continue
    | Back
    | Confirm
    | Respond
    | CallForProctor
    | WriteComment
    | Acknowledge
    | Leave
    | Return
)
