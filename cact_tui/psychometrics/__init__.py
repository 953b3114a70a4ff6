"""Psychometrics: numbers in, numbers out.

Item response models, estimation, and the engine that chooses the next item. Nothing here reads a
file, a clock or a global random generator; every function is a function of its arguments.

Everything works on a batch of examinees: a live session is a batch of one, a simulation a batch of
thousands. Shapes are written with E examinees, n items of the pool, K categories, L administered
items and T points of theta.

The names below are what a script needs; each brings in its module when it is first asked for, so
that this package costs no start-up time. The rules of a section (selectors, exposure, content,
starts, stops) are built by name with `registry.build`; `evaluation` has the figures of simulated
tests.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cact_tui.psychometrics.administration import Rules, begin, choose, update, verdict
    from cact_tui.psychometrics.conversion import from_catr, from_mirt
    from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
    from cact_tui.psychometrics.estimation.jeffreys import JeffreysExpectedAPosteriori
    from cact_tui.psychometrics.estimation.map import MaximumAPosteriori
    from cact_tui.psychometrics.estimation.ml import MaximumLikelihood
    from cact_tui.psychometrics.estimation.posterior import level_probabilities, posterior
    from cact_tui.psychometrics.estimation.robust import RobustLikelihood
    from cact_tui.psychometrics.estimation.wle import WeightedLikelihood
    from cact_tui.psychometrics.examinees import Examinees
    from cact_tui.psychometrics.picking import Picks
    from cact_tui.psychometrics.pool import Pool
    from cact_tui.psychometrics.priors import (
        HistogramPrior,
        NormalPrior,
        UniformPrior,
        carried_over,
    )
    from cact_tui.psychometrics.problems import ParameterError, RuleFaultError, SettingsError
    from cact_tui.psychometrics.protocols import Estimates
    from cact_tui.psychometrics.simulation import (
        RecordedAnswers,
        SimulatedAnswers,
        SimulatedTests,
        administer,
        simulate,
    )
    from cact_tui.psychometrics.stopping.combined import StopRules
    from cact_tui.psychometrics.structure import Structure

__all__ = [
    "Estimates",
    "Examinees",
    "ExpectedAPosteriori",
    "HistogramPrior",
    "JeffreysExpectedAPosteriori",
    "MaximumAPosteriori",
    "MaximumLikelihood",
    "NormalPrior",
    "ParameterError",
    "Picks",
    "Pool",
    "RecordedAnswers",
    "RobustLikelihood",
    "RuleFaultError",
    "Rules",
    "SettingsError",
    "SimulatedAnswers",
    "SimulatedTests",
    "StopRules",
    "Structure",
    "UniformPrior",
    "WeightedLikelihood",
    "administer",
    "begin",
    "carried_over",
    "choose",
    "from_catr",
    "from_mirt",
    "level_probabilities",
    "posterior",
    "simulate",
    "update",
    "verdict",
]

_MODULES = {
    "administration": ("Rules", "begin", "choose", "update", "verdict"),
    "conversion": ("from_catr", "from_mirt"),
    "estimation.eap": ("ExpectedAPosteriori",),
    "estimation.jeffreys": ("JeffreysExpectedAPosteriori",),
    "estimation.map": ("MaximumAPosteriori",),
    "estimation.ml": ("MaximumLikelihood",),
    "estimation.posterior": ("level_probabilities", "posterior"),
    "estimation.robust": ("RobustLikelihood",),
    "estimation.wle": ("WeightedLikelihood",),
    "examinees": ("Examinees",),
    "picking": ("Picks",),
    "pool": ("Pool",),
    "priors": ("HistogramPrior", "NormalPrior", "UniformPrior", "carried_over"),
    "problems": ("ParameterError", "RuleFaultError", "SettingsError"),
    "protocols": ("Estimates",),
    "simulation": (
        "RecordedAnswers",
        "SimulatedAnswers",
        "SimulatedTests",
        "administer",
        "simulate",
    ),
    "stopping.combined": ("StopRules",),
    "structure": ("Structure",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

if not TYPE_CHECKING:  # a type checker should see the names above and no others

    def __getattr__(name: str) -> object:
        """Return a public name from its module, which is imported now."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
