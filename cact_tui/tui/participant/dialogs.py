"""Dialogs over the test: a comment, a call for the proctor, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from attrs import evolve, frozen

from cact_tui.delivery.actions import CallForProctor, Leave, WriteComment
from cact_tui.i18n import translator
from cact_tui.tui.entry import Entry, area_lines, field_line
from cact_tui.tui.lines import BLANK, Span, Tone, line, paragraph
from cact_tui.tui.participant.stage import Act, Command, Hint, Page, Stage, Step

if TYPE_CHECKING:
    from cact_tui.tui.keys import Key

COMMENT_LIMIT = 500
WORD_LIMIT = 20
NO_COMMENT = Entry(limit=COMMENT_LIMIT)
NO_WORD = Entry(limit=WORD_LIMIT)


@frozen(kw_only=True)
class Commenting(Stage):
    """A comment in the making."""

    language: str
    entry: Entry = NO_COMMENT

    def press(self, key: Key) -> Step:
        """Type; Enter sends; Esc goes back and keeps the draft."""
        if key.name == "escape":
            return Step(self, Command.CLOSE)
        if key.name != "enter":
            return Step(evolve(self, entry=self.entry.press(key)))
        text = self.entry.value
        return Step(self, Act(WriteComment(text)) if text else Command.CLOSE)

    def paste(self, text: str) -> Self:
        """Put a pasted text in as one line."""
        return evolve(self, entry=self.entry.insert(text))

    def draw(self) -> Page:
        """Return the text so far and how much room is left."""
        _ = translator(self.language).gettext
        ask = _(
            "Write what the organisers should know, for example that an item is unclear. "
            "A comment does not change your result."
        )
        left = COMMENT_LIMIT - len(self.entry.text)
        columns = self.area.text_columns
        return Page(
            language=self.language,
            heading=_("COMMENT"),
            body=(*paragraph(ask, columns), BLANK, *area_lines(self.entry, columns)),
            status=_("room for {n} more characters").format(n=left),
            left=(Hint("Enter", _("send comment")), Hint("Esc", _("back, keep the draft"))),
        )


@frozen(kw_only=True)
class Calling(Stage):
    """Whether to call the proctor."""

    language: str

    def press(self, key: Key) -> Step:
        """Enter calls, Esc does not."""
        if key.name == "enter":
            return Step(self, Act(CallForProctor()))
        return Step(self, Command.CLOSE if key.name == "escape" else None)

    def draw(self) -> Page:
        """Return the question."""
        _ = translator(self.language).gettext
        text = _(
            "The proctor will see that you are calling and will come to your seat. "
            "You do not have to say why."
        )
        return Page(
            language=self.language,
            heading=_("CALL THE PROCTOR"),
            body=paragraph(text, self.area.text_columns),
            question=_("Call the proctor?  Enter yes · Esc back"),
        )


@frozen(kw_only=True)
class Leaving(Stage):
    """Leaving for now, by typing a word out."""

    language: str
    word: str
    entry: Entry = NO_WORD
    wrong: bool = False

    def press(self, key: Key) -> Step:
        """Type; Enter leaves if the word is right; Esc goes back."""
        if key.name == "escape":
            return Step(self, Command.CLOSE)
        if key.name != "enter":
            return Step(evolve(self, entry=self.entry.press(key), wrong=False))
        if self.entry.value.casefold() != self.word.casefold():
            return Step(evolve(self, entry=NO_WORD, wrong=bool(self.entry.value)))
        return Step(self, Act(Leave(self.entry.value)))

    def draw(self) -> Page:
        """Return what leaving means, and the field for the word."""
        _ = translator(self.language).gettext
        text = _(
            "Leaving pauses your test. Your saved answers are kept and your time stands still; "
            "an answer that was not sent is lost.\n\n"
            "To go on later, sign in again with the same number, at this terminal or another one. "
            "After a while the proctor has to allow it."
        )
        ask = _("Type {word}, then press Enter:").format(word=self.word)
        field = field_line(self.entry, WORD_LIMIT + 3, active=True)
        problem = _("That is not the word. You have not left.") if self.wrong else ""
        return Page(
            language=self.language,
            heading=_("LEAVE THE TEST FOR NOW"),
            body=(
                *paragraph(text, self.area.text_columns),
                BLANK,
                (Span(ask, Tone.STRONG), Span("  "), *field),
                BLANK,
                line(f"! {problem}", Tone.ALERT) if problem else BLANK,
            ),
            left=(Hint("Enter", _("leave")), Hint("Esc", _("back to the test"))),
        )
