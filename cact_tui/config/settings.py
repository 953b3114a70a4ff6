"""The settings of an event, as read and validated."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from cact_tui.banks.items import BankPurpose, ItemBank, Texts
from cact_tui.banks.keys import KeyBook
from cact_tui.banks.standards import Band, PositionStandards, StandardSetting
from cact_tui.config.hall import HallSettings
from cact_tui.config.proctor import ProctorSettings
from cact_tui.config.second_copy import CopySettings
from cact_tui.sessions.specification import BatterySpecification


class EventPurpose(StrEnum):
    """What the results of an event are for."""

    SELECTION = "selection"
    MAPPING = "mapping"
    REHEARSAL = "rehearsal"


@frozen(kw_only=True)
class EventSettings:
    """The event: id, title, purpose, the languages offered (first: the default), local time."""

    id: str
    title: Texts
    purpose: EventPurpose
    languages: tuple[str, ...]
    timezone: str


@frozen(kw_only=True)
class StoreSettings:
    """Where things are kept: the store's URL, folders of results and caches, the second copy."""

    url: str
    results: str
    cache: str
    second_copy: CopySettings = field(factory=CopySettings)


@frozen(kw_only=True)
class AttemptLimits:
    """Failed sign-ins in a row after which a participant, or a seat, is locked, and for how long.

    A seat stands for whoever sits there, so it may fail more often.
    """

    participant: int = 5
    seat: int = 15
    lockout_minutes: int = 10


@frozen(kw_only=True)
class Policy:
    """What this event allows.

    `show_result` lets the profile appear on the end screen of operational banks (rehearsals and
    demonstrations show it marked, whatever it says); `clock` is whether the clock is shown at
    first; `warnings` are minutes left at which the participant is told; `valid_years` dates
    results. In a hall `sign_in` is by `number` or by number and `pin`; who comes more than
    `late_minutes` after the sitting was opened does not begin any more (0: whenever).
    """

    show_result: bool
    clock: bool
    warnings: tuple[int, ...]
    valid_years: int
    sign_in: str = "number"
    attempts: AttemptLimits = AttemptLimits()
    late_minutes: int = 0


@frozen(kw_only=True)
class CategoryRules:
    """The categories of the match in use: bands descending, and how sure one must be."""

    id: str
    bands: tuple[Band, ...]
    minimum_probability: float
    cap_overachievement: bool


@frozen(kw_only=True)
class ProfileRules:
    """What may be said of a scale and a profile (`measurement.md` 1-4), all from files.

    `variance_ratio` is the greatest share of the prior's variance that the posterior may keep for a
    scale to count as measured; `confidence` is the coverage of bands, in (0, 1).
    """

    variance_ratio: float
    confidence: float
    standards: PositionStandards | None
    categories: CategoryRules | None
    levels: Mapping[str, StandardSetting]


@frozen(kw_only=True)
class Passages:
    """Texts of the event: rules, privacy notice, what adaptive means, what comes after."""

    rules: Texts
    privacy: Texts
    adaptive: Texts
    finish: Texts


@frozen(kw_only=True)
class Participant:
    """One line of `participants.csv`."""

    number: str
    name: str = field(repr=False)
    nip: str = field(default="", repr=False)
    position_group: str = ""


@frozen(kw_only=True)
class Materials:
    """Everything a session needs, from exactly the bytes in `documents`.

    `documents` maps the path of each file, relative to the configuration, to its SHA-256 (hex),
    `contents` each digest to the bytes; `banks` and `keys` are by bank id; keys never leave this
    object towards a screen. `participants` is the file of who is expected, empty for none; it is
    personal and never pinned.
    """

    event: EventSettings
    store: StoreSettings
    battery: BatterySpecification
    policy: Policy
    profile: ProfileRules
    passages: Passages
    banks: Mapping[str, ItemBank]
    keys: Mapping[str, KeyBook] = field(repr=False)
    practice: ItemBank | None
    participants: str
    hall: HallSettings = field(factory=HallSettings)
    proctor: ProctorSettings = field(factory=ProctorSettings)
    documents: Mapping[str, str]
    contents: Mapping[str, bytes] = field(repr=False)

    @property
    def trial(self) -> bool:
        """Return whether any bank is a demonstration, which every output must say."""
        return any(bank.purpose is BankPurpose.DEMONSTRATION for bank in self.banks.values())

    @property
    def position_groups(self) -> tuple[str, ...]:
        """Return the position groups that the standards know, by id; empty without standards."""
        standards = self.profile.standards
        return tuple(standards.groups) if standards else ()
