"""A result: what was administered, what was found, and what proves it. Format version 1.

Estimates, priors and times are those of the events, bit for bit. A result never holds the key, a
rationale, or the category of an option that was not chosen; it does hold the category of each
answer, so a file with it is key material (0600).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from cact_tui.results.findings import Evidence, Profile
from cact_tui.results.incident_records import Incidents
from cact_tui.results.moments import Moment
from cact_tui.sessions.events import Build, Estimate, ItemTiming, Prior
from cact_tui.sessions.specification import PretestPlaces

FORMAT = 1
DRAFT = "draft"
TRIAL_LABEL = "uji coba"


@frozen(kw_only=True)
class Person:
    """Who took the test. All but the opaque id is None once erased, or where nobody told it.

    Number, name and NIP are also None where somebody else took it than who it was opened for.
    """

    id: str
    number: str | None = field(repr=False)
    name: str | None = field(repr=False)
    nip: str | None = field(repr=False)
    position_group: str | None


@frozen(kw_only=True)
class EventFacts:
    """The event and the sitting that the session belongs to."""

    id: str
    title: Mapping[str, str]
    purpose: str
    sitting: str
    timezone: str


@frozen(kw_only=True)
class SessionFacts:
    """The session as such. `finished` is None while no terminal status was reached.

    `state` is the session's status; `valid_until` is the last day of the policy's validity, which
    for a trial says nothing. `accommodation` is what was granted, never why.
    """

    state: str
    opened: Moment
    finished: Moment | None
    last_event: Moment
    valid_until: str | None
    language: str
    mode: str
    rehearsal: bool
    accommodation: str | None = None
    practice_answers: int | None = None


@frozen(kw_only=True)
class Proof:
    """What computed and from what: enough to compute it again."""

    build: Build
    plugins: Mapping[str, str]
    documents: Mapping[str, str]
    seed: str
    schema: int


@frozen(kw_only=True)
class ChainHead:
    """The last event of the journal that this result rests on."""

    events: int
    seq: int
    digest: str


@frozen(kw_only=True)
class Counts:
    """How many items that count ended how. Only `answered` was scored.

    `open` was on the screen when the record ends; `not_reached` is how many items were missing to
    the minimum of the section. `pretest` is how many other items were shown, however they ended.
    """

    answered: int = 0
    omitted: int = 0
    timed_out: int = 0
    interrupted: int = 0
    withdrawn: int = 0
    open: int = 0
    not_reached: int = 0
    pretest: int = 0


@frozen(kw_only=True)
class ItemParameters:
    """An item's parameters and where they come from; `evidence` is how far they may be trusted."""

    model: str
    D: float
    values: Mapping[str, float | tuple[float, ...]]
    evidence: str
    method: str
    rule: str
    n: int | None
    date: str
    software: str
    sample: str
    se: Mapping[str, float | tuple[float, ...]]


@frozen(kw_only=True)
class Choosing:
    """How the engine came to an item: rule, criterion, place among the candidates, draws."""

    rule: str
    criterion: float
    rank: int
    candidates: tuple[str, ...]
    draws: tuple[float, ...]
    order_draws: tuple[float, ...]
    fallback: bool


@frozen(kw_only=True)
class ItemResult:
    """One item that was shown. `given` and `category` are empty and None unless answered.

    `role` is `scored`, or `pretest` for an item that was never scored: its category is there to
    calibrate it. `before` is the estimate that the item was chosen from, `after` the one that its
    answer led to, None where the record ends before it was made.
    """

    id: str
    version: int
    digest: str
    bank: str
    role: str
    position: int
    language: str
    parameters: ItemParameters | None
    options: tuple[str, ...]
    state: str
    given: tuple[str, ...]
    category: int | None
    shown: Moment
    closed: Moment | None
    timing: ItemTiming | None
    choosing: Choosing
    before: Estimate
    after: Estimate | None
    tags: Mapping[str, str]


@frozen(kw_only=True)
class BankFacts:
    """One bank that a section drew from."""

    id: str
    version: str
    purpose: str
    metric: str


@frozen(kw_only=True)
class Rule:
    """A rule by name with its settings, as configured."""

    rule: str
    settings: Mapping[str, Any]


@frozen(kw_only=True)
class Method:
    """How a section is administered and estimated; `pretest` items count for nothing."""

    start: Rule
    selector: Rule
    exposure: Rule
    content: Rule
    interim: Rule
    final: Rule
    beside: Rule | None
    stop: tuple[Rule, ...]
    stop_when: str
    pretest: PretestPlaces | None = None


@frozen(kw_only=True)
class Estimates:
    """The estimates of a section as recorded: where it began, what steered it, what is reported."""

    start: Estimate | None
    interim: Estimate | None
    final: Estimate | None
    beside: Estimate | None


@frozen(kw_only=True)
class Priors:
    """The priors: of the interim estimate, and the one reference prior of the final one."""

    interim: Prior
    final: Prior


@frozen(kw_only=True)
class SectionResult:
    """One section of the battery. `state` is `ended`, `begun` (no end on record) or `not_begun`.

    `parameters` is the weakest evidence of any item in its pool: `assumed` where so.
    """

    id: str
    scale: str
    state: str
    banks: tuple[BankFacts, ...]
    metric: str
    parameters: str
    method: Method
    min_items: int
    max_items: int
    budget_seconds: int | None
    used_ms: int
    uncharged_ms: int
    started: Moment | None
    ended: Moment | None
    stop_reason: str | None
    start_rule: str | None
    start_draws: tuple[float, ...]
    priors: Priors
    estimates: Estimates
    counts: Counts
    items: tuple[ItemResult, ...]


@frozen(kw_only=True)
class Result:
    """The result of one session. `status` is `draft` until an assessor releases it.

    `trial` says that nothing may be decided from it, `trial_reasons` why (`demonstration`,
    `rehearsal`, `parameters`, `standard`), `label` how it is marked. `reference` is what the
    participant was told; `version` counts the results written of one session.
    """

    format: int = FORMAT
    reference: str
    version: int = 1
    status: str = DRAFT
    trial: bool
    label: str | None
    trial_reasons: tuple[str, ...]
    evidence: Evidence
    participant: Person
    event: EventFacts
    session: SessionFacts
    counts: Counts
    profile: Profile
    sections: tuple[SectionResult, ...]
    incidents: Incidents
    proof: Proof
    chain: ChainHead
