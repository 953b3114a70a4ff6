"""A small battery, and commands for it, to look at decisions without an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve as changed

from cact_tui.sessions import commands as c
from cact_tui.sessions import events as e
from cact_tui.sessions.decide import Refused, decide
from cact_tui.sessions.evolve import evolve
from cact_tui.sessions.specification import (
    BatterySpecification,
    InterruptionPolicy,
    RuleChoice,
    SectionSpecification,
    StopChoice,
)
from cact_tui.sessions.states import SessionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BUILD = e.Build(version="0.1.0", python="3.11.7", numpy="2.0.0", platform="test")
GUESS = e.Estimate(theta=0.0, se=1.0, method="eap")
PRIOR = e.Prior(name="interim", mean=0.0, sd=1.0)
OPENED = e.SessionOpened(
    participant="p-1",
    sitting="sitting",
    seed="00" * 16,
    language="id",
    documents={"config.toml": "ab" * 32},
    plugins={},
    build=BUILD,
)


def section(name: str = "one", **changes: Any) -> SectionSpecification:
    """Return a section of 2 to 4 items in ten minutes, by built-in rules."""
    made = SectionSpecification(
        id=name,
        scale="scale",
        banks=("small",),
        title={"en": name},
        introduction={"en": name},
        seconds=600,
        min_items=2,
        max_items=4,
        start=RuleChoice("fixed", {"theta": 0.0}),
        selector=RuleChoice("mfi"),
        exposure=RuleChoice("none"),
        content=RuleChoice("none"),
        interim=RuleChoice("eap"),
        final=RuleChoice("eap"),
        beside=RuleChoice("wle"),
        prior=PRIOR,
        reference=changed(PRIOR, name="reference"),
        stop=StopChoice(rules=()),
    )
    return changed(made, **changes)


def battery(**changes: Any) -> BatterySpecification:
    """Return two sections with a break between them, for a single terminal."""
    made = BatterySpecification(
        sections=(section("one", break_after=300), section("two")),
        seconds=None,
        practice=True,
        authorisation="self",
        interruption=InterruptionPolicy(away_seconds=60, cuts=3),
        may_leave=True,
    )
    return changed(made, **changes)


class Keyed:
    """A plan that knows two answers to any item: `right` (category 1) and `wrong` (0)."""

    def __init__(self, specification: BatterySpecification | None = None) -> None:
        self.battery = specification or battery()

    def category(self, item: str, given: tuple[str, ...]) -> int:
        """Return the category of an answer."""
        if given not in (("right",), ("wrong",)):
            raise ValueError(f"no answer to {item}")
        return int(given == ("right",))


def attached(connection: str = "first", **changes: Any) -> e.Attached:
    """Return a sign-in."""
    made = e.Attached(
        connection=connection,
        mode="screen",
        terminal="xterm",
        columns=80,
        rows=24,
        charset="utf8",
        colours="16",
    )
    return changed(made, **changes)


def opening(connection: str = "first") -> c.Open:
    """Open a session."""
    return c.Open(opened=OPENED, attached=attached(connection), word="SETUJU", notice="cd" * 32)


def signing_in(connection: str = "second", **changes: Any) -> c.Attach:
    """Sign in again at once, confirmed by the word."""
    facts = {key: changes.pop(key) for key in ("away_ms", "cut") if key in changes}
    made = c.Attach(
        attached=attached(connection, **facts), word="SETUJU", notice="cd" * 32, language="id"
    )
    return changed(made, **changes)


def starting(connection: str = "first") -> c.StartSection:
    """Begin the next section."""
    return c.StartSection(
        connection=connection, start=GUESS, prior=PRIOR, rule="fixed", draws=(0.5,)
    )


def presenting(item: str = "I-1", connection: str = "first") -> c.PresentItem:
    """Show an item."""
    return c.PresentItem(
        connection=connection,
        item=item,
        version=1,
        digest="ef" * 32,
        language="id",
        options=("right", "wrong"),
        estimate=GUESS,
        rule="mfi",
        draws=(0.1, 0.2),
        order_draws=(0.3,),
        criterion=0.25,
        rank=1,
        candidates=(item,),
    )


def answering(item: str = "I-1", **changes: Any) -> c.Answer:
    """Answer the first item rightly after four seconds."""
    made = c.Answer(
        connection="first",
        answer="a-1",
        item=item,
        position=1,
        given=("right",),
        timing=e.ItemTiming(shown=4_000),
    )
    return changed(made, **changes)


def closing(connection: str = "first", state: str = "timed_out") -> c.CloseItem:
    """Close the item on the screen."""
    return c.CloseItem(connection=connection, state=state, timing=e.ItemTiming(shown=600_000))


def ending(reason: str = "max_items", connection: str = "first") -> c.EndSection:
    """End the section."""
    return c.EndSection(
        connection=connection, reason=reason, interim=GUESS, final=GUESS, prior=PRIOR, beside=None
    )


RULES = (opening(), c.FinishRules(connection="first"))
INTRODUCTION = (*RULES, c.FinishPractice(connection="first", answers=4))
CHOOSING = (*INTRODUCTION, starting())
ON_ITEM = (*CHOOSING, presenting())
ANSWERED = (*ON_ITEM, answering())
BREAK = (*ANSWERED, ending())
FINISHED = (
    *BREAK,
    c.EndBreak(connection="first", rested_ms=9_000),
    starting(),
    presenting("J-1"),
    answering("J-1", answer="a-2"),
    ending(),
)


def after(commands: Iterable[c.Command], plan: Keyed | None = None) -> SessionState:
    """Return the state after commands that are all accepted."""
    plan = plan or Keyed()
    state = SessionState(session="K7QF-2MXD", practice=plan.battery.practice)
    for command in commands:
        events = decide(state, command, plan)
        assert not isinstance(events, Refused), (command, events)
        for event in events:
            state = evolve(state, event)
    return state


def names(events: tuple[e.Event, ...] | Refused) -> tuple[str, ...] | str:
    """Return the kinds of events, or the reason of a refusal."""
    if isinstance(events, Refused):
        return events.reason.value
    return tuple(type(event).__name__ for event in events)


COMMANDS: Mapping[str, c.Command] = {
    "Attach": signing_in("first"),
    "Authorise": c.Authorise(by="Budi"),
    "CheckIdentity": c.CheckIdentity(outcome="refused", by="Budi", reason="examinee.id"),
    "FinishRules": c.FinishRules(connection="first"),
    "FinishPractice": c.FinishPractice(connection="first", answers=4),
    "StartSection": starting(),
    "PresentItem": presenting(),
    "EndSection": ending(),
    "Answer": answering(),
    "CloseItem": closing(),
    "EndBreak": c.EndBreak(connection="first", rested_ms=1),
    "Pause": c.Pause(by="Budi", reason="fire drill"),
    "Resume": c.Resume(by="Budi"),
    "CallProctor": c.CallProctor(connection="first"),
    "MakeComment": c.MakeComment(connection="first", digest="aa"),
    "SendMessage": c.SendMessage(digest="bb", by="Budi"),
    "AcknowledgeMessage": c.AcknowledgeMessage(connection="first", digest="bb"),
    "ExtendTime": c.ExtendTime(
        grant="g-1", seconds=300, kind="incident", by="Budi", reason="technical.network"
    ),
    "ChangeSeat": c.ChangeSeat(seat="07", by="Budi", reason="technical.workstation"),
    "ClearLockout": c.ClearLockout(by="Budi", reason="other"),
    "RecordIrregularity": c.RecordIrregularity(code="noise", detail="drill"),
    "Terminate": c.Terminate(by="Budi", reason="cheating"),
    "Withdraw": c.Withdraw(reason="ill"),
    "Cancel": c.Cancel(by="Budi", reason="mistake"),
    "Reopen": c.Reopen(by="Budi", reason="power cut"),
}
"""One of each command but `Open`."""
