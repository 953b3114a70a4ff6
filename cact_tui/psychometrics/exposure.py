"""How the best items are kept from being given to everybody."""

import attrs

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.checks import at_least
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.protocols import Advice


@attrs.frozen
class NoExposureControl:
    """The best item is given."""

    def advice(self, examinees: Examinees, draw: FloatArray) -> Advice:  # noqa: ARG002
        """Return advice that asks for nothing."""
        return Advice()


@attrs.frozen
class Randomesque:
    """One of the k best items is drawn (Kingsbury & Zara 1989)."""

    k: int = attrs.field(default=5, validator=at_least(1))

    def advice(self, examinees: Examinees, draw: FloatArray) -> Advice:  # noqa: ARG002
        """Return advice that asks for the k best items."""
        return Advice(top=self.k)
