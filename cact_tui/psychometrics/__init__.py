"""Psychometrics: numbers in, numbers out.

Item response models, estimation, and the engine that chooses the next item. Nothing here reads a
file, a clock or a global random generator; every function is a function of its arguments.

Everything works on a batch of examinees: a live session is a batch of one, a simulation a batch of
thousands. Shapes are written with E examinees, n items of the pool, K categories, L administered
items and T points of theta.

Import the module you need (``cact_tui.psychometrics.pool`` and so on); this package itself imports
nothing, so that naming a rule costs no start-up time.
"""
