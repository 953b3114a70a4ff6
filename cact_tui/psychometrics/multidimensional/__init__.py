"""Several scales measured as one: theta is a vector, and its elements may correlate.

Two structures are served. Compensatory items load any number of dimensions through one linear
predictor (`compensatory`); in a battery each item loads one scale, its own (between-item structure,
`battery`), so that ordinary pools serve unchanged and everything is a matter of one dimension at a
time.

Shapes are those of the package, with s dimensions or scales: theta (E, s), covariances (E, s, s).
"""
