"""Which items of a scale `cact calibrate` estimates, by which models, and what it leaves out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from cact_tui.banks.items import Form, ItemStatus
from cact_tui.psychometrics.arrays import IntArray
from cact_tui.psychometrics.calibration.design import KERNELS, CalibrationItem, GuessingPrior
from cact_tui.psychometrics.calibration.screening import SPARSE, category_counts
from cact_tui.results.evidence import CALIBRATED, LINKED, parameter_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.banks.items import Item, ItemBank
    from cact_tui.cli.response_files import ResponseSet
    from cact_tui.psychometrics.arrays import BoolArray

RIGHT_OR_WRONG = ("1PL", "2PL", "3PL")
GRADED = ("GRM", "GPCM", "PCM", "NRM")
ASKED_BY_NUMBER = 0.02
"""Chance of guessing a number that is typed."""
UNLINKED = "; with assumed anchors, responses of an adaptive test link to nothing"
MOSTLY = 0.7
"""Share of the items answered from which on the missing ones are gaps, not a choice of items."""
LEAST_ITEMS = 3
FEW = 100
"""Fewer people in a group say little of differences."""


@frozen(kw_only=True)
class ScalePlan:
    """What is calibrated of one scale.

    Attributes:
        scale: The scale.
        items: Ids of the items, estimated and fixed, in the order of the columns.
        specs: Their models.
        categories: Responses, (N, J); people without any are not among them.
        group: Index of each person's group, (N,); empty without groups.
        groups: Names of the groups, the largest first: it is the reference.
        left_out: Reasons by item id.
        remarks: Remarks by item id.
        warnings: What must be said of the whole.
        adaptive: Whether items were chosen by answers.
        unlinked: Why parameters found this way may not be written; empty where they may.
    """

    scale: str
    items: tuple[str, ...]
    specs: tuple[CalibrationItem, ...]
    categories: IntArray = field(repr=False)
    group: IntArray = field(repr=False)
    groups: tuple[str, ...]
    left_out: Mapping[str, str]
    remarks: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...]
    adaptive: bool
    unlinked: str

    @property
    def estimated(self) -> tuple[str, ...]:
        """Return the ids of the items that are estimated."""
        pairs = zip(self.items, self.specs, strict=True)
        return tuple(item for item, spec in pairs if spec.fixed is None)


def plans(
    bank: ItemBank, responses: ResponseSet, models: Sequence[str], *, fixed: bool
) -> tuple[ScalePlan, ...]:
    """Return a plan for each scale that responses were given to.

    Args:
        bank: The bank.
        responses: Responses to its items.
        models: Models to use instead of the bank's, where they suit an item's categories.
        fixed: Whether operational items keep their parameters and pretest items are estimated.
    """
    scales = {bank.items[item].scale for item in responses.items}
    return tuple(_plan(bank, scale, responses, models, fixed=fixed) for scale in sorted(scales))


def _plan(
    bank: ItemBank, scale: str, responses: ResponseSet, models: Sequence[str], *, fixed: bool
) -> ScalePlan:
    columns = [at for at, item in enumerate(responses.items) if bank.items[item].scale == scale]
    own = responses.categories[:, columns]
    left_out: dict[str, str] = {}
    specs: dict[str, CalibrationItem] = {}
    remarks: dict[str, tuple[str, ...]] = {}
    for column, at in enumerate(columns):
        item = bank.items[responses.items[at]]
        spec = _spec(bank, item, models, fixed=fixed)
        reason = spec if isinstance(spec, str) else _why_not(spec, own[:, column])
        if reason or isinstance(spec, str):
            left_out[item.id] = reason
        else:
            specs[item.id] = spec
            remarks[item.id] = _sparse(spec, own[:, column])
    kept = [column for column, at in enumerate(columns) if responses.items[at] in specs]
    answered = np.asarray((own[:, kept] >= 0).any(axis=1))
    group, groups = _groups(responses, answered)
    used = [bank.items[item] for item, spec in specs.items() if spec.fixed is not None]
    return ScalePlan(
        scale=scale,
        items=tuple(specs),
        specs=tuple(specs.values()),
        categories=own[answered][:, kept],
        group=group,
        groups=groups,
        left_out=left_out,
        remarks=remarks,
        warnings=(
            *_data_warnings(responses),
            *_rest_warning(bank, scale, specs),
            *_group_warnings(group, groups),
        ),
        adaptive=bool(responses.adaptive),
        unlinked=_unlinked(responses, used, len(specs), fixed=fixed),
    )


def _spec(
    bank: ItemBank, item: Item, models: Sequence[str], *, fixed: bool
) -> CalibrationItem | str:
    """Return how an item takes part, or why it does not."""
    if item.parameters is None or item.status in {ItemStatus.DRAFT, ItemStatus.REVIEW}:
        return f"it is still in {item.status.value}" if item.parameters else "it has no model"
    K = item.parameters.top_category + 1
    if fixed and item.status is ItemStatus.OPERATIONAL:
        return CalibrationItem(
            model=item.parameters.model, n_categories=K, D=bank.D, fixed=item.parameters.values
        )
    if fixed and item.status is not ItemStatus.PRETEST:
        return f"it is {item.status.value}, neither an anchor nor a pretest item"
    model = _model(item.parameters.model, models, K)
    if model not in KERNELS:
        usable = ", ".join(GRADED if K > 2 else RIGHT_OR_WRONG)  # noqa: PLR2004 - right or wrong
        return f"the {model} is not estimated here; name one of {usable} with --model"
    prior = GuessingPrior(mean=_logit(_chance(item))) if model == "3PL" else None
    return CalibrationItem(model=model, n_categories=K, D=bank.D, guessing=prior)


def _model(own: str, models: Sequence[str], K: int) -> str:
    """Return the first of the models named that suits so many categories, else the item's own."""
    suitable = RIGHT_OR_WRONG if K == 2 else GRADED  # noqa: PLR2004 - right or wrong
    return next((model for model in models if model in suitable), own)


