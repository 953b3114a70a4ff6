"""An item being answered: a choice is repeated in words, an empty line then sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import evolve, frozen

from cact_tui.banks.items import Form
from cact_tui.delivery.actions import Respond
from cact_tui.delivery.item_desk import LETTERS
from cact_tui.delivery.views import ItemView, Saving
from cact_tui.i18n import translator
from cact_tui.plain.commands import Command
from cact_tui.plain.phrases import lettered, number, sentence
from cact_tui.plain.replies import letters_of, reply_in
from cact_tui.plain.stage import Stage, Step

if TYPE_CHECKING:
    from cact_tui.delivery.views import View


@frozen(kw_only=True)
class Answering(Stage):
    """An item and the answer in the making.

    `chosen` is the answer that the next empty line sends, nothing before a choice. `answer_id` is
    the id under which `sent` was sent; the same answer keeps it however often it is sent.
    `case_known` says that the same case was said with the item before.
    """

    view: ItemView
    chosen: tuple[str, ...] = ()
    answer_id: str = ""
    sent: tuple[str, ...] = ()
    case_known: bool = False

    @property
    def language(self) -> str:
        """Return the language it speaks."""
        return self.view.language

    @property
    def begun(self) -> bool:
        """Return that the test has begun."""
        return True

    @property
    def opening(self) -> tuple[str, ...]:
        """Return the item; a case that was just said is only named."""
        status = (sentence(self.view.status),) if self.view.status else ()
        case = (self._same_case(),) if self.case_known else self.case
        return (*status, *self._item(case))

    @property
    def whole(self) -> tuple[str, ...]:
        """Return the item with its case."""
        return self._item(self.case)

    @property
    def case(self) -> tuple[str, ...]:
        """Return the case the item belongs to."""
        if not self.view.stimulus:
            return ()
        return (self._case_title(), self.view.stimulus)

    @property
    def how(self) -> tuple[str, ...]:
        """Return what an answer looks like here."""
        _ = translator(self.language).gettext
        if self.view.form is Form.NUMERIC:
            return (_("Type a number and press Enter."), self._number_rule())
        if self.view.choose == 1:
            ask = _("Type a letter from A to {last} and press Enter.")
            return (ask.format(last=self._last),)
        ask = _("Type {n} letters from A to {last}, for example {example}, and press Enter.")
        example = " ".join(LETTERS[: self.view.choose])
        return (ask.format(n=self.view.choose, last=self._last, example=example),)

    @property
    def prompt(self) -> str:
        """Return what asks for an answer, or whether to send the one chosen."""
        return self._confirmation() if self.chosen else self._question()

    @property
    def offered(self) -> tuple[Command, ...]:
        """Return the commands that are taken."""
        return (
            Command.HELP,
            Command.REPEAT,
            *((Command.CASE,) if self.view.stimulus else ()),
            Command.TIME,
            Command.CALL,
            Command.NOTE,
            *((Command.LEAVE,) if self.view.may_leave else ()),
        )

    def answer(self, line: str) -> Step:
        """Choose, send the choice with an empty line, or take it back with anything else."""
        if not line:
            return self._send() if self.chosen else Step(stage=self, say=self.how)
        given = reply_in(line, self.view)
        if given:
            return self._choose(given)
        if not self.chosen:
            return Step(stage=self, say=self.how)
        not_sent = translator(self.language).gettext("The answer was not sent.")
        return Step(stage=evolve(self, chosen=()), say=(not_sent, *self.how))

    def see(self, view: View) -> Step | None:
        """Take up what the flow says about the same item."""
        if not isinstance(view, ItemView) or not same_item(self.view, view):
            return None
        news = (view.status, view.saving) != (self.view.status, self.view.saving)
        spoken = news and view.status and view.saving not in (Saving.SAVING, Saving.DURABLE)
        return Step(stage=evolve(self, view=view), say=(sentence(view.status),) if spoken else ())

    def _choose(self, given: tuple[str, ...]) -> Step:
        after = evolve(self, chosen=given)
        return Step(stage=after, say=after.repeated, chose=given != self.chosen)

    def _send(self) -> Step:
        answer_id = self.answer_id if self.sent == self.chosen else uuid4().hex
        action = Respond(
            answer=answer_id, item=self.view.item, position=self.view.position, given=self.chosen
        )
        after = evolve(self, chosen=(), sent=self.chosen, answer_id=answer_id)
        not_taken = translator(self.language).gettext("The answer was not taken. Please try again.")
        return Step(stage=after, action=action, otherwise=not_taken)

    # What is said

    def _item(self, case: tuple[str, ...]) -> tuple[str, ...]:
        asked = (self._how_many(),) if self.view.choose > 1 else ()
        options = ("", *lettered(self.view.options)) if self.view.options else ()
        between = ("",) if case else ()
        return (self._heading(), *between, *case, "", self.view.stem, *asked, *options)

    def _heading(self) -> str:
        _ = translator(self.language).gettext
        view = self.view
        trial = _("trial") if view.trial else ""
        place = sentence(", ".join(filter(None, (view.heading.upper(), view.place, trial))))
        if view.practice:
            return place
        item = _("Item {n}, at most {at_most}.") if view.at_most else _("Item {n}.")
        return f"{place} {item.format(n=view.position, at_most=view.at_most)}"

    def _case_title(self) -> str:
        _ = translator(self.language).gettext
        if not self.view.stimulus_title:
            return _("Case:")
        return sentence(_("Case: {title}").format(title=self.view.stimulus_title))

    def _same_case(self) -> str:
        _ = translator(self.language).gettext
        return _("{case} The same case as before.").format(case=sentence(self._case_title()))

    def _how_many(self) -> str:
        _ = translator(self.language).gettext
        return _("Choose {n} options.").format(n=self.view.choose)

    def _question(self) -> str:
        _ = translator(self.language).gettext
        if self.view.form is Form.NUMERIC:
            unit = self.view.unit
            return (
                _("Your answer, a number in {unit}:").format(unit=unit)
                if unit
                else _("Your answer, a number:")
            )
        if self.view.choose == 1:
            return _("Your answer, A to {last}:").format(last=self._last)
        ask = _("Your {n} answers, A to {last}:")
        return ask.format(n=self.view.choose, last=self._last)

    def _confirmation(self) -> str:
        _ = translator(self.language).gettext
        if self.view.form is Form.NUMERIC:
            ask = _("Send answer {answer}? Press Enter alone to send it, or type another number:")
        elif self.view.choose == 1:
            ask = _("Send answer {answer}? Press Enter alone to send it, or type another letter:")
        else:
            ask = _("Send answers {answer}? Press Enter alone to send them, or type other letters:")
        return ask.format(answer=self._spoken())

    @property
    def repeated(self) -> tuple[str, ...]:
        """Return the choice in words."""
        _ = translator(self.language).gettext
        if self.view.form is Form.NUMERIC:
            return (_("You typed {answer}.").format(answer=self._spoken()),)
        letters = letters_of(self.chosen, self.view)
        lines = zip(LETTERS, lettered(self.view.options), strict=False)
        return (_("You chose:"), *(line for letter, line in lines if letter in letters))

    def _spoken(self) -> str:
        if self.view.form is Form.NUMERIC:
            return f"{number(self.language, self.chosen[0])} {self.view.unit}".strip()
        return ", ".join(letters_of(self.chosen, self.view))

    def _number_rule(self) -> str:
        _ = translator(self.language).gettext
        if not self.view.decimals:
            return _("A whole number, without a decimal comma.")
        rule = _("At most {n} decimals; a comma or a point separates them.")
        return rule.format(n=self.view.decimals)

    @property
    def _last(self) -> str:
        return LETTERS[min(len(self.view.options), len(LETTERS)) - 1]


def answering(view: ItemView, before: Answering | None) -> Answering:
    """Return the stage of an item after another one, or of the same one after a standstill."""
    if before is None:
        return Answering(view=view)
    if same_item(before.view, view):
        return Answering(view=view, answer_id=before.answer_id, sent=before.sent)
    case = (before.view.stimulus_title, before.view.stimulus)
    known = bool(view.stimulus) and case == (view.stimulus_title, view.stimulus)
    return Answering(view=view, case_known=known)


def same_item(one: ItemView, other: ItemView) -> bool:
    """Return whether two views show the same item of the same section."""
    return _lasting(one) == _lasting(other)


def _lasting(view: ItemView) -> ItemView:
    return evolve(view, saving=Saving.NONE, status="", answered=0, may_leave=True)
