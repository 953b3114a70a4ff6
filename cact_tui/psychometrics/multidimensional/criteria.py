"""How much each item is worth to all dimensions together.

With M the information matrix after the item, that is the information so far plus the item's, and,
under a prior N(m, S), plus S^-1 (Segall 1996; van der Linden 1999; Mulder & van der Linden 2009):

    D-rule   det M                 the volume of the error ellipsoid
    A-rule   -trace M^-1           the sum of the error variances
    T-rule   trace M               the sum of the information
    E-rule   least eigenvalue      the worst direction
    W-rule   w' M w                the direction of a composite

Higher is better for each. Without a prior M is singular until every dimension was asked about;
then D and E are 0 and A is -inf, for there is an error variance without bound. (mirtCAT takes the
pseudo-inverse there, by which an item that opens a new dimension makes things worse.)

In a battery M changes by a single element, and the D- and A-rule need no determinant:

    det (M + i e_j e_j') = det M (1 + i V_jj)
    V after = V - i V_.j V_.j' / (1 + i V_jj),    V = M^-1

so that `error_reduction` is what the A-rule gains, and 1 + i V_jj what the D-rule gains.
"""

from collections.abc import Callable

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.multidimensional.compensatory import CompensatoryPool
from cact_tui.psychometrics.pool import TINY

Criterion = Callable[[FloatArray], FloatArray]

SINGULAR = 1e-13
"""A least eigenvalue below this share of the largest is 0."""


def d_rule(information: FloatArray) -> FloatArray:
    """Return det M; 0 where M is singular. (..., s, s) to (...)."""
    values = _eigenvalues(information)
    return np.asarray(values.prod(axis=-1))


def a_rule(information: FloatArray) -> FloatArray:
    """Return -trace M^-1; -inf where M is singular. (..., s, s) to (...)."""
    values = _eigenvalues(information)
    with np.errstate(divide="ignore"):
        return np.asarray(-(1.0 / values).sum(axis=-1))


def t_rule(information: FloatArray) -> FloatArray:
    """Return trace M. (..., s, s) to (...)."""
    return np.asarray(np.trace(information, axis1=-2, axis2=-1))


def e_rule(information: FloatArray) -> FloatArray:
    """Return the least eigenvalue of M. (..., s, s) to (...)."""
    return np.asarray(_eigenvalues(information)[..., 0])


def w_rule(information: FloatArray, weights: FloatArray) -> FloatArray:
    """Return w' M w; weights (s,). (..., s, s) to (...)."""
    return np.asarray(((information @ weights) * weights).sum(axis=-1))


def worth(
    criterion: Criterion, pool: CompensatoryPool, theta: FloatArray, information: FloatArray
) -> FloatArray:
    """Return the criterion for each item as the next one, (E, n).

    Args:
        criterion: One of this module's rules, or any function of M.
        pool: The items.
        theta: Where the items' information is taken, (E, s).
        information: The information so far, (E, s, s); with the prior's precision if the prior is
            to count.
    """
    return criterion(information[:, None] + pool.information_matrices(theta))


def kullback_leibler(pool: CompensatoryPool, theta: FloatArray, delta: FloatArray) -> FloatArray:
    """Return how well each item tells theta + delta from theta - delta, (E, n).

    KL = sum over k of P_k(theta + delta) log(P_k(theta + delta) / P_k(theta - delta)), as mirtCAT
    has it (Chang & Ying 1996); its KL takes 0.1 in every dimension, its KLn 0.1 sqrt(answers).

    Args:
        pool: The items.
        theta: The interim estimates, (E, s).
        delta: Half the distance, (s,), or (E, s) for each examinee.
    """
    above, below = (np.maximum(pool.probabilities(theta + d), TINY) for d in (delta, -delta))
    return np.asarray((above * np.log(above / below)).sum(axis=-1))


def error_reduction(
    information: FloatArray, scale: IntArray, covariance: FloatArray, weights: FloatArray
) -> FloatArray:
    """Return by how much items of single scales reduce the weighted sum of error variances, (E, m).

    i sum over u of w_u V_uj^2 / (1 + i V_jj): the A-rule's gain if all weights are 1.

    Args:
        information: The information i of each item in its own scale, (E, m).
        scale: The scale j of each item, (m,).
        covariance: The error covariance V now, (E, s, s).
        weights: How much the error of each scale counts, (E, s).
    """
    reach = np.einsum("eu,euj->ej", weights, covariance**2)[:, scale]
    variance = np.diagonal(covariance, axis1=1, axis2=2)[:, scale]
    return np.asarray(information * reach / (1.0 + information * variance))


def _eigenvalues(information: FloatArray) -> FloatArray:
    """Return the eigenvalues, ascending, (..., s); those that rounding alone makes are 0."""
    values = np.linalg.eigvalsh(information)
    return np.where(values > SINGULAR * values[..., -1:], values, 0.0)
