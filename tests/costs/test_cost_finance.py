"""Capital recovery, present value and annual equivalent against a finance library."""

from __future__ import annotations

import numpy_financial as npf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity.costs import annual_equivalent, capital_recovery_factor, present_value
from equity.errors import InputError

RATES = st.floats(min_value=1e-6, max_value=1.0)
YEARS = st.integers(min_value=1, max_value=60)


@settings(deadline=None, max_examples=200)
@given(rate=RATES, years=YEARS)
def test_capital_recovery_equals_the_payment_of_a_loan(rate: float, years: int) -> None:
    expected = -npf.pmt(rate, years, 1.0)
    assert capital_recovery_factor(rate, years) == pytest.approx(expected, rel=1e-9)


def test_capital_recovery_by_table() -> None:
    # Engineering-economy tables: A/P at 8 % over 10 years is 0.1490, at 5 % over 20 years 0.0802.
    assert round(capital_recovery_factor(0.08, 10), 4) == 0.1490
    assert round(capital_recovery_factor(0.05, 20), 4) == 0.0802


def test_without_interest_the_life_divides() -> None:
    assert capital_recovery_factor(0.0, 8) == 0.125
    assert capital_recovery_factor(1e-300, 8) == pytest.approx(0.125)


@pytest.mark.parametrize("life", [0, -3, float("inf"), float("nan")])
def test_life_must_be_positive(life: float) -> None:
    with pytest.raises(InputError, match="give a positive number of years"):
        capital_recovery_factor(0.05, life)


@pytest.mark.parametrize("rate", [-0.01, float("nan")])
def test_rate_must_be_a_fraction(rate: float) -> None:
    with pytest.raises(InputError, match="not a rate"):
        capital_recovery_factor(rate, 5)


def test_rate_of_five_is_asked_about() -> None:
    with pytest.raises(InputError, match=r"write 0\.05 for 5 %"):
        present_value([1.0], discount_rate=5)


@settings(deadline=None, max_examples=100)
@given(
    rate=RATES,
    amounts=st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=1, max_size=30),
)
def test_present_value_equals_a_finance_library(rate: float, amounts: list[float]) -> None:
    now = present_value(amounts, discount_rate=rate)
    assert now == pytest.approx(npf.npv(rate, amounts), rel=1e-9, abs=1e-6)
    later = present_value(amounts, discount_rate=rate, payment="end")
    assert later == pytest.approx(now / (1 + rate), rel=1e-9, abs=1e-6)


@settings(deadline=None, max_examples=100)
@given(
    rate=st.floats(min_value=0.0, max_value=1.0),
    amounts=st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=30),
)
def test_annual_equivalent_has_the_same_present_value(rate: float, amounts: list[float]) -> None:
    level = annual_equivalent(amounts, discount_rate=rate)
    same = present_value([level] * len(amounts), discount_rate=rate)
    assert same == pytest.approx(present_value(amounts, discount_rate=rate), rel=1e-9, abs=1e-9)


def test_outlay_at_the_start_is_repaid_by_the_capital_recovery_factor() -> None:
    outlay = [1000.0, 0, 0, 0, 0]
    level = annual_equivalent(outlay, discount_rate=0.05, payment="end")
    first = present_value(outlay, discount_rate=0.05, payment="end")
    assert level == pytest.approx(first * capital_recovery_factor(0.05, 5))


def test_stream_without_a_year() -> None:
    with pytest.raises(InputError, match="no year is given"):
        annual_equivalent([], discount_rate=0.05)
