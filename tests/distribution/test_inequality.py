"""Indices against independent ones, published examples, and the properties that define them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity import distribution as d
from equity.distribution.ranks import FEW, order
from equity.errors import InputError

sys.path.insert(0, str(Path(__file__).parent))
import oracles

CASES, BATCH, CLOSE = 10_000, 25, 1e-10
AVERSIONS = (0.5, 1.0, 2.0)

units = st.lists(
    st.tuples(st.floats(0.01, 1e4), st.floats(0.01, 100)), min_size=1, max_size=12
).map(lambda pairs: tuple(np.array(column) for column in zip(*pairs, strict=True)))
RELATIVE: dict[str, Callable[..., float]] = {
    "gini": d.gini,
    "theil_t": d.theil_t,
    "theil_l": d.theil_l,
    "atkinson": lambda x, w: d.atkinson(x, w, 1.5),
}


def case(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw values, weights, ranks with ties, and groups."""
    size = rng.integers(1, 40)
    x = rng.lognormal(rng.normal(0, 3), rng.uniform(0.05, 1.5), size)
    w = rng.uniform(0.01, 10, size) * (rng.random(size) > 0.1)
    w[0] = 1.0
    return x, w, rng.integers(0, 6, size).astype(float), rng.integers(0, 4, size)


