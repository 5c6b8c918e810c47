"""exact_hat beside gegravity, whose OneSectorGE holds output and spending at the baseline.

P. Herman's program follows Larch & Yotov (2016): resistances are balanced at new costs and old
sizes, and each exporter's price comes from its resistance in one step. `one_step` is that step.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from equity.market import exact_hat
from tests.gravity import SIGMA, agreed, effect, one_sector, one_step, wide, world

COUNTRIES = 8


@pytest.fixture(scope="module")
def case() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flows and the log change of trade."""
    before = world(COUNTRIES)
    return wide(before, "trade"), effect(before, agreed(before))


def test_the_step_is_that_of_gegravity(case: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    step = one_step(*case)
    before = world(COUNTRIES)
    theirs = one_sector(before, agreed(before)).loc[step.index]
    np.testing.assert_allclose(
        step["price"], 1 + theirs["factory gate price change (percent)"] / 100, rtol=1e-7
    )
    np.testing.assert_allclose(step["index"], 1 + theirs["imr change (percent)"] / 100, rtol=1e-7)
    np.testing.assert_allclose(
        step["index"] / step["price"], theirs["welfare statistic"], rtol=1e-7
    )


def test_only_exact_hat_clears_its_markets(case: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """At the prices of the step sales differ from output; exact_hat goes on until they agree."""
    flows, shift = case
    output, spending = flows.sum(axis=1), flows.sum(axis=0)

    def excess(price: pd.Series) -> float:
        bids = (flows * np.exp(shift)).mul(price ** (1 - SIGMA), axis=0)
        sales = (bids / bids.sum() * (price * output + spending - output)).sum(axis=1)
        return float((sales / (price * output) - 1).abs().max())

    full = exact_hat(flows, shift, trade_elasticity=SIGMA - 1.0)
    assert excess(full.wages) < 1e-10
    assert excess(one_step(flows, shift)["price"]) > 0.005


def test_both_agree_on_who_gains_and_nearly_on_how_much(
    case: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    step, full = one_step(*case), exact_hat(*case, trade_elasticity=SIGMA - 1.0)
    gain = np.log(step["price"] / step["index"])
    assert (np.sign(gain) == np.sign(np.log(full.welfare))).all()
    # The step overstates: output does not react to the prices that it finds.
    np.testing.assert_allclose(np.log(full.welfare), gain, atol=0.005)


def test_autarky_of_the_united_states() -> None:
    """Arkolakis, Costinot & Rodriguez-Clare (2012), equation 1, in a world of two countries.

    Their figure for the United States, about one per cent, as reported by tradediversion.net on
    28 May 2012 (the page of the paper could not be read). Seven per cent of spending on imports and
    elasticities of five and ten are round numbers of this test.
    """
    home, small = 0.93, 1e-9
    flows = pd.DataFrame(
        [[home, 1 - home], [1 - home, 4.0]], index=["USA", "RoW"], columns=["USA", "RoW"]
    )
    closed = pd.DataFrame(np.log(small) * (1 - np.eye(2)), flows.index, flows.columns)
    for elasticity in (5.0, 10.0):
        welfare = exact_hat(flows, closed, trade_elasticity=elasticity).welfare["USA"]
        assert 1 - welfare == pytest.approx(1 - home ** (1 / elasticity), abs=1e-6)
        assert 1 - welfare == pytest.approx(0.01, abs=0.005)
