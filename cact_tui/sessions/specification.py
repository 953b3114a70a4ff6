"""What a battery asks for: sections, their rules by name, their budgets."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, field, frozen

from cact_tui.sessions.events import Prior


@frozen
class RuleChoice:
    """A plug-in by name with its settings, as the configuration gives them."""

    rule: str
    settings: Mapping[str, object] = field(factory=dict)


@frozen(kw_only=True)
class StopChoice:
    """Stopping rules, combined: the section may stop when any (or all) of them are met."""

    rules: tuple[RuleChoice, ...]
    combine: str = "any"


@frozen(kw_only=True)
class PretestPlaces:
    """So many pretest items among those that count, at random places of a window.

    Places count all items shown, from 1: see `psychometrics.pretest.PretestPlan`.
    """

    items: int
    first: int
    last: int


@frozen(kw_only=True)
class SectionSpecification:
    """A section: one scale, measured from one or more banks.

    `min_items` and `max_items` bound the items that count; `pretest` items come on top of them.
    `seconds` is the budget of time really shown (None: only the battery's). `prior` steers the
    interim estimate; `reference` is the one prior of the final estimate, the same for everybody.
    """

    id: str
    scale: str
    banks: tuple[str, ...]
    title: Mapping[str, str]
    introduction: Mapping[str, str]
    seconds: int | None
    min_items: int
    max_items: int
    start: RuleChoice
    selector: RuleChoice
    exposure: RuleChoice
    content: RuleChoice
    interim: RuleChoice
    final: RuleChoice
    beside: RuleChoice | None
    prior: Prior
    reference: Prior
    stop: StopChoice
    break_after: int = 0
    pretest: PretestPlaces | None = None

    @property
    def longest(self) -> int:
        """Return how many items a participant may be shown at most, pretest items among them."""
        return self.max_items + (self.pretest.items if self.pretest else 0)


def plain_rules(specification: SectionSpecification) -> SectionSpecification:
    """Return a section with the built-in rules that stand in when a plug-in fails."""
    return evolve(
        specification,
        start=RuleChoice("fixed", {"theta": specification.prior.mean}),
        selector=RuleChoice("mfi"),
        exposure=RuleChoice("none"),
        content=RuleChoice("none"),
        interim=RuleChoice("eap"),
        final=RuleChoice("eap"),
        beside=None,
        stop=StopChoice(rules=()),
    )


@frozen(kw_only=True)
class InterruptionPolicy:
    """When resuming needs somebody's authorisation: seconds away, or the n-th cut."""

    away_seconds: int = 60
    cuts: int = 3


@frozen(kw_only=True)
class BatterySpecification:
    """The whole test. `authorisation` is `self` (a single terminal) or `proctor` (a hall).

    `correlations` are the settings of `psychometrics.multidimensional.correlations.Correlations`;
    with them earlier sections steer later ones. Empty: they do not.
    """

    sections: tuple[SectionSpecification, ...]
    seconds: int | None
    practice: bool
    authorisation: str
    interruption: InterruptionPolicy
    may_leave: bool
    correlations: Mapping[str, object] = field(factory=dict)

    @property
    def total_seconds(self) -> int:
        """Return the battery's budget, or the sum of its sections'; 0 without any."""
        return self.seconds or sum(section.seconds or 0 for section in self.sections)

    def extra_seconds(self, *, minutes: int, percent: int) -> int:
        """Return an accommodation in seconds: minutes of the whole battery, and percent of it."""
        return minutes * 60 + round(self.total_seconds * percent / 100) if self.total_seconds else 0

    def share(self, section: SectionSpecification, extra: int) -> int:
        """Return which part of `extra` seconds for the whole battery belongs to a section."""
        return round(extra * (section.seconds or 0) / self.total_seconds) if extra else 0

    def section(self, section: str) -> SectionSpecification:
        """Return a section by its id.

        Raises:
            KeyError: no such section.
        """
        for specification in self.sections:
            if specification.id == section:
                return specification
        raise KeyError(section)
