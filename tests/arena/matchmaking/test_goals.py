"""Goals of orders keep a share of care for the intervals."""

import numpy as np
import pytest

from arena.matchmaking.goals import mean_variance_weights, order_weights, top_weights, with_intervals

THETA = np.array([1.0, 0.9, 0.1, -0.8])
COVARIANCE = np.diag([0.05, 0.08, 0.06, 0.07]) + 0.5


@pytest.mark.parametrize("share", [0.0, 0.2, 0.7])
def test_the_intervals_have_the_share_that_is_asked_for(share):
    plain = order_weights(THETA, COVARIANCE)
    mixed = with_intervals(plain, COVARIANCE, share)
    assert np.trace(plain @ COVARIANCE) / np.trace(mixed @ COVARIANCE) == pytest.approx(1 - share)
    rest = mixed - plain
    assert rest == pytest.approx(mean_variance_weights(4) * rest[0, 0] / 0.75)


def test_where_no_order_is_open_the_intervals_are_the_goal():
    assert with_intervals(np.zeros((4, 4)), COVARIANCE, 0.2) == pytest.approx(mean_variance_weights(4))


def test_what_all_strengths_have_in_common_blurs_no_place():
    assert top_weights(THETA, COVARIANCE, 2) == pytest.approx(top_weights(THETA, COVARIANCE + 3.0, 2))