def _chance(item: Item) -> float:
    """Return the chance of being right by guessing, around which c is expected."""
    if item.form is Form.NUMERIC:
        return ASKED_BY_NUMBER
    return 1 / math.comb(max(len(item.option_ids), 2), item.choose)


def _logit(chance: float) -> float:
    held = min(max(chance, ASKED_BY_NUMBER), 0.5)
    return math.log(held / (1 - held))


def _why_not(spec: CalibrationItem, categories: IntArray) -> str:
    """Return why an item cannot be estimated; nothing where it can."""
    (counts,) = category_counts(categories[:, None], (spec.n_categories,))
    if not any(counts):
        return "nobody answered it"
    empty = [str(k) for k, count in enumerate(counts) if not count]
    if spec.fixed is not None or not empty:
        return ""
    if spec.n_categories == 2:  # noqa: PLR2004 - right or wrong
        return f"everybody was {'wrong' if empty == ['1'] else 'right'}"
    return f"nobody is in category {', '.join(empty)}; map it to a neighbour in the key file"


def _sparse(spec: CalibrationItem, categories: IntArray) -> tuple[str, ...]:
    if spec.fixed is not None:
        return ()
    (counts,) = category_counts(categories[:, None], (spec.n_categories,))
    rare = [f"{k} ({count})" for k, count in enumerate(counts) if count < SPARSE]
    return (f"hardly anybody in category {', '.join(rare)}",) if rare else ()


def _groups(responses: ResponseSet, answered: BoolArray) -> tuple[IntArray, tuple[str, ...]]:
    """Return the index of each person's group and the groups' names, the largest first."""
    if not responses.group:
        return np.zeros(0, dtype=np.int64), ()
    names = [name for name, has in zip(responses.group, answered, strict=True) if has]
    groups = sorted(set(names), key=lambda name: (-names.count(name), name))
    return np.array([groups.index(name) for name in names], dtype=np.int64), tuple(groups)


def _data_warnings(responses: ResponseSet) -> tuple[str, ...]:
    """Return what must be said where items were, or may have been, chosen by answers."""
    if responses.adaptive:
        rules = ", ".join(responses.adaptive)
        return (f"items were chosen by answers ({rules}){UNLINKED}",)
    if _scattered(responses):
        return (f"hardly two people answered the same items{UNLINKED}",)
    return ()


def _rest_warning(
    bank: ItemBank, scale: str, specs: Mapping[str, CalibrationItem]
) -> tuple[str, ...]:
    """Return what must be said where a scale would be on two metrics."""
    rest = [item for item in bank.items.values() if item.scale == scale and item.id not in specs]
    if not rest or any(spec.fixed is not None for spec in specs.values()):
        return ()
    items = "1 item of the scale stays" if len(rest) == 1 else f"{len(rest)} items stay"
    return (f"{items} on the former metric, not estimated",)


def _group_warnings(group: IntArray, groups: tuple[str, ...]) -> tuple[str, ...]:
    sizes = [(name, int((group == at).sum())) for at, name in enumerate(groups)]
    return tuple(
        f"group {name} has {size} people, which says little" for name, size in sizes if size < FEW
    )


def _scattered(responses: ResponseSet) -> bool:
    """Tell whether nearly everybody answered a set of items of their own, and a part of them."""
    answered = responses.categories >= 0
    sets = np.unique(answered, axis=0)
    return len(sets) > len(answered) / 2 > 1 and bool(answered.mean() < MOSTLY)


def _unlinked(responses: ResponseSet, anchors: Sequence[Item], n_items: int, *, fixed: bool) -> str:
    """Return why nothing found may be written: it would claim a metric that it does not have."""
    weak = [item.id for item in anchors if parameter_class(item) not in {CALIBRATED, LINKED}]
    if fixed and weak:
        return f"{len(weak)} of {len(anchors)} anchors are not calibrated themselves"
    if responses.adaptive and not fixed:
        return "responses of an adaptive test need calibrated anchors (--fixed)"
    if n_items < LEAST_ITEMS:
        return f"fewer than {LEAST_ITEMS} items do not tell theta from chance"
    return ""
