"""The closed form of section 4 against producers who decide one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity.errors import InputError
from equity.market.choice import choose, complying_shares, outside_price, threshold_sales
from equity.market.label import label_price, share_sold
from equity.market.participation import participation

PRODUCERS = 2_000_000
positive = st.floats(0.01, 1e6)
fraction = st.floats(0.0, 1.0)


def one_by_one(
    *,
    mean: float,
    spread: float,
    fixed: float,
    variable: float,
    a: float,
    b: float,
    kappa: float,
    eps: float,
) -> tuple[float, float]:
    """Let two million producers compare profit from complying with profit elsewhere."""
    draws = np.random.default_rng(7).standard_normal(PRODUCERS)
    sales = np.exp(np.log(mean) - spread**2 / 2 + spread * draws)
    comply = sales * (a * (1 - variable)) ** (1 + eps) / (1 + eps) - fixed
    elsewhere = sales * (b * (1 - kappa)) ** (1 + eps) / (1 + eps)
    chosen = comply >= elsewhere
    return float(chosen.mean()), float(sales[chosen].sum() / sales.sum())


@pytest.mark.parametrize(
    ("fixed", "variable", "kappa", "eps", "spread"),
    [(300.0, 0.05, 0.2, 0.5, 0.9), (50.0, 0.0, 0.05, 0.0, 0.4), (900.0, 0.1, 0.5, 1.5, 1.2)],
)
def test_closed_form_equals_two_million_decisions(
    fixed: float, variable: float, kappa: float, eps: float, spread: float
) -> None:
    number, value = one_by_one(
        mean=2_000.0, spread=spread, fixed=fixed, variable=variable, a=1.0, b=1.0, kappa=kappa,
        eps=eps,
    )  # fmt: skip
    choice = choose(
        mean_sales=2_000.0, sales_dispersion=spread, compliant_share=0.0, fixed_cost=fixed,
        net_price=1 - variable, outside=outside_price(1.0, kappa), supply_elasticity=eps,
    )  # fmt: skip
    error = 3 * np.sqrt(number * (1 - number) / PRODUCERS)
    assert float(choice.complying_number) == pytest.approx(number, abs=error)
    # Sales vary more than heads, so the value share is known less well.
    noise = 3 * np.sqrt((np.exp(spread**2) - 1) / PRODUCERS)
    assert float(choice.complying_value) == pytest.approx(value, abs=noise)


@given(mean=positive, spread=st.floats(0, 2), bar=positive, share=fraction)
def test_choices_add_up_and_larger_producers_comply_more(
    mean: float, spread: float, bar: float, share: float
) -> None:
    choice = choose(
        mean_sales=mean, sales_dispersion=spread, compliant_share=share, fixed_cost=bar,
        net_price=1.0, outside=0.5, supply_elasticity=0.5,
    )  # fmt: skip
    for kind in ("number", "value"):
        parts = [
            getattr(choice, f"{name}_{kind}") for name in ("complying", "diverting", "exiting")
        ]
        assert sum(parts) == pytest.approx(1, abs=1e-12)
    assert choice.complying_value >= choice.complying_number - 1e-12


@given(cost=positive, more=st.floats(1.0, 10.0), kappa=fraction, eps=st.floats(0, 3))
def test_a_dearer_standard_never_raises_participation(
    cost: float, more: float, kappa: float, eps: float
) -> None:
    bars = threshold_sales(np.array([cost, cost * more]), 0.95, outside_price(1, kappa), eps)
    number, value = complying_shares(100.0, 0.8, bars)
    assert number[1] <= number[0]
    assert value[1] <= value[0]


def test_corners_of_the_choice() -> None:
    free = threshold_sales(0.0, 1.0, 1.0, 0.5)
    never = threshold_sales(10.0, 0.8, 0.9, 0.5)
    assert (float(free), float(never)) == (0.0, np.inf)
    assert complying_shares(100.0, 0.5, free) == (1.0, 1.0)
    assert complying_shares(100.0, 0.5, never) == (0.0, 0.0)
    # Without dispersion everybody sits at the mean.
    assert complying_shares(100.0, 0.0, 99.0) == (1.0, 1.0)
    assert complying_shares(100.0, 0.0, 101.0) == (0.0, 0.0)
    assert complying_shares(0.0, 0.5, 0.0) == (1.0, 1.0)


def test_without_another_market_those_who_do_not_comply_stop_exporting() -> None:
    cells = pd.DataFrame(
        {
            "exporter": ["KEN", "KEN"], "product": ["070820"] * 2, "size_class": ["small", "large"],
            "mean_sales": [500.0, 50_000.0], "sales_dispersion": [0.8, 0.8],
            "compliant_share": [0.1, 0.5], "fixed_cost": [900.0, 900.0],
            "variable_cost_share": [0.0, 0.0],
        }
    )  # fmt: skip
    alone = participation(cells, other_market=False, switching_loss=0.1)
    assert (alone["diverting_number"] == 0).all()
    assert alone.loc[0, "exiting_number"] > alone.loc[1, "exiting_number"] > 0
    home = participation(cells, other_market=False, domestic_price=0.4)
    assert (home["exiting_number"] == 0).all()


def test_a_label_pays_its_premium_on_what_is_sold_as_certified() -> None:
    assert label_price(1.0, 0.2, share_sold=0.25) == pytest.approx(1.05)
    assert label_price(0.8, 0.0, floor=1.1) == pytest.approx(1.1)
    assert label_price(1.0, 0.3, share_sold=0.0) == pytest.approx(1.0)


def test_free_entry_lowers_the_share_sold_until_demand_is_met() -> None:
    def supply(sold: np.ndarray) -> np.ndarray:
        return 100 * np.minimum(1, 2 * sold)

    sold = share_sold(supply, np.array([30.0, 1000.0]))
    assert sold[1] == 1
    assert sold[0] * supply(sold)[0] == pytest.approx(30, rel=1e-9)


def test_impossible_inputs_are_all_named() -> None:
    cells = pd.DataFrame(
        {
            "exporter": ["KEN"], "product": ["070820"], "size_class": ["small"],
            "mean_sales": [-1.0], "sales_dispersion": [0.8], "compliant_share": [1.5],
            "fixed_cost": [np.nan], "variable_cost_share": [0.0],
        }
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        participation(cells, switching_loss=1.2)
    named = {problem.place for problem in caught.value.problems}
    assert named == {"mean_sales", "compliant_share", "fixed_cost", "switching_loss"}


def members(**columns: Any) -> pd.DataFrame:
    base: dict[str, Any] = {
        "exporter": ["ETH", "ETH", "KEN"], "product": ["090111"] * 3,
        "size_class": ["small", "medium", "small"], "mean_sales": [800.0, 6_000.0, 900.0],
        "sales_dispersion": [0.8, 0.6, 0.7], "compliant_share": [0.1, 0.2, 0.0],
        "fixed_cost": [60.0, 90.0, 55.0], "variable_cost_share": [0.02, 0.02, 0.0],
        "producers": [500.0, 50.0, 300.0],
    }  # fmt: skip
    return pd.DataFrame(base | columns)


def demand(ethiopia: float, kenya: float) -> pd.Series[float]:
    chain = [("KEN", "090111"), ("ETH", "090111"), ("UGA", "090111")]
    index = pd.MultiIndex.from_tuples(chain, names=["exporter", "product"])
    return pd.Series([kenya, ethiopia, 7.0], index)


LABEL: dict[str, Any] = {"premium": 0.25, "supply_elasticity": 0.5, "price_other": 0.9}


def test_a_label_whose_goods_all_find_a_buyer_pays_its_administered_price() -> None:
    table = participation(members(), **LABEL, price_floor=1.1)
    assert (table["share_sold"] == 1).all()
    np.testing.assert_allclose(table["price_regulated"], 1.1 * 1.25)
    same = participation(
        members(), price_regulated=1.1 * 1.25, supply_elasticity=0.5, price_other=0.9
    )
    pd.testing.assert_frame_equal(table.drop(columns="share_sold"), same)


def test_demand_is_shared_by_those_whom_the_expected_price_brings_in() -> None:
    """Certified supply, added up cell by cell at the prices returned, times the share is demand."""
    cells = members()
    table = participation(cells, **LABEL, certified_demand=demand(150_000.0, 1e9))
    assert table["share_sold"].iloc[2] == 1
    sold = table["share_sold"].iloc[0]
    assert 0 < sold < 1
    assert table["share_sold"].iloc[1] == sold
    price = sold * 0.9 * 1.25 + (1 - sold) * 0.9
    np.testing.assert_allclose(table["price_regulated"].iloc[:2], price)
    made = 0.0
    for cell, row in zip(cells.itertuples(), table.itertuples(), strict=True):
        if cell.exporter == "ETH":
            early = cell.compliant_share * price**0.5
            new = (row.complying_value - cell.compliant_share) * row.net_price**0.5
            made += cell.producers * cell.mean_sales * (early + new)
    assert sold * made == pytest.approx(150_000.0, rel=1e-9)


def test_more_demand_sells_more_and_brings_more_in() -> None:
    shares, joining = [], []
    for wanted in (0.0, 50_000.0, 200_000.0, 1e9):
        table = participation(members(), **LABEL, certified_demand=demand(wanted, 0.0))
        shares.append(table["share_sold"].iloc[0])
        joining.append(table["complying_number"].iloc[0])
        assert table["share_sold"].iloc[2] == pytest.approx(0, abs=1e-12)
        assert table["complying_number"].iloc[2] == 0
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert joining == sorted(joining)
    assert joining[0] == 0.1


def test_a_label_decided_one_by_one() -> None:
    """Two million producers on the expected price of the label agree with the closed form."""
    cells = members().iloc[[2]].assign(producers=1000.0)
    table = participation(
        cells, premium=0.3, supply_elasticity=0.5, certified_demand=demand(0.0, 300_000.0)
    )
    sold = table["share_sold"].item()
    price = sold * 1.3 + (1 - sold)
    number, value = one_by_one(
        mean=900.0, spread=0.7, fixed=55.0, variable=0.0, a=price, b=1.0, kappa=0.0, eps=0.5
    )
    error = 3 * np.sqrt(number * (1 - number) / PRODUCERS)
    assert table["complying_number"].item() == pytest.approx(number, abs=error)
    # What the simulated producers offer as certified times the share is what buyers take.
    assert sold * value * price**0.5 * 900_000 == pytest.approx(300_000.0, rel=5e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"price_regulated": 1.2}, "price_regulated.*leave it out"),
        ({"premium": -0.1}, "premium"),
        ({"premium": "high"}, "premium.*no number"),
        ({"premium": [0.1, 0.2]}, "2 numbers for 3 cells"),
        ({"other_market": "yes"}, "other_market.*no number"),
        ({"domestic_price": -1.0}, "domestic_price"),
        ({"premium": 0.0, "certified_demand": demand(1.0, 1.0)}, "certified_demand.*premium"),
        ({"certified_demand": 5.0}, "not given by exporter and product"),
        ({"certified_demand": pd.Series([1.0], ["ETH"])}, "not given by exporter and product"),
        ({"certified_demand": demand(1.0, 1.0).drop(("KEN", "090111"))}, "no number for KEN, 090"),
        ({"certified_demand": demand(-1.0, 1.0)}, "ETH, 090111.*cannot be bought"),
        ({"certified_demand": pd.concat([demand(1, 1), demand(1, 1)])}, "occurs twice"),
    ],
)
def test_labels_that_cannot_be_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        participation(members(), **(LABEL | change))


def test_unsold_goods_earn_what_is_left_to_sell_to() -> None:
    """Without another market a home price, or nothing, takes the place of b."""
    cells = members().iloc[[2]].assign(compliant_share=0.9)
    given = LABEL | {"certified_demand": demand(0.0, 50_000.0), "other_market": False}
    for home in (0.0, 0.4):
        table = participation(cells, **given, domestic_price=home)
        sold = table["share_sold"].item()
        expected = sold * 0.9 * 1.25 + (1 - sold) * home
        assert table["price_regulated"].item() == pytest.approx(expected)


def test_demand_needs_the_number_of_producers() -> None:
    with pytest.raises(InputError, match="producers.*missing"):
        participation(
            members().drop(columns="producers"), **LABEL, certified_demand=demand(1.0, 1.0)
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mean_sales": np.inf}, "mean_sales.*finite"),
        ({"benefit_share": -0.1}, "benefit_share"),
        ({"benefit_share": np.nan}, "benefit_share"),
        ({"benefit_shar": 0.1}, "did you mean 'benefit_share'"),
    ],
)
def test_columns_that_cannot_be_used_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        participation(members(**change))
    with pytest.raises(InputError, match="'mean_sales' is missing"):
        participation(members().drop(columns="mean_sales"))
