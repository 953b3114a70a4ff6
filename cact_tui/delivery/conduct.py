"""The battery, conducted for one participant at one terminal.

Each step looks at the session's state and either shows what the participant must do next or does
what the program must do next. All writing goes through the write path; when the store is in
trouble the same command is tried again until it holds, visibly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import evolve

from cact_tui.delivery import actions as a
from cact_tui.delivery import passages, wording
from cact_tui.delivery.countdown import left_ms
from cact_tui.delivery.item_time import ItemTime
from cact_tui.delivery.news import News
from cact_tui.delivery.persistence import until_it_holds
from cact_tui.delivery.practice import Practice
from cact_tui.delivery.presenting import chosen_item
from cact_tui.delivery.remarks import remark
from cact_tui.delivery.resting import Rest
from cact_tui.delivery.steering import Steering
from cact_tui.delivery.views import (
    EndView,
    ItemView,
    MessageView,
    Passage,
    PassageView,
    Saving,
    Standstill,
    StandstillView,
    View,
)
from cact_tui.i18n import translator
from cact_tui.sessions import commands as c
from cact_tui.sessions.decide import Reason, Refused
from cact_tui.sessions.states import TERMINAL, ItemState, Phase, SessionState, Status

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from cact_tui.config.settings import Policy
    from cact_tui.delivery.admission import Admission
    from cact_tui.delivery.services import Services
    from cact_tui.delivery.timekeeper import Timekeeper
    from cact_tui.delivery.write_path import Accepted
    from cact_tui.errors import StorageTrouble
    from cact_tui.journal.protocol import Checkpoint, Row
    from cact_tui.journal.watch import Growth

UNCHARGED_FLAG_MS = 60_000
"""Uncharged time of an item from which it is put on record."""

LONGEST_COMMENT = 1000

Answer = TypeVar("Answer")


class Conduct:
    """Leads one participant through the battery."""

    def __init__(
        self, services: Services, admission: Admission, show: Callable[[View], None]
    ) -> None:
        self._services = services
        self._admission = admission
        self._write = admission.write
        self._plan = admission.exam.plan
        self._materials = admission.exam.materials
        self._language = admission.language
        self._words = translator(admission.language)
        self._publish = show
        self._view: View | None = None
        self._practice: Practice | None = None
        self._steering = Steering(admission, self._perform)
        self.rest = Rest(services.clock)
        self._news = News(self._words, len(self.state.grants), admission.instead_of)
        self._time = ItemTime(services.clock, admission.resumed)
        self._led = 0  # the event up to which the screen follows the session

    @property
    def timekeeper(self) -> Timekeeper | None:
        """Return the stopwatch of the item on the screen."""
        return self._time.keeper

    @property
    def state(self) -> SessionState:
        """Return the session's state as last seen."""
        return self._write.state

    @property
    def view(self) -> View | None:
        """Return what is shown."""
        return self._view

    @property
    def policy(self) -> Policy:
        """Return what the event allowed when the session was opened."""
        return self._materials.policy

    @property
    def on_item(self) -> bool:
        """Return whether a scored item is on the screen and not being saved."""
        view = self._view
        return isinstance(view, ItemView) and not view.practice and not view.closed

    def left(self) -> tuple[int | None, str]:
        """Return the milliseconds left and the budget's name."""
        running = self.timekeeper.shown_ms if self.timekeeper and self.state.shown else 0
        return left_ms(self._plan.battery, self.state, running)

    async def go(self) -> None:
        """Take steps until something needs the participant."""
        while await self._step():
            pass

    async def expire(self) -> None:
        """The time is up with an item on the screen: it closes unanswered."""
        if self.timekeeper is not None and self.state.shown is not None:
            self.timekeeper.hide()
            await self._perform(
                c.CloseItem(
                    connection=self._admission.connection,
                    state=ItemState.TIMED_OUT,
                    timing=self.timekeeper.timing(),
                )
            )
        await self.go()

    async def end_rest(self) -> None:
        """End the break when its longest time is over."""
        if isinstance(self._view, PassageView) and self._view.passage is Passage.BREAK:
            await self._go_on(self._view)

    @property
    def over(self) -> bool:
        """Return whether nothing more happens on this terminal."""
        view = self._view
        return isinstance(view, EndView) or (isinstance(view, StandstillView) and view.closing)

    @property
    def holds(self) -> bool:
        """Return whether this terminal still has the session, as far as known."""
        return self.state.connection == self._admission.connection

    def sign_of_life(self, *, gone: bool = False) -> Checkpoint:
        """Return the used time of the item on the screen, and that its terminal is (not) there."""
        connection = "" if gone else self._admission.connection
        return self._time.sign_of_life(self.state, connection)

    async def take_up(self, heard: Sequence[Growth]) -> bool:
        """Take up what a watch told; return whether the screen is behind."""
        for growth in heard:
            await self._write.take_up(growth)
        return self.state.seq != self._led

    async def refresh(self) -> bool:
        """Read what other writers appended; return whether the screen is behind."""
        await self._write.refresh()
        return self.state.seq != self._led

    @property
    def longest_rest(self) -> int:
        """Return the seconds that the break after the last section may take."""
        sections = self.state.sections
        return self._plan.battery.sections[len(sections) - 1].break_after if sections else 0

    def stand(self, why: Standstill, *, closing: bool = False) -> None:
        """Show that the test stands still."""
        self._show(passages.standstill(why, self._language, closing=closing))

    async def act(self, action: a.Action) -> None:
        """Do what the participant asks, where it fits what is shown."""
        match self._view, action:
            case ItemView(practice=True, item=item), a.Respond() if action.item == item:
                await self._practise()
            case ItemView(practice=True), a.Respond():
                pass  # sent again
            case ItemView() as view, a.Respond():
                await self._respond(view, action)
            case PassageView() as view, a.Continue():
                await self._go_on(view)
            case _, a.Leave():
                await self._leave(action)
            case (
                (ItemView() | PassageView() | StandstillView(held=True)),
                (a.CallForProctor() | a.WriteComment()),
            ):
                await self._speak_up(action)
            case MessageView(message=digest), a.Acknowledge() if action.message == digest:
                await self._acknowledge(digest)

    async def _step(self) -> bool:
        """Take one step; return whether another one may follow at once."""
        state = self.state
        self._led = state.seq
        if not self.holds:
            self._show(passages.taken_over(state, self._language))
        elif state.status in TERMINAL:
            await self._end()
        elif state.unread:
            await self._show_message(state.unread[0])
        elif state.status in (Status.AWAITING, Status.PAUSED):
            since = self._write.held_since
            self._show(passages.held(state, self._language, since, self._materials))
        elif state.phase is Phase.CHOOSING:
            self._time.put_down()
            await self._steering.choose()
            return True
        else:
            self._show_phase(state)
        return False

    async def _show_message(self, digest: str) -> None:
        session = self.state.session
        written = await self._patiently(lambda: self._services.store.comments(session))
        text = next((one.text for one in written if one.digest == digest), "")
        self._show(passages.message(digest, text, self._language))

    async def _acknowledge(self, digest: str) -> None:
        connection = self._admission.connection
        await self._perform(c.AcknowledgeMessage(connection=connection, digest=digest))
        await self.go()

    def _show_phase(self, state: SessionState) -> None:
        """Show what the participant must do in this phase."""
        battery = self._plan.battery
        number = len(state.sections)
        if state.phase is Phase.RULES:
            self._show(passages.rules(self._materials, self._language))
        elif state.phase is Phase.PRACTICE:
            self._show(self._practice_view())
        elif state.phase is Phase.INTRODUCTION:
            upcoming, count = battery.sections[number], len(battery.sections)
            self._show_text(passages.section(upcoming, number + 1, count, self._language))
        elif state.phase is Phase.BREAK:
            self.rest.take_up(number, self._write.resting_since)
            self._show_text(passages.rest(self.longest_rest, self._language))
        else:
            self._show_item(state)

    def _practice_view(self) -> View:
        """Return the practice item where one stands, even after a pause."""
        if self._practice is None or self._practice.done:
            return passages.practice(self._language)
        return self._practice.view(self._words)

    def _show_text(self, view: PassageView) -> None:
        """Show a text after a section; the section's last answer is acknowledged beside it."""
        ended = self.state.section
        status = wording.saved(self._words, ended.answered) if ended and ended.answered else ""
        self._show(evolve(view, status=status))

    def _show_item(self, state: SessionState) -> None:
        shown, section = state.shown, state.section
        if shown is None or section is None:
            raise RuntimeError(f"{state.session}: phase {state.phase} without an item")
        self._time.take_up(state.shown_seq)
        number, count = len(state.sections), len(self._plan.battery.sections)
        saved = wording.saved(self._words, section.answered) if section.answered else ""
        self._show(
            evolve(
                chosen_item(self._plan, shown, self._language),
                place=wording.place(self._words, number, count),
                answered=section.answered,
                saving=Saving.SAVED if saved else Saving.NONE,
                status=saved,
                trial=self._materials.trial,
            )
        )

    async def _go_on(self, view: PassageView) -> None:
        """The last page of a text was seen."""
        connection = self._admission.connection
        if view.passage is Passage.RULES:
            await self._perform(c.FinishRules(connection=connection))
        elif view.passage is Passage.PRACTICE:
            self._practice = Practice.of(self._materials, self._language)
            self._show(self._practice.view(self._words))
            return
        elif view.passage is Passage.SECTION:
            await self._steering.start_section()
        elif view.passage is Passage.BREAK:
            rested = round(self.rest.seconds * 1000)
            await self._perform(c.EndBreak(connection=connection, rested_ms=rested))
        await self.go()

    async def _practise(self) -> None:
        if self._practice is None:
            return
        self._practice.answers += 1
        if not self._practice.done:
            self._show(self._practice.view(self._words))
            return
        await self._perform(
            c.FinishPractice(connection=self._admission.connection, answers=self._practice.answers)
        )
        await self.go()

    async def _respond(self, view: ItemView, action: a.Respond) -> None:
        """Save an answer; once it is durable this is said, and the next step is taken."""
        timekeeper = self.timekeeper
        if timekeeper is None or (view.item, view.position) != (action.item, action.position):
            return
        timekeeper.hide()
        timing = timekeeper.timing()
        self._show(evolve(view, saving=Saving.SAVING, status=wording.saving(self._words)))
        done = await self._perform(
            c.Answer(
                connection=self._admission.connection,
                answer=action.answer,
                item=action.item,
                position=action.position,
                given=action.given,
                timing=timing,
            )
        )
        if isinstance(done, Refused) and done.reason is Reason.INVALID_ANSWER:
            self._show(evolve(view, status=wording.refusal(self._words, done.reason)))
            return
        if not isinstance(done, Refused):
            self._acknowledge_answer(view)
            if timing.uncharged >= UNCHARGED_FLAG_MS:
                await self._steering.put_on_record(
                    "unclocked_time", f"{view.item}: {timing.uncharged} ms"
                )
        await self.go()

    def _acknowledge_answer(self, view: ItemView) -> None:
        """Say that an answer is durable, without waiting for the choice of the next item."""
        section = self.state.section
        if self.holds and section is not None and section.answered > view.answered:
            count = section.answered
            status = wording.saved(self._words, count)
            self._show(evolve(view, answered=count, saving=Saving.DURABLE, status=status))

    async def _leave(self, action: a.Leave) -> None:
        word = wording.word_of_leaving(self._words)
        if action.word.strip().casefold() != word.casefold():
            return
        await self._perform(c.Pause(by="participant", reason="left"))
        await self.go()

    async def _speak_up(self, action: a.CallForProctor | a.WriteComment) -> None:
        """Record a call or a comment, and say so unless somebody else's act is to be seen first."""
        view, connection = self._view, self._admission.connection
        if isinstance(action, a.CallForProctor):
            done = await self._perform(c.CallProctor(connection=connection))
            said = self._words.gettext("the proctor has been called")
        else:
            comment = remark(self.state.session, action.text, LONGEST_COMMENT)
            if not comment.text:
                return
            made = c.MakeComment(connection=connection, digest=comment.digest)
            done = await self._perform(made, (comment,))
            said = self._words.gettext("your comment is saved")
        self._led += 0 if isinstance(done, Refused) else len(done.recorded)
        if self.state.seq != self._led:
            await self.go()
        elif isinstance(view, ItemView):
            self._show(evolve(view, saving=Saving.NONE, status=said))
        elif view is not None:
            self._show(view)

    async def _end(self) -> None:
        session, exam = self.state.session, self._admission.exam
        profile = await self._patiently(
            lambda: self._services.finish(session, exam, self._language)
        )
        now = self._services.clock.wall_ms()
        self._show(passages.end(self.state, self._materials, self._language, now, profile))

    async def _perform(self, command: c.Command, rows: Sequence[Row] = ()) -> Accepted | Refused:
        return await self._patiently(lambda: self._write.perform(command, rows))

    async def _patiently(self, attempt: Callable[[], Awaitable[Answer]]) -> Answer:
        return await until_it_holds(attempt, self._on_trouble)

    def _on_trouble(self, _: StorageTrouble) -> None:
        """Say that nothing can be saved: beside the answer on the screen, or instead of a text."""
        view = self._view
        sending = isinstance(view, ItemView) and view.saving in (Saving.SAVING, Saving.NOT_SAVED)
        if isinstance(view, ItemView) and sending and self.state.shown is not None:
            status = wording.not_saved(self._words)
            self._show(evolve(view, saving=Saving.NOT_SAVED, status=status))
        else:
            self.stand(Standstill.TROUBLE)

    def _show(self, view: View) -> None:
        if isinstance(view, ItemView | PassageView):
            view = self._news.beside(view, self.state.grants)
            view = evolve(view, may_leave=self._plan.battery.may_leave)
        if self.timekeeper is not None and not isinstance(view, ItemView):
            self.timekeeper.hide()
        self._view = view
        self._publish(view)
