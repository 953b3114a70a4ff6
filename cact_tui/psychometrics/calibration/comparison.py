"""Do the categories of graded items ascend? The nominal model asks without assuming it.

Experts' credits are a claim about the order of options. The GPCM (or GRM, PCM) takes it for
granted; the NRM gives each category a slope of its own, and where the slopes ascend with the
categories, s_0 = 0 <= s_1 <= ... <= s_m, higher credits do go with higher theta (Bock 1972;
Thissen, Cai & Bock 2010). Both are compared by BIC, for the NRM always fits as well as the GPCM.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.calibration.climbing import EMSettings, climb
from cact_tui.psychometrics.calibration.design import CalibrationItem, Design
from cact_tui.psychometrics.calibration.estimation import Calibration
from cact_tui.psychometrics.calibration.linear import NRM

DEFAULT_SETTINGS = EMSettings(tolerance=1e-4)


@attrs.frozen(kw_only=True)
class NominalComparison:
    """The graded items of a calibration under the nominal model.

    Attributes:
        log_likelihood: With the NRM in the place of the graded models.
        bic_gain: BIC of the calibration less BIC with the NRM; above 0 the NRM is worth its
            parameters.
        slopes: Slopes s_1..s_m of each graded item by position.
        out_of_order: Positions of the items whose slopes do not ascend.
    """

    log_likelihood: float
    bic_gain: float
    slopes: dict[int, tuple[float, ...]]
    out_of_order: tuple[int, ...]


def compare_with_nominal(
    calibration: Calibration, settings: EMSettings = DEFAULT_SETTINGS
) -> NominalComparison | None:
    """Return how the graded items do under the NRM; None where none was estimated."""
    old = calibration.design
    items = [_nominal(item) for item in old.items]
    if not any(new is not before for new, before in zip(items, old.items, strict=True)):
        return None
    design = Design.of(old.patterns, items, old.theta)
    ended = climb(design, design.start(), settings)
    log_likelihood = ended.place.expected.log_likelihood
    rows = design.rows(ended.place.point)
    slopes = {
        position: tuple(rows[position][: item.n_categories - 1].tolist())
        for position, item in enumerate(items)
        if item.fixed is None and item.model == NRM.name
    }
    penalty = float(np.log(calibration.n_people)) * design.n_parameters
    return NominalComparison(
        log_likelihood=log_likelihood,
        bic_gain=calibration.bic - (penalty - 2 * log_likelihood),
        slopes=slopes,
        out_of_order=tuple(at for at, own in slopes.items() if (np.diff((0.0, *own)) < 0).any()),
    )


def _nominal(item: CalibrationItem) -> CalibrationItem:
    """Return a graded item under the NRM, any other as it is."""
    graded = item.fixed is None and item.n_categories > 2 and item.model != NRM.name  # noqa: PLR2004 - right or wrong
    return attrs.evolve(item, model=NRM.name) if graded else item
