"""When a test may end: the stop rules, a file for each family, and how they combine.

A rule says only whether it is met; `administration.verdict` asks it after ``min_items`` and the
content minima.
"""

from cact_tui.psychometrics.stopping.combined import StopRules
from cact_tui.psychometrics.stopping.precision import StandardErrorAtMost

__all__ = ["StandardErrorAtMost", "StopRules"]
