"""GSIM, SMART and exact-hat gravity: identities, limits, other programs, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import root

from equity.errors import ConvergenceError, InputError
from equity.market import effect, exact_hat, gsim, power, smart

NAMES = ["BRA", "FRA", "IND", "KEN"]
ELASTICITIES: dict[str, Any] = {
    "import_demand_elasticity": -1.2,
    "export_supply_elasticity": 1.5,
    "substitution_elasticity": 4.0,
}


def matrix(seed: int, size: int = 4, home: float = 8.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = rng.lognormal(3, 1, (size, size)) + np.diag(rng.lognormal(3, 1, size) * home)
    names = NAMES if size == len(NAMES) else [f"C{n:03d}" for n in range(size)]
    return pd.DataFrame(values, names, names)


def hit(flows: pd.DataFrame, rate: float = 0.1) -> pd.DataFrame:
    """A cost on everything that the second country imports."""
    table = flows * 0.0
    table.iloc[:, 1] = rate
    table.iloc[1, 1] = 0.0
    return table


@given(seed=st.integers(0, 1000))
def test_gsim_moves_nothing_without_a_change_and_scales(seed: int) -> None:
    flows = matrix(seed)
    same = gsim(flows, 1.1, 1.1, **ELASTICITIES)
    np.testing.assert_allclose(same.prices, 0, atol=1e-14)
    np.testing.assert_allclose(same.net, 0, atol=1e-9)
    one = gsim(flows, 1.0, power(hit(flows), enters="import_tax"), **ELASTICITIES)
    two = gsim(2 * flows, 1.0, power(hit(flows), enters="import_tax"), **ELASTICITIES)
    np.testing.assert_allclose(two.prices, one.prices, rtol=1e-10)
    np.testing.assert_allclose(two.net, 2 * one.net, rtol=1e-9)


def test_gsim_supply_meets_demand() -> None:
    flows = matrix(1)
    result = gsim(flows, 1.0, power(hit(flows), enters="iceberg"), **ELASTICITIES, enters="iceberg")
    supplied = flows.sum(axis=1) * (1 + 1.5 * result.prices)
    bought = (result.flows.T / (1 + result.prices)).T.sum(axis=1)
    np.testing.assert_allclose(bought, supplied, rtol=1e-12)


def test_who_keeps_the_wedge_changes_the_net_result_only() -> None:
    flows = matrix(1)
    wedge = power(hit(flows), enters="import_tax")
    tax = gsim(flows, 1.0, wedge, **ELASTICITIES)
    cost = gsim(flows, 1.0, wedge, **ELASTICITIES, enters="exporter_cost")
    pd.testing.assert_series_equal(tax.prices, cost.prices)
    assert tax.tariff_revenue["FRA"] > 0 == cost.tariff_revenue["FRA"]
    assert tax.net["FRA"] > cost.net["FRA"]
    liked = gsim(flows, 1.0, power(hit(flows), enters="demand_shift"), **ELASTICITIES)
    assert (liked.prices.drop("FRA") > 0).all()
    assert (cost.prices.drop("FRA") < 0).all()


def test_gsim_orders_labels_itself() -> None:
    flows = matrix(2)
    wedge = power(hit(flows), enters="import_tax")
    shuffled = wedge.loc[NAMES[::-1], NAMES[::-1]]
    demand = pd.Series([-1.2, -0.8, -1.0, -2.0], NAMES)
    given_ = ELASTICITIES | {"import_demand_elasticity": demand}
    again = ELASTICITIES | {"import_demand_elasticity": demand[::-1]}
    pd.testing.assert_series_equal(
        gsim(flows, 1.0, wedge, **given_).net, gsim(flows, 1.0, shuffled, **again).net
    )


def test_smart_two_partners_by_hand() -> None:
    """Half of the tariff on A goes: w = 1.1 / 1.2; numbers worked out on paper."""
    flows = pd.DataFrame({"FRA": [60.0, 40.0]}, index=["A", "B"])
    before = pd.DataFrame({"FRA": [1.2, 1.2]}, index=["A", "B"])
    after = pd.DataFrame({"FRA": [1.1, 1.2]}, index=["A", "B"])
    result = smart(flows, before, after, import_demand_elasticity=-1.5, substitution_elasticity=3.0)
    # TC = 60 * 1.5 / 12 = 7.5; Es d = 3 / 12; TD = 60 * 40 / 4 / (100 + 15) = 5.217391.
    assert result.trade_creation["FRA"].to_list() == pytest.approx([7.5, 0.0])
    assert result.trade_diversion["FRA"].to_list() == pytest.approx([5.2173913, -5.2173913])
    # Revenue: 0.1 * 72.7173913 + 0.2 * 34.7826087 - 0.2 * 100.
    assert result.tariff_revenue["FRA"] == pytest.approx(-5.7717391)


@given(seed=st.integers(0, 1000), rate=st.floats(-0.5, 3), substitution=st.floats(0.1, 40))
def test_smart_diversion_sums_to_zero_and_is_bounded(
    seed: int, rate: float, substitution: float
) -> None:
    flows = matrix(seed)
    wedge = 1 + hit(flows, rate)
    wedge.iloc[0] = 1.0
    result = smart(
        flows, 1.0, wedge, import_demand_elasticity=-2.0, substitution_elasticity=substitution
    )
    total = flows.to_numpy().sum()
    np.testing.assert_allclose(result.trade_diversion.sum(), 0, atol=1e-10 * total)
    assert (result.trade_diversion >= -flows - 1e-9).all(axis=None)
    assert (result.flows >= -1e-9).all(axis=None)
    assert (result.price_effect == 0).all(axis=None)


def test_smart_as_its_manual_says() -> None:
    """WITS online help, SMART input requirements: what doubling an elasticity does to results."""
    flows = matrix(3)
    cut = power(hit(flows, -0.05), enters="import_tax")
    cut.iloc[0, 1] = 1.0

    def run(demand: float, other: float, supply: float = np.inf) -> Any:
        return smart(
            flows,
            1.0,
            cut,
            import_demand_elasticity=demand,
            substitution_elasticity=other,
            export_supply_elasticity=supply,
        )

    base = run(-1.0, 1.5)
    pd.testing.assert_frame_equal(run(-2.0, 1.5).trade_creation, 2 * base.trade_creation)
    ratio = run(-1.0, 3.0).trade_diversion["FRA"] / base.trade_diversion["FRA"]
    assert ((ratio > 1.8) & (ratio < 2)).all()
    finite = run(-1.0, 1.5, 2.0)
    assert (finite.trade_creation <= base.trade_creation + 1e-12).all(axis=None)
    assert finite.price_effect["FRA"].sum() > 0
    nearly = run(-1.0, 1.5, 50.0)
    np.testing.assert_allclose(nearly.trade_creation, base.trade_creation, rtol=0.03)


def test_smart_and_gsim_agree_on_a_small_change_in_one_market() -> None:
    """With elastic supply and one importer both are the same Armington demand, to first order."""
    flows = pd.DataFrame({"FRA": [60.0, 30.0, 10.0]}, index=["A", "B", "C"])
    after = pd.DataFrame({"FRA": [1.0 + 1e-6, 1.0, 1.0]}, index=["A", "B", "C"])
    linear = gsim(
        flows, 1.0, after,
        import_demand_elasticity=-1.2, export_supply_elasticity=50.0, substitution_elasticity=4.0,
    )  # fmt: skip
    theta = flows["FRA"] / 100
    creation = smart(
        flows, 1.0, after, import_demand_elasticity=-1.2, substitution_elasticity=4.0
    ).flows["FRA"]
    own = (creation["A"] - 60) / 60e-6
    # Laird & Yeats put the whole demand response on the partner itself: -1.2 - 4 (1 - theta).
    assert own == pytest.approx(-1.2 - 4 * (1 - theta["A"]), rel=1e-4)
    assert linear.flows.loc["B", "FRA"] > 30 - 1e-9


def hat_residual(logs: np.ndarray, flows: np.ndarray, shift: np.ndarray, theta: float) -> Any:
    """The equilibrium conditions of the help file, country by country, additive deficits."""
    size = len(flows)
    output, spending = flows.sum(axis=1), flows.sum(axis=0)
    wage = np.exp(np.append(logs, 0.0))
    wage = wage * output.sum() / (wage * output).sum()
    gap = []
    for i in range(size):
        sales = 0.0
        for j in range(size):
            share = [
                flows[k, j] / spending[j] * shift[k, j] * wage[k] ** -theta for k in range(size)
            ]
            sales += share[i] / sum(share) * (wage[j] * output[j] + spending[j] - output[j])
        gap.append((sales - wage[i] * output[i]) / output[i])
    return np.array(gap[:-1])


@pytest.mark.parametrize("seed", range(5))
def test_exact_hat_equals_a_general_root_finder(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flows = matrix(seed, size=6)
    change = pd.DataFrame(rng.normal(0, 0.5, flows.shape), flows.index, flows.columns)
    result = exact_hat(flows, change, trade_elasticity=4.0)
    found = root(
        hat_residual,
        np.zeros(5),
        args=(flows.to_numpy(), np.exp(change.to_numpy()), 4.0),
        tol=1e-13,
    )
    output = flows.sum(axis=1).to_numpy()
    wage = np.exp(np.append(found.x, 0.0))
    wage = wage * output.sum() / (wage * output).sum()
    np.testing.assert_allclose(result.wages, wage, rtol=1e-9)
    np.testing.assert_allclose(result.flows.sum(axis=1), result.wages * output, rtol=1e-9)


@pytest.mark.parametrize("deficits", ["additive", "multiplicative"])
@given(seed=st.integers(0, 1000))
def test_exact_hat_identities(deficits: Any, seed: int) -> None:
    flows = matrix(seed)
    none = exact_hat(flows, 0.0, trade_elasticity=4.0, deficits=deficits)
    np.testing.assert_allclose(none.welfare, 1, rtol=1e-12)
    np.testing.assert_allclose(none.flows, flows, rtol=1e-12)
    # A change that is common to all trade, home sales too, moves every price index alike.
    same = exact_hat(flows, 0.4, trade_elasticity=4.0, deficits=deficits)
    np.testing.assert_allclose(same.welfare, np.exp(0.1), rtol=1e-10)
    cost = effect(hit(flows), trade_elasticity=4.0, enters="iceberg")
    one = exact_hat(flows, cost, trade_elasticity=4.0, deficits=deficits)
    two = exact_hat(3 * flows, cost, trade_elasticity=4.0, deficits=deficits)
    np.testing.assert_allclose(two.welfare, one.welfare, rtol=1e-10)
    assert one.flows.to_numpy().sum() == pytest.approx(flows.to_numpy().sum())


def test_welfare_is_home_share_to_the_power_without_deficits() -> None:
    """Arkolakis, Costinot & Rodriguez-Clare (2012), equation 1: W = lambda_hat^(-1 / theta)."""
    rng = np.random.default_rng(4)
    half = rng.lognormal(2, 1, (5, 5))
    names = [f"C{n}" for n in range(5)]
    flows = pd.DataFrame(half + half.T, names, names)
    change = pd.DataFrame(rng.normal(0, 1, (5, 5)), names, names)
    for n in range(5):
        change.iloc[n, n] = 0.0
    result = exact_hat(flows, change, trade_elasticity=5.0)
    home = np.diag(result.flows) / result.flows.sum(axis=0)
    old = np.diag(flows) / flows.sum(axis=0)
    np.testing.assert_allclose(result.welfare, (home / old) ** (-1 / 5), rtol=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: gsim(f, 1.0, 0.0, **ELASTICITIES), "power_after, BRA to BRA"),
        (lambda f: gsim(f, 1.0, f.iloc[:3], **ELASTICITIES), "exporters differ from flows: KEN"),
        (lambda f: gsim(-f, 1.0, 1.0, **ELASTICITIES), "flows, BRA to BRA"),
        (
            lambda f: gsim(f, 1.0, 1.0, **(ELASTICITIES | {"import_demand_elasticity": 1.2})),
            "import_demand_elasticity, BRA.*negative",
        ),
        (
            lambda f: gsim(
                f, 1.0, 1.0, **(ELASTICITIES | {"export_supply_elasticity": pd.Series({"BRA": 1})})
            ),
            "has no number for FRA, IND, KEN",
        ),
        (lambda f: gsim(f, 1.0, 1.0, **ELASTICITIES, consumer_surplus="area"), "trapezoid or"),
        (lambda f: gsim(f, 1.0, 1.0, **ELASTICITIES, enters="icebergs"), "did you mean 'iceberg'"),
        (lambda f: exact_hat(f.iloc[:, :3], 0.0, trade_elasticity=4), "exporters and importers"),
        (lambda f: exact_hat(f, 0.0, trade_elasticity=-4), "theta > 0"),
        (
            lambda f: exact_hat(f.mul([0, 1, 1, 1], axis=0), 0.0, trade_elasticity=4),
            "BRA: sells noth",
        ),
        (lambda f: exact_hat(f, 0.0, trade_elasticity=4, deficits="none"), "treatment of def"),
        (lambda f: exact_hat(f, 0.0, trade_elasticity=4, tolerance=0.0), "tolerance"),
        (lambda f: exact_hat(f, 0.0, trade_elasticity="four"), "trade_elasticity.*no number"),
        (lambda f: effect(f, trade_elasticity=4, enters="import_tax"), "no revenue"),
        (lambda f: effect(f, trade_elasticity=-4, enters="iceberg"), "theta > 0"),
        (lambda f: power(0.1, enters="iceberg"), "ave: is no table"),
        (lambda f: power(f * np.nan, enters="iceberg"), "missing or infinite"),
        (lambda f: gsim(f, 1.0, "high", **ELASTICITIES), "power_after.*no number"),
        (lambda f: gsim(f, 1.0, [1.0, 2.0], **ELASTICITIES), "power_after.*no exporters"),
        (
            lambda f: gsim(f, 1.0, 1.0, **(ELASTICITIES | {"substitution_elasticity": [4.0]})),
            "substitution_elasticity.*no countries",
        ),
        (
            lambda f: gsim(f.astype(object).replace({f.iloc[0, 0]: "x"}), 1, 1, **ELASTICITIES),
            "no nu",
        ),
        (lambda f: gsim(f.to_numpy(), 1, 1, **ELASTICITIES), "flows: is no table"),
        (lambda f: power(f - 1e9, enters="iceberg"), "-1 or less"),
        (
            lambda f: gsim(f.rename(index={"FRA": "BRA"}), 1, 1, **ELASTICITIES),
            "'BRA' occurs twice",
        ),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(matrix(0))


def test_exact_hat_says_when_it_does_not_clear() -> None:
    with pytest.raises(ConvergenceError, match="of world output"):
        exact_hat(matrix(0), hit(matrix(0)), trade_elasticity=4.0, tolerance=1e-300)
