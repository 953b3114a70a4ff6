"""Standards: cut points of a scale, levels that positions require, categories of the match.

Three kinds of file, all under `item_banks/`: `standard_settings/SCALE.toml`,
`standards/by_position_group.toml` and `standards/categories.toml`. Cut points are the standard:
changing one of these files changes what results mean, so results name their digests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.banks.items import ItemBank, Texts
from cact_tui.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable


@frozen
class Cut:
    """Where a level begins on the scale's metric, and the standard error of that point."""

    at: float
    se: float


@frozen(kw_only=True)
class StandardSetting:
    """The cut points of one scale; the k-th cut begins the level `lowest_level` + k."""

    scale: str
    metric: str
    lowest_level: int
    cuts: tuple[Cut, ...]
    method: str
    panel: int
    date: str
    approver: str
    levels: Mapping[int, Texts]
    digest: str

    @property
    def highest_level(self) -> int:
        """Return the level above the last cut."""
        return self.lowest_level + len(self.cuts)

    def level(self, theta: float) -> int:
        """Return the level of a theta; a cut belongs to the level that begins there."""
        return self.lowest_level + sum(theta >= cut.at for cut in self.cuts)


@frozen(kw_only=True)
class PositionGroup:
    """A group of positions and the level it requires of each scale."""

    id: str
    name: Texts
    standard: Mapping[str, int]


@frozen(kw_only=True)
class PositionStandards:
    """What position groups require; the match is computed only over the `full_set` of scales."""

    evidence: str
    full_set: tuple[str, ...]
    groups: Mapping[str, PositionGroup]
    digest: str


@frozen
class Band:
    """A category of the match (per cent): it begins at `at_least`."""

    at_least: float
    name: Texts


@frozen
class CategorySet:
    """Bands in descending order; the last begins at 0."""

    id: str
    bands: tuple[Band, ...]

    def band(self, match: float) -> Band:
        """Return the first band that a match in per cent reaches."""
        return next((band for band in self.bands if match >= band.at_least), self.bands[-1])


@frozen(kw_only=True)
class CategorySets:
    """All sets of categories, and how sure one must be to name one."""

    minimum_probability: float
    cap_overachievement: bool
    sets: Mapping[str, CategorySet]
    digest: str


def check_standards(
    banks: Mapping[str, ItemBank],
    settings: Mapping[str, StandardSetting],
    positions: Mapping[str, PositionStandards],
) -> tuple[Problem, ...]:
    """Return what is wrong between banks and standards, each by the label of its file.

    A standard and a bank of one scale share its metric; two settings never share a scale; positions
    require levels that the scale's setting has.
    """
    return (
        *_metrics_apart(banks, settings),
        *_settings_of_one_scale(settings),
        *_levels_out_of_reach(settings, positions),
    )


def _metrics_apart(
    banks: Mapping[str, ItemBank], settings: Mapping[str, StandardSetting]
) -> Iterable[Problem]:
    for label, setting in settings.items():
        for bank_label, bank in banks.items():
            if setting.scale in bank.scales and setting.metric != bank.metric:
                yield Problem(
                    path=label,
                    key="metric",
                    message=f"is {setting.metric}, but the bank {bank_label} is on {bank.metric}",
                    cure="set the standard on the bank's metric",
                )


def _settings_of_one_scale(settings: Mapping[str, StandardSetting]) -> Iterable[Problem]:
    first: dict[str, str] = {}
    for label, setting in settings.items():
        if first.setdefault(setting.scale, label) != label:
            message = f"the scale {setting.scale} has a standard in {first[setting.scale]} too"
            yield Problem(path=label, key="scale", message=message, cure="keep one of the files")


def _levels_out_of_reach(
    settings: Mapping[str, StandardSetting], positions: Mapping[str, PositionStandards]
) -> Iterable[Problem]:
    for setting in settings.values():
        for label, standards in positions.items():
            for group in standards.groups.values():
                level = group.standard.get(setting.scale)
                if level is not None and level > setting.highest_level:
                    yield Problem(
                        path=label,
                        key=f"group {group.id} standard.{setting.scale}",
                        message=f"requires level {level}, above the highest of the scale's levels",
                        cure=f"write at most {setting.highest_level}",
                    )
