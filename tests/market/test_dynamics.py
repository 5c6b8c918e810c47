"""The path of a phase-in: limits that must equal the static answer, and signs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from equity.errors import InputError
from equity.market import equilibrium, welfare
from equity.market.dynamics import transition

GIVEN: dict[str, Any] = {
    "substitution_elasticity": 4.0,
    "demand_elasticity": 1.3,
    "supply_elasticity": 0.8,
    "switching_loss": 0.15,
}
KEY = ["exporter", "product", "size_class"]


@pytest.mark.parametrize("label", [{}, {"premium": 0.2, "share_sold": 0.8}])
def test_constant_standard_without_one_off_cost_repeats_the_static_answer(
    world: Any, label: dict[str, float]
) -> None:
    flows, cells = world(4, exporters=5)
    flows = flows.assign(regulated_share=0.5 * flows["regulated_share"])
    cells = cells.assign(**label)
    path = transition(flows, cells, phase_in=[1, 1, 1], discount_rate=0.05, life=5, **GIVEN)
    static = equilibrium(flows, cells, **GIVEN)
    shares = static.participation.set_index(KEY)["complying_number"]
    gains = welfare(static).producers.query("choice != 'other_markets'")
    gains = gains.groupby(KEY)["amount"].sum()
    for _, table in path.years.groupby("year"):
        year = table.set_index(KEY)
        pd.testing.assert_series_equal(
            year["complying"].sort_index(), shares.sort_index(), check_names=False, rtol=1e-9
        )
        pd.testing.assert_series_equal(
            year["cash_flow"].sort_index(), gains.sort_index(), check_names=False, rtol=1e-6
        )
    value = path.cells.set_index(KEY)["present_value"].sort_index()
    # 1 + 1 / 1.05 + 1 / 1.05^2.
    np.testing.assert_allclose(value, 2.8594104 * gains.sort_index(), rtol=1e-6)


def test_one_off_cost_makes_a_gap_that_later_years_may_fill() -> None:
    flows = pd.DataFrame(
        {
            "exporter": ["KEN", "KEN", "EGY"], "importer": ["GBR", "UGA", "GBR"],
            "product": "070820", "value": [9e6, 4e6, 9e6], "regulated_share": [1.0, 0.0, 1.0],
        }
    )  # fmt: skip
    cells = pd.DataFrame(
        {
            "exporter": ["KEN", "EGY"], "product": "070820", "size_class": "small",
            "value_share": 1.0, "mean_sales": 1e4, "sales_dispersion": 1.0,
            "compliant_share": [0.0, 0.9], "fixed_cost": 0.0, "variable_cost_share": 0.0,
            "one_off_cost": [2000.0, 200.0],
        }
    )  # fmt: skip
    path = transition(flows, cells, phase_in=[1] * 8, discount_rate=0.05, life=8, **GIVEN)
    kenya = path.years[path.years["exporter"] == "KEN"].reset_index(drop=True)
    assert kenya.loc[0, "one_off"] == pytest.approx(900 * kenya.loc[0, "entering"] * 2000)
    assert (kenya.loc[1:, "one_off"] == 0).all()
    row = path.cells.set_index("exporter").loc["KEN"]
    assert row["cash_flow_gap"] >= -kenya.loc[0, "cash_flow"] > 0


def test_scarce_certifiers_make_a_queue(world: Any) -> None:
    flows, cells = world(4, exporters=5)
    cells = cells.assign(compliant_share=0.0)
    years = [1.0] * 4
    free = transition(flows, cells, phase_in=years, discount_rate=0.05, life=5, **GIVEN).years
    tight = transition(
        flows,
        cells,
        phase_in=years,
        discount_rate=0.05,
        life=5,
        certifier_capacity=0.05,
        certifier_growth=1.0,
        **GIVEN,
    ).years
    assert (tight["complying"] <= free["complying"] + 1e-9).all()
    first, last = (tight[tight["year"] == year]["complying"].sum() for year in (0, 3))
    assert first < last
    assert first < free[free["year"] == 0]["complying"].sum()


def test_learning_and_phase_in_bring_more_producers_in(world: Any) -> None:
    flows, cells = world(4, exporters=5)
    learn = transition(
        flows,
        cells,
        phase_in=[0, 0.5, 1, 1],
        discount_rate=0.05,
        life=5,
        learning_rate=0.3,
        **GIVEN,
    ).years
    quiet = learn[learn["year"] == 0]
    assert (quiet["cash_flow"] == 0).all()
    assert (quiet["price_regulated"] == 1).all()
    assert (learn[learn["year"] > 0]["staying"] <= 1).all()
    share = learn.groupby("year")["complying"].sum()
    assert share[3] > share[2] > share[1]


def test_money_scales(world: Any) -> None:
    flows, cells = world(4, exporters=5)
    cells["one_off_cost"] = 100.0
    given = {"phase_in": [0.5, 1], "discount_rate": 0.1, "life": 4.0} | GIVEN
    one = transition(flows, cells, **given).cells
    money = ["mean_sales", "fixed_cost", "one_off_cost"]
    double = cells.assign(**{name: 2 * cells[name] for name in money})
    two = transition(flows.assign(value=2 * flows["value"]), double, **given).cells
    np.testing.assert_allclose(two["present_value"], 2 * one["present_value"], rtol=1e-6)
    np.testing.assert_array_equal(two["payback"], one["payback"])


def test_refusals(world: Any) -> None:
    flows, cells = world(4)
    given = {"discount_rate": 0.05, "life": 5} | GIVEN
    for wrong, match in ((0.5, "phase_in"), ("all", "phase_in.*no number")):
        with pytest.raises(InputError, match=match):
            transition(flows, cells, phase_in=wrong, **given)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="one_off_cost"):
        transition(flows, cells.assign(one_off_cost=-1.0), phase_in=[1.0], **given)
    with pytest.raises(InputError, match=r"(?s)phase_in.*discount_rate.*life.*learning_rate"):
        transition(flows, cells, phase_in=[2], discount_rate=5, life=0, learning_rate=1, **GIVEN)
