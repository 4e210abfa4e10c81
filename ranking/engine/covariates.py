"""From features of two responses to the covariates of a vote."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def relative_difference(first: Floats, second: Floats) -> Floats:
    """Return (f_a - f_b) / (f_a + f_b) for arrays of features from zero on; 0 where both are 0.

    It lies between -1 and 1, says "by what share" and not "by how many", and changes its sign with the sides.
    """
    total = np.asarray(first + second, dtype=np.float64)
    return np.divide(first - second, total, out=np.zeros_like(total), where=total > 0)


def style_covariates(first: Floats, second: Floats, weight: Floats | None = None) -> Floats:
    """Return the (N, K) covariates of N votes from the features of both sides.

    z = d / s with d = (f_a - f_b) / (f_a + f_b), and s the standard deviation of d over the votes, a column at a
    time. d is not centred, and s is taken around zero, s^2 = sum w d^2 / sum w: sides are drawn at random, so zero is
    the mean of d, and swapping the sides of any votes changes the sign of their covariates and nothing else. One unit
    of z is one standard deviation. A feature in which no two responses differ stays zero everywhere.

    Parameters
    ----------
    first, second : (N, K) features of sides A and B. weight : (N,) of the votes; 1 if left out.
    """
    difference = relative_difference(first, second)
    weight = np.ones(len(difference)) if weight is None else weight
    spread = np.sqrt(weight @ difference**2 / max(float(weight.sum()), np.finfo(float).tiny))
    return np.divide(difference, spread, out=np.zeros_like(difference), where=spread > 0)
