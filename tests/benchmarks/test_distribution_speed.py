"""Speed of the equity metrics, as ratios to named peers and to numpy's own passes in one run."""

from __future__ import annotations

import numpy as np
import pytest

from equity import distribution as d
from tests.benchmarks.timing import ratio

pytestmark = pytest.mark.benchmark

# Groups: five of income by three of size.
UNITS, MANY, GROUPS = 1_000_000, 10_000_000, 15
MICRODF_ALLOWED, INEQUALIPY_ALLOWED, PYSAL_ALLOWED, THEIL_ALLOWED = 0.5, 0.7, 1.0, 1 / 30
SORT_ALLOWED, PASS_ALLOWED = 1.3, 6
CLOSE = 1e-9


@pytest.fixture(scope="module")
def million() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values, weights and groups."""
    rng = np.random.default_rng(0)
    return rng.lognormal(0, 1, UNITS), rng.uniform(0.1, 5, UNITS), rng.integers(0, GROUPS, UNITS)


@pytest.fixture(scope="module")
def many() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values, weights and what ranks them."""
    rng = np.random.default_rng(1)
    return rng.lognormal(0, 1, MANY), rng.uniform(0.1, 5, MANY), rng.normal(0, 1, MANY)


def test_weighted_gini_against_microdf(million: tuple[np.ndarray, ...]) -> None:
    peer = pytest.importorskip("microdf")
    x, w, _ = million
    series = peer.MicroSeries(x, weights=w)
    assert series.gini() == pytest.approx(d.gini(x, w), abs=CLOSE)
    assert ratio(lambda: d.gini(x, w), series.gini, MICRODF_ALLOWED) <= MICRODF_ALLOWED


def test_weighted_gini_against_inequalipy(million: tuple[np.ndarray, ...]) -> None:
    peer = pytest.importorskip("inequalipy")
    x, w, _ = million
    assert peer.gini(x, w) == pytest.approx(d.gini(x, w), abs=CLOSE)
    found = ratio(lambda: d.gini(x, w), lambda: peer.gini(x, w), INEQUALIPY_ALLOWED)
    assert found <= INEQUALIPY_ALLOWED


def test_gini_without_weights_against_pysal(million: tuple[np.ndarray, ...]) -> None:
    peer = pytest.importorskip("inequality")
    x, _, _ = million
    found = ratio(lambda: d.gini(x, 1.0), lambda: peer.gini.Gini(x).g, PYSAL_ALLOWED)
    assert found <= PYSAL_ALLOWED


def test_theil_decomposition_against_pysal(million: tuple[np.ndarray, ...]) -> None:
    peer = pytest.importorskip("inequality")
    x, _, groups = million
    found = ratio(
        lambda: d.decompose(x, 1.0, groups), lambda: peer.theil.TheilD(x, groups), THEIL_ALLOWED
    )
    assert found <= THEIL_ALLOWED


def test_ranked_indices_against_one_argsort(many: tuple[np.ndarray, ...]) -> None:
    x, w, by = many
    for index in (lambda: d.gini(x, w), lambda: d.concentration_index(x, by, w)):
        assert ratio(index, lambda: np.argsort(x), SORT_ALLOWED) <= SORT_ALLOWED


def test_entropy_indices_against_one_pass(many: tuple[np.ndarray, ...]) -> None:
    x, w, _ = many
    for index in (d.theil_t, d.theil_l, lambda a, b: d.atkinson(a, b, 1.0),
                  lambda a, b: d.atkinson(a, b, 0.5)):  # fmt: skip
        found = ratio(lambda index=index: index(x, w), lambda: np.log(x) @ w, PASS_ALLOWED)
        assert found <= PASS_ALLOWED
