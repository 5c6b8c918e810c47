"""The bundled trade of 2011: every chain clears; Kenya's green beans have nowhere else to go."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import equity
from equity.countries import resolve
from equity.market import equilibrium, welfare

NUMBERS = {
    "substitution_elasticity": 4.0,
    "demand_elasticity": 1.0,
    "supply_elasticity": 0.8,
    "switching_loss": 0.1,
}


@pytest.fixture(scope="module")
def chains() -> tuple[pd.DataFrame, pd.DataFrame]:
    trade = equity.load_dataset("trade/agrifood")
    europe = resolve(["EU"], 2011)
    flows = trade[["exporter", "importer", "product", "value"]].copy()
    flows["regulated_share"] = flows["importer"].isin(europe).astype(float)
    asked = flows[(flows["regulated_share"] > 0) & (flows["value"] > 0)]
    cells = (
        asked[["exporter", "product"]]
        .drop_duplicates()
        .merge(
            pd.DataFrame(
                {
                    "size_class": ["small", "medium", "large"],
                    "value_share": [0.3, 0.3, 0.4],
                    "mean_sales": [2e3, 2e4, 1e6],
                }
            ),
            how="cross",
        )
    )
    return flows, cells.assign(
        sales_dispersion=1.0, compliant_share=0.1, fixed_cost=400.0, variable_cost_share=0.02
    )


def test_every_chain_clears_and_money_adds_up(chains: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    flows, cells = chains
    result = equilibrium(flows, cells, **NUMBERS)
    assert result.residual <= 1e-10
    assert result.flows["value_before"].sum() == pytest.approx(flows["value"].sum())
    price = result.prices["price_regulated"].dropna()
    assert ((price > 0.9) & (price < 3)).all()
    gains = welfare(result)
    assert gains.total < 0
    assert gains.consumers["amount"].sum() < 0
    small = gains.producers[gains.producers["size_class"] == "small"]["amount"].sum()
    large = gains.producers[gains.producers["size_class"] == "large"]["amount"].sum()
    assert small < large


def test_a_home_market_limits_the_fall_of_kenyan_prices(
    chains: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    flows, cells = (part[part["product"] == "070820"] for part in chains)

    def kenya(domestic: float) -> pd.Series:
        table = equilibrium(flows, cells, **NUMBERS, domestic_price=domestic).prices
        return table.set_index("exporter").loc["KEN"]

    without, home = kenya(0.0), kenya(0.75)
    assert without["price_other"] < 0.7
    assert home["price_other"] == pytest.approx(0.75 / 0.9)
    assert np.isfinite(home["price_regulated"])
