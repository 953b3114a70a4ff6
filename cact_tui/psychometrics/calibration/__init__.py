"""Calibration: item parameters from responses, and what there is to say of them.

`estimation.calibrate` estimates the 1PL, 2PL, 3PL, GRM, GPCM, PCM and NRM by marginal maximum
likelihood, with missing answers, groups and known items; `fit`, `dif`, `dependence` and `screening`
look at what was found. Responses are arrays of categories, people by items, -1 where missing;
parameters come back under the keys of the bank. Nothing here reads a file or draws a number.
"""
