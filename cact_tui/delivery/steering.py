"""What the program itself does between two answers: asking the engine, recording what it decided.

Whatever a rule does, the section goes on: a fault is put on record and from then on the built-in
rules decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.delivery import choosing
from cact_tui.delivery.countdown import left_ms
from cact_tui.sessions import commands as c
from cact_tui.sessions.outcomes import Over, Pick
from cact_tui.sessions.states import Role

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cact_tui.delivery.admission import Admission
    from cact_tui.delivery.write_path import Accepted
    from cact_tui.sessions.decide import Refused
    from cact_tui.sessions.events import SessionOpened
    from cact_tui.sessions.states import SectionState, SessionState


class Steering:
    """Takes the program's own steps of one session; `perform` tries each command until it holds."""

    def __init__(
        self,
        admission: Admission,
        perform: Callable[[c.Command], Awaitable[Accepted | Refused]],
    ) -> None:
        self._write = admission.write
        self._plan = admission.exam.plan
        self._connection = admission.connection
        self._language = admission.language
        self._perform = perform
        self._failed: set[str] = set()

    @property
    def _state(self) -> SessionState:
        return self._write.state

    async def start_section(self) -> None:
        """Begin the next section where its start rule says."""
        specification = self._plan.battery.sections[len(self._state.sections)]
        begun = await choosing.start(self._plan, self._state, specification.id, self._seed)
        await self._note_fault(specification.id, begun.fault)
        await self._perform(
            c.StartSection(
                connection=self._connection,
                start=begun.estimate,
                prior=begun.prior,
                rule=self._plan.plugins[f"{specification.id}.start"],
                draws=begun.draws,
            )
        )

    async def choose(self) -> None:
        """Ask the engine what comes next and record it."""
        section = self._state.section
        if section is None:
            raise RuntimeError(f"{self._state.session}: choosing without a section")
        left, budget = left_ms(self._plan.battery, self._state, 0)
        if left is not None and left <= 0:
            await self._end_section(section, await self._out_of_time(section, budget))
            return
        chosen = await self._ask(section)
        if isinstance(chosen.outcome, Over):
            await self._end_section(section, chosen.outcome)
        else:
            await self._present(section, chosen.outcome, fallback=self._has_failed(section))

    async def _ask(self, section: SectionState) -> choosing.Chosen:
        chosen = await choosing.choose(
            self._plan, self._seed, section, fallback=self._has_failed(section)
        )
        await self._note_fault(section.started.section, chosen.fault)
        return chosen

    async def _out_of_time(self, section: SectionState, budget: str) -> Over:
        now = await choosing.interim(self._plan, section, fallback=self._has_failed(section))
        await self._note_fault(section.started.section, now.fault)
        return Over(reason=budget, estimate=now.estimate)

    def _has_failed(self, section: SectionState) -> bool:
        return section.started.section in self._failed

    async def _note_fault(self, section: str, fault: str) -> None:
        if fault:
            self._failed.add(section)
            await self.put_on_record("rule_failed", f"{section}: {fault}")

    async def _present(self, section: SectionState, pick: Pick, *, fallback: bool) -> None:
        name, position = section.started.section, len(section.records) + 1
        for note in pick.notes:
            await self.put_on_record("rule_relaxed", f"{name}, item {position}: {note}")
        item = self._plan.item(pick.item)
        options, order_draws = self._plan.option_order(self._seed, name, position, item)
        await self._perform(
            c.PresentItem(
                connection=self._connection,
                item=item.id,
                version=item.version,
                digest=item.digest,
                language=self._language,
                options=options,
                estimate=pick.estimate,
                role=pick.role,
                rule=self._rule(name, pick),
                draws=pick.draws,
                order_draws=order_draws,
                criterion=pick.criterion,
                rank=pick.rank,
                candidates=pick.candidates,
                fallback=fallback,
            )
        )

    def _rule(self, section: str, pick: Pick) -> str:
        scored = pick.role == Role.SCORED
        return self._plan.plugins[f"{section}.selector"] if scored else pick.role

    async def _end_section(self, section: SectionState, over: Over) -> None:
        closed = await choosing.close(self._plan, section, fallback=self._has_failed(section))
        if closed.fault:
            # From here on the built-in rules decide, and whether to end at all is theirs to say:
            # a replay can only repeat an end that one set of rules made whole.
            await self._note_fault(section.started.section, closed.fault)
            return
        await self._perform(
            c.EndSection(
                connection=self._connection,
                reason=over.reason,
                interim=over.estimate,
                final=closed.closing.final,
                prior=self._plan.battery.section(section.started.section).reference,
                beside=closed.closing.beside,
                fallback=self._has_failed(section),
            )
        )

    async def put_on_record(self, code: str, detail: str) -> None:
        """Record something unusual."""
        await self._perform(c.RecordIrregularity(code=code, detail=detail))

    @property
    def _seed(self) -> str:
        opened: SessionOpened | None = self._state.opened
        if opened is None:
            raise RuntimeError(f"{self._state.session} was never opened")
        return opened.seed
