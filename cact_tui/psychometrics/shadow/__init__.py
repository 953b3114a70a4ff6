"""Shadow tests: full blueprints kept at every step of an adaptive test.

Before each item a whole test is assembled that meets every constraint, contains all items given so
far and has the most information at the interim theta; the next item is one of its free items (van
der Linden & Reese 1998; van der Linden 2005, chapter 9). So no sequence of answers can lead to a
test that misses the blueprint.

The parts, in the order in which a choice passes them: `constraints` (the table), `blueprint` (its
rows over the items of a pool), `slots` (interchangeable items put together), `solving` with
`simplex`, `matrices` and `branching` (the built-in exact solver), `highs` (HiGHS behind the same
interface), `assembly` (solve, verify, retry, relax), `feasibility` (the check), `content` (the
plug-in).
"""
