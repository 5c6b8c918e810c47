"""Draws: paired, reproducible, and with the distribution that is promised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from equity.errors import InputError
from equity.evidence import Parameter
from equity.uncertainty import draw, importance, interval, triangular, uniforms

FEE = Parameter(id="fee", value=2.0, low=1.0, high=4.0, unit="USD_2015/test", reason="test")
WAGE = Parameter(id="wage", value=5.0, low=4.0, high=9.0, unit="USD_2015/hour", reason="test")
EXACT = Parameter(id="exact", value=3.0, unit="share", reason="test")


@given(low=st.floats(-10, 10), first=st.floats(0, 5), second=st.floats(0, 5))
def test_triangular_inverts_scipys_distribution(low: float, first: float, second: float) -> None:
    mode, high = low + first, low + first + second
    if high - low < 1e-6:
        return
    uniform = np.linspace(0.001, 0.999, 50)
    theirs = stats.triang.ppf(uniform, (mode - low) / (high - low), loc=low, scale=high - low)
    assert triangular(uniform, low, mode, high) == pytest.approx(theirs, abs=1e-7)


def test_a_draw_depends_on_seed_id_and_position_alone() -> None:
    few, many = draw([FEE], 10, seed=4), draw([WAGE, FEE, EXACT], 1000, seed=4)
    assert (few["fee"] == many["fee"][:10]).all()
    assert "exact" not in many
    assert not np.array_equal(uniforms("fee", 10, 4), uniforms("fee", 10, 5))
    assert abs(np.corrcoef(many["fee"], many["wage"])[0, 1]) < 0.1
    assert many["fee"].min() >= 1.0
    assert many["fee"].max() <= 4.0


def test_importance_finds_the_parameter_that_moves_the_result() -> None:
    drawn = draw([FEE, WAGE], 2000, seed=1)
    table = importance(drawn, 100 * drawn["fee"] - drawn["wage"])
    assert table.loc[0, "parameter"] == "fee"
    assert table.loc[0, "share"] > 0.95
    assert table["share"].sum() == pytest.approx(1)
    assert table.loc[1, "rank_correlation"] < 0


def test_a_result_that_never_moves_has_no_important_parameter() -> None:
    table = importance(draw([FEE, WAGE], 50, seed=1), np.ones(50))
    assert (table["share"] == 0).all()


def test_interval_refuses_a_draw_that_is_no_number() -> None:
    low, high = interval(np.arange(101.0))
    assert (low, high) == (pytest.approx(5.0), pytest.approx(95.0))
    with pytest.raises(InputError, match="1 are not finite"):
        interval([1.0, np.nan])


def test_a_range_out_of_order_is_refused() -> None:
    with pytest.raises(InputError, match="not in order"):
        triangular(0.5, 2.0, 1.0, 3.0)
