"""Hypothesis without a deadline: the first example compiles pools, and machines differ."""

from hypothesis import settings

settings.register_profile("psychometrics", deadline=None)
settings.load_profile("psychometrics")
