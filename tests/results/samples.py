"""Banks, rules and sessions to make results of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.banks.items import (
    BankPurpose,
    Form,
    Item,
    ItemBank,
    ItemStatus,
    Option,
    Parameters,
    Provenance,
    Scale,
)
from cact_tui.banks.keys import CorrectOptions, KeyBook
from cact_tui.banks.standards import Band, Cut, PositionGroup, PositionStandards, StandardSetting
from cact_tui.config.settings import (
    CategoryRules,
    EventPurpose,
    EventSettings,
    Materials,
    Passages,
    Policy,
    ProfileRules,
    StoreSettings,
)
from cact_tui.journal.chain import GENESIS, link
from cact_tui.journal.protocol import Identity, Recorded
from cact_tui.sessions import events as e
from cact_tui.sessions.engine import SectionEngine
from cact_tui.sessions.specification import (
    BatterySpecification,
    InterruptionPolicy,
    RuleChoice,
    SectionSpecification,
    StopChoice,
)
from cact_tui.sessions.states import ItemRecord, ItemState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


AT = 1_708_392_600_000
REFERENCE = "K7QF-2MXD"
CANARY = "the-rationale-of-an-option-nobody-chose"
BUILD = e.Build(version="0.1.0", python="3.11.7", numpy="2.4.6", platform="test")
ASSUMED = Provenance(method="assumed", rule="spread evenly")
CALIBRATED = Provenance(method="mml", n=1200, date="2026-01-01", software="x", sample="y")


def bank(
    scale: str = "alpha",
    *,
    items: int = 40,
    slope: float = 1.6,
    provenance: Provenance = ASSUMED,
    purpose: BankPurpose = BankPurpose.OPERATIONAL,
    metric: str | None = None,
) -> ItemBank:
    """Return a bank of 2PL items on one scale, difficulties spread over -2.5..2.5."""
    made = [
        Item(
            id=f"{scale.upper()}-{number:03d}",
            version=1,
            scale=scale,
            form=Form.SINGLE_CHOICE,
            status=ItemStatus.OPERATIONAL,
            stem={"id": "Soal", "en": "Item"},
            options=(Option("b1", {"id": "ya"}), Option("b2", {"id": "tidak"})),
            expected_seconds=30,
            digest=f"{number:064x}",
            tags={"pillar": ("cakap", "etis")[number % 2], "level": "3"},
            parameters=Parameters(
                "2PL", {"a": slope, "b": -2.5 + 5 * ((number * 7) % items) / max(1, items - 1)}
            ),
            provenance=provenance,
        )
        for number in range(items)
    ]
    return ItemBank(
        id=f"bank-{scale}",
        version="2026.1",
        purpose=purpose,
        metric=metric or f"{scale}-2026",
        languages=("id", "en"),
        D=1.0,
        title={"id": scale, "en": scale},
        scales={scale: Scale(scale, {"id": f"Skala {scale}", "en": f"Scale {scale}"})},
        stimuli={},
        items={item.id: item for item in made},
    )


def section(
    scale: str = "alpha",
    *,
    min_items: int = 10,
    max_items: int = 40,
    bounds: Mapping[str, list[int]] | None = None,
) -> SectionSpecification:
    """Return a section that measures a scale from its bank."""
    content = RuleChoice("bounds", {"tag": "pillar", "bounds": bounds or {}})
    return SectionSpecification(
        id=f"s-{scale}",
        scale=scale,
        banks=(f"bank-{scale}",),
        title={"id": scale, "en": scale},
        introduction={"id": "", "en": ""},
        seconds=1800,
        min_items=min_items,
        max_items=max_items,
        start=RuleChoice("fixed", {"theta": 0.0}),
        selector=RuleChoice("mfi"),
        exposure=RuleChoice("none"),
        content=content if bounds else RuleChoice("none"),
        interim=RuleChoice("eap"),
        final=RuleChoice("eap"),
        beside=RuleChoice("wle"),
        prior=e.Prior(name="interim", mean=0.0, sd=1.0),
        reference=e.Prior(name="reference", mean=0.0, sd=1.0),
        stop=StopChoice(rules=()),
    )


def setting(
    scale: str = "alpha",
    *,
    lowest_level: int = 0,
    cuts: Sequence[float] = (-1.8, -0.9, 0.0, 0.9, 1.8),
    se: float = 0.0,
    method: str = "bookmark",
    metric: str | None = None,
) -> StandardSetting:
    """Return a standard setting with evenly named levels."""
    assumed = method == "assumed"
    return StandardSetting(
        scale=scale,
        metric=metric or f"{scale}-2026",
        lowest_level=lowest_level,
        cuts=tuple(Cut(cut, se) for cut in cuts),
        method=method,
        panel=0 if assumed else 12,
        date="2026-01-01",
        approver="" if assumed else "Kepala",
        levels={
            level: {"id": f"Tingkat {level}", "en": f"Level {level}"}
            for level in range(lowest_level, lowest_level + len(cuts) + 1)
        },
        digest="5e" * 32,
    )


def standards(
    scales: Sequence[str], required: int = 3, *, evidence: str = "set"
) -> PositionStandards:
    """Return one position group `administrator` whose full set is these scales."""
    group = PositionGroup(
        id="administrator",
        name={"id": "Administrator", "en": "Administrator"},
        standard=dict.fromkeys(scales, required),
    )
    return PositionStandards(
        evidence=evidence,
        full_set=tuple(scales),
        groups={group.id: group},
        digest="57" * 32,
    )


def categories(*, cap: bool = True, minimum: float = 0.80) -> CategoryRules:
    """Return the mapping categories."""
    return CategoryRules(
        id="mapping",
        bands=(
            Band(90, {"id": "Optimal", "en": "Optimal"}),
            Band(78, {"id": "Cukup Optimal", "en": "Fairly Optimal"}),
            Band(0, {"id": "Kurang Optimal", "en": "Less than Optimal"}),
        ),
        minimum_probability=minimum,
        cap_overachievement=cap,
    )


def materials(
    banks: Sequence[ItemBank] = (),
    *,
    sections: Sequence[SectionSpecification] = (),
    levels: Mapping[str, StandardSetting] | None = None,
    position_standards: PositionStandards | None = None,
    category_set: CategoryRules | None = None,
    purpose: EventPurpose = EventPurpose.MAPPING,
    show_result: bool = False,
) -> Materials:
    """Return materials of one section for each bank; everything set and calibrated is up to it."""
    banks = banks or (bank(),)
    scales = [next(iter(one.scales)) for one in banks]
    return Materials(
        event=EventSettings(
            id="cact-2024",
            title={"id": "Pemetaan", "en": "Mapping"},
            purpose=purpose,
            languages=("id", "en"),
            timezone="Asia/Pontianak",
        ),
        store=StoreSettings(url="sqlite:x.db", results="results", cache="var"),
        battery=BatterySpecification(
            sections=tuple(sections) or tuple(section(scale) for scale in scales),
            seconds=None,
            practice=False,
            authorisation="self",
            interruption=InterruptionPolicy(),
            may_leave=True,
        ),
        policy=Policy(show_result=show_result, clock=True, warnings=(5,), valid_years=3),
        profile=ProfileRules(
            variance_ratio=0.5,
            confidence=0.9,
            standards=position_standards,
            categories=category_set,
            levels=levels or {},
        ),
        passages=Passages(rules={}, privacy={}, adaptive={}, finish={}),
        banks={one.id: one for one in banks},
        keys={
            one.id: KeyBook(one.id, {item: CorrectOptions(frozenset({"b1"})) for item in one.items})
            for one in banks
        },
        practice=None,
        documents={"config.toml": "ab" * 32},
        contents={"ab" * 32: CANARY.encode()},
        participants="",
    )


def full(
    scales: Sequence[str] = ("alpha",),
    *,
    required: int = 3,
    provenance: Provenance = CALIBRATED,
    lowest_level: int = 0,
    cap: bool = True,
) -> Materials:
    """Return materials with everything set and calibrated: banks, cuts, standards, categories."""
    cuts = (-1.8, -0.9, 0.0, 0.9, 1.8)[lowest_level:]
    return materials(
        [bank(scale, provenance=provenance) for scale in scales],
        levels={scale: setting(scale, lowest_level=lowest_level, cuts=cuts) for scale in scales},
        position_standards=standards(scales, required),
        category_set=categories(cap=cap),
    )


Given = int | str
"""A category, or the state of an item that got no answer."""


def sat(
    event: Materials,
    answers: Mapping[str, Sequence[Given]],
    *,
    unfinished: Sequence[str] = (),
    end: e.Event | None = None,
    extra: Sequence[e.Event] = (),
    opened: e.SessionOpened | None = None,
) -> tuple[Recorded, ...]:
    """Return the record of a session that answered the sections of some scales like this.

    Sections of scales in `unfinished` have no end on record.
    """
    events: list[e.Event] = [opened or opening(), attached(), e.Authorised(by="self")]
    events += [e.RulesRead(), *extra]
    for one in event.battery.sections:
        if one.scale in answers:
            events += course(event, one, answers[one.scale], ended=one.scale not in unfinished)
    return recorded([*events, end or e.SessionFinished()])


def recorded(events: Sequence[e.Event], session: str = REFERENCE) -> tuple[Recorded, ...]:
    """Return events as a journal records them, a second apart, with a true chain."""
    found: list[Recorded] = []
    for event in events:
        last = found[-1].digest if found else GENESIS
        _, (one,) = link(
            session, after=len(found), previous=last, at=AT + 1000 * len(found), events=[event]
        )
        found.append(one)
    return tuple(found)


def opening(*, rehearsal: bool = False, group: str | None = "administrator") -> e.SessionOpened:
    """Return the first event of a session."""
    return e.SessionOpened(
        participant="p-001",
        sitting="wave-1",
        seed="00ff",
        language="id",
        documents={"config.toml": "ab" * 32},
        plugins={"s-alpha.final": "eap (cact-tui 0.1.0)"},
        build=BUILD,
        rehearsal=rehearsal,
        position_group=group,
    )


def attached() -> e.Attached:
    """Return a first sign-in."""
    return e.Attached(
        connection="c1",
        mode="screen",
        terminal="xterm-256color",
        columns=80,
        rows=24,
        charset="utf-8",
        colours="256",
    )


def course(
    event: Materials, one: SectionSpecification, answers: Sequence[Given], *, ended: bool = True
) -> Iterator[e.Event]:
    """Yield the events of one section, items in the bank's order, estimates as the engine's."""
    engine = SectionEngine.bind(one, event.banks)
    start = e.Estimate(theta=0.0, se=one.prior.sd, method="fixed")
    yield e.SectionStarted(
        section=one.id,
        index=event.battery.sections.index(one),
        seconds=one.seconds,
        start=start,
        prior=one.prior,
        rule="fixed",
        draws=(0.5,),
    )
    records: list[ItemRecord] = []
    items = list(event.banks[one.banks[0]].items.values())
    for position, (item, given) in enumerate(zip(items, answers, strict=False), 1):
        yield shown(one.id, position, item, engine.interim(start, records))
        yield closing(one.id, position, item, given)
        records.append(record(item, given))
    if ended:
        closed = engine.close(records)
        yield e.SectionEnded(
            section=one.id,
            reason="max_items",
            interim=engine.interim(start, records),
            final=closed.final,
            prior=one.reference,
            beside=closed.beside,
        )


def shown(section_id: str, position: int, item: Item, estimate: e.Estimate) -> e.ItemShown:
    """Return the showing of an item."""
    return e.ItemShown(
        section=section_id,
        position=position,
        item=item.id,
        version=item.version,
        digest=item.digest,
        role="scored",
        language="id",
        options=("b2", "b1"),
        estimate=estimate,
        rule="mfi",
        draws=(0.25, 0.75),
        order_draws=(0.125,),
        criterion=0.5,
        rank=0,
        candidates=(item.id,),
    )


def closing(
    section_id: str, position: int, item: Item, given: Given
) -> e.ResponseGiven | e.ItemClosed:
    """Return an answer, or the end of an item without one."""
    timing = e.ItemTiming(shown=20_000, last_page=0, first_choice=9_000, uncharged=100, changes=1)
    if isinstance(given, str):
        return e.ItemClosed(
            section=section_id, position=position, item=item.id, state=given, timing=timing
        )
    return e.ResponseGiven(
        answer=f"{section_id}-{position}",
        section=section_id,
        position=position,
        item=item.id,
        given=("b1",) if given else ("b2",),
        category=given,
        timing=timing,
    )


def record(item: Item, given: Given) -> ItemRecord:
    """Return what the session machine makes of an answer."""
    state = ItemState(given) if isinstance(given, str) else ItemState.ANSWERED
    category = None if isinstance(given, str) else given
    return ItemRecord(item=item.id, state=state, given=(), category=category, shown_ms=20_000)


def identity() -> Identity:
    """Return who took the test."""
    return Identity(
        participant="p-001",
        sitting="wave-1",
        number="0231",
        name="SITI RAHMAWATI",
        nip="198609262015051001",
        position_group="administrator",
    )
