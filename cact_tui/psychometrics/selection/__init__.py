"""How much each item is worth as the next one: the selectors, a file for each family.

Scores are higher for better items. Those on a ratio scale (information, divergence) are never
negative, and say so by ``ratio_scale``: content rules that multiply scores need that.
"""

from cact_tui.psychometrics.selection.chance import RandomSelection
from cact_tui.psychometrics.selection.information import MaximumInformation

__all__ = ["MaximumInformation", "RandomSelection"]