@pytest.mark.parametrize("batch", range(BATCH))
def test_ten_thousand_random_cases_equal_the_definitions(batch: int) -> None:
    rng = np.random.default_rng(batch)
    for _ in range(CASES // BATCH):
        x, w, by, groups = case(rng)
        assert d.gini(x, w) == pytest.approx(oracles.gini(x, w), abs=CLOSE)
        assert d.theil_t(x, w) == pytest.approx(oracles.theil_t(x, w), abs=CLOSE)
        assert d.theil_l(x, w) == pytest.approx(oracles.theil_l(x, w), abs=CLOSE)
        for aversion in AVERSIONS:
            expected = oracles.atkinson(x, w, aversion)
            assert d.atkinson(x, w, aversion) == pytest.approx(expected, abs=CLOSE)
        mean = np.average(x, weights=w)
        found = d.kolm_pollak(x, w, 1 / mean) / mean
        assert found == pytest.approx(oracles.kolm_pollak(x / mean, w, 1.0), abs=CLOSE)
        assert d.concentration_index(x, by, w) == pytest.approx(
            oracles.concentration(x, by, w), abs=CLOSE
        )
        has = by + 1
        assert d.suits(x, has, w) == pytest.approx(oracles.suits(x, has, w), abs=CLOSE)
        kakwani = oracles.concentration(x, has, w) - oracles.gini(has, w)
        assert d.kakwani(x, has, w) == pytest.approx(kakwani, abs=CLOSE)
        for index in ("theil_t", "theil_l"):
            table = d.decompose(x, w, groups, index)
            whole = getattr(d, index)(x, w)
            assert table["inequality"].iloc[-1] == pytest.approx(whole, abs=CLOSE)


def test_negative_values_with_a_mean_above_zero_equal_the_definition() -> None:
    rng = np.random.default_rng(5)
    for _ in range(500):
        x, w = rng.normal(1, 4, 20), rng.uniform(0.1, 3, 20)
        absolute = d.gini(x, w, absolute=True)
        assert absolute == pytest.approx(oracles.gini(x, w, absolute=True), abs=CLOSE)
        if np.average(x, weights=w) > 0.1:
            assert d.gini(x, w) == pytest.approx(oracles.gini(x, w), abs=1e-9)


def test_pysal_agrees_without_weights() -> None:
    peers = pytest.importorskip("inequality")
    rng = np.random.default_rng(6)
    for _ in range(50):
        x = rng.lognormal(0, 1, 200)
        groups = rng.integers(0, 5, 200)
        split = peers.theil.TheilD(x, groups)
        ours = d.decompose(x, 1.0, groups).iloc[-1]
        assert d.gini(x, 1.0) == pytest.approx(peers.gini.Gini(x).g, abs=CLOSE)
        assert d.theil_t(x, 1.0) == pytest.approx(peers.theil.Theil(x).T, abs=CLOSE)
        assert ours["between"] == pytest.approx(float(np.squeeze(split.bg)), abs=CLOSE)
        assert ours["within"] == pytest.approx(float(np.squeeze(split.wg)), abs=CLOSE)


def test_microdf_agrees_with_weights() -> None:
    peer = pytest.importorskip("microdf")
    rng = np.random.default_rng(7)
    x, w = rng.lognormal(0, 1, 500), rng.uniform(0.1, 5, 500)
    assert d.gini(x, w) == pytest.approx(peer.MicroSeries(x, weights=w).gini(), abs=CLOSE)


def test_the_published_example_of_a_concentration_index() -> None:
    # World Bank, Quantitative Techniques for Health Equity Analysis, Technical Note 7, table 1:
    # deaths under five per thousand births by wealth group, India; index -0.1694.
    births = [29_939, 28_776, 26_528, 24_689, 19_739]
    deaths = [154.7, 152.9, 119.5, 86.9, 54.3]
    assert d.concentration_index(deaths, range(5), births) == pytest.approx(-0.1694, abs=5e-5)


def test_equal_values_and_one_unit_give_zero() -> None:
    for name, index in RELATIVE.items():
        assert index([3.0] * 7, 1.0) == pytest.approx(0, abs=1e-15), name
        assert index([5.0], [2.0]) == pytest.approx(0, abs=1e-15), name
        assert index([0.0, 0.0], 1.0) == 0, name
    assert d.kolm_pollak([-4.0], 1.0, 0.1) == 0
    assert d.concentration_index([1.0, 9.0], [2.0, 2.0], 1.0) == pytest.approx(0)


def test_a_unit_with_nothing() -> None:
    assert d.theil_l([0.0, 1.0], 1.0) == np.inf
    assert d.theil_l([0.0, 1.0], [0.0, 1.0]) == 0
    assert d.theil_t([0.0, 1.0], 1.0) == pytest.approx(np.log(2))
    assert d.atkinson([0.0, 1.0], 1.0, 1.0) == 1
    assert d.atkinson([0.0, 1.0], [0.0, 2.0], 2.0) == pytest.approx(0)
    assert d.equally_distributed_equivalent([0.0, 1.0], 1.0, 2.0) == 0
    assert d.equally_distributed_equivalent([1.0, 4.0], 1.0, 1.0) == pytest.approx(2)


@given(units)
def test_replication_scale_and_permutation(case: tuple[np.ndarray, np.ndarray]) -> None:
    x, w = case
    for name, index in RELATIVE.items():
        base = index(x, w)
        assert index(np.tile(x, 3), np.tile(w, 3)) == pytest.approx(base, abs=1e-9), name
        assert index(x, w * 7) == pytest.approx(base, abs=1e-9), name
        assert index(x * 13, w) == pytest.approx(base, abs=1e-9), name
        assert index(x[::-1], w[::-1]) == pytest.approx(base, abs=1e-9), name
    moved = d.kolm_pollak(x + 50, w, 1e-3)
    assert moved == pytest.approx(d.kolm_pollak(x, w, 1e-3), rel=1e-6, abs=1e-6)


@given(units, st.floats(0.01, 0.49))
def test_a_transfer_from_rich_to_poor_lowers_inequality(
    case: tuple[np.ndarray, np.ndarray], part: float
) -> None:
    x, w = case
    poor, rich = int(np.argmin(x)), int(np.argmax(x))
    if x[rich] < x[poor] * 1.01:
        return
    moved = part * (x[rich] - x[poor]) * w[rich] * w[poor] / (w[rich] + w[poor])
    after = x.copy()
    after[poor] += moved / w[poor]
    after[rich] -= moved / w[rich]
    for name, index in RELATIVE.items():
        assert index(after, w) <= index(x, w) + 1e-12, name
    assert d.kolm_pollak(after, w, 1e-3) <= d.kolm_pollak(x, w, 1e-3) + 1e-9


@given(units)
def test_a_more_unequal_group_makes_the_whole_more_unequal(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    x, w = case
    spread = np.concatenate([x[:1] * 0.5, x[:1] * 1.5])
    whole = np.concatenate([spread, x]), np.concatenate([[1.0, 1.0], w])
    even = np.concatenate([x[:1], x[:1], x]), whole[1]
    for name in ("theil_t", "theil_l", "atkinson"):
        assert RELATIVE[name](*whole) > RELATIVE[name](*even), name


@given(units, st.integers(1, 4))
def test_within_and_between_add_up(case: tuple[np.ndarray, np.ndarray], count: int) -> None:
    x, w = case
    groups = np.arange(len(x)) % count
    for index in ("theil_t", "theil_l"):
        table = d.decompose(x, w, groups, index)
        rows, last = table.iloc[:-1], table.iloc[-1]
        assert rows["within"].sum() + rows["between"].sum() == pytest.approx(last["inequality"])
        assert last["inequality"] == pytest.approx(getattr(d, index)(x, w), abs=1e-9)


def test_a_group_without_weight_adds_nothing() -> None:
    table = d.decompose([1.0, 2.0, 9.0], [1.0, 1.0, 0.0], ["a", "a", "b"]).set_index("group")
    assert np.isnan(table.loc["b", "mean"])
    assert table.loc["b", ["within", "between"]].tolist() == [0, 0]
    assert table.loc["all", "inequality"] == pytest.approx(d.theil_t([1.0, 2.0], 1.0))


@pytest.mark.parametrize("sign", [1.0, -1.0, 0.0])
def test_many_values_are_sorted_exactly(sign: float) -> None:
    rng = np.random.default_rng(8)
    # Clusters closer together than the bits that the fast sort keeps.
    x = np.round(rng.normal(0, 3, 2 * FEW), 3) + rng.normal(0, 1e-13, 2 * FEW)
    x = np.where(sign == 0, x, sign * np.abs(x))
    places, ranked = order(x)
    assert np.array_equal(ranked, np.sort(x))
    assert np.array_equal(x[places], ranked)
    assert np.array_equal(np.sort(places), np.arange(len(x)))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: d.gini([], 1.0), "holds no unit"),
        (lambda: d.gini([1.0, np.nan], 1.0), "missing or infinite"),
        (lambda: d.gini([1.0, 2.0], [1.0]), "one value per unit"),
        (lambda: d.gini([1.0, 2.0], [0.0, 0.0]), "all zero"),
        (lambda: d.gini([1.0, 2.0], [-1.0, 2.0]), "below zero"),
        (lambda: d.gini([-1.0, 1.0], 1.0), "absolute=True"),
        (lambda: d.theil_t([-1.0, 3.0], 1.0), "below zero"),
        (lambda: d.atkinson([1.0], 1.0, -1.0), "aversion"),
        (lambda: d.kolm_pollak([1.0], 1.0, 0.0), "aversion"),
        (lambda: d.decompose([1.0], 1.0, ["a"], "theil"), "theil_t"),
        (lambda: d.decompose([1.0, 2.0], 1.0, ["a"]), "group for every unit"),
        (lambda: d.gini([[1.0]], 1.0), "axes"),
    ],
)
def test_unusable_input_is_refused(call: Callable[[], float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()


def test_all_problems_at_once() -> None:
    with pytest.raises(InputError) as raised:
        d.concentration_index([1.0, np.inf], [1.0, np.nan], [-1.0, 1.0])
    assert [word in str(raised.value) for word in ("values", "rank_by", "weights")] == [True] * 3
