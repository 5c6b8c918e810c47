"""The strict parser: rows 35 to 44 of the list of inputs that break tools."""

from __future__ import annotations

import pint
import pytest

from equity import units
from equity.errors import UnitError


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5,5 kg", "ambiguous number"), ("1 234 kg", "1234 kg"), ("", "empty"),
        ("9**9**9", "formula"), ("12 kt", "1000 times"), ("5 MT", "tonnes"), ("4 ton", "tonnes"),
        ("5M USD_2015", "in full"), ("5k USD_2015", "in full"), ("3 M", "in full"),
        ("7", "has no unit"), ("15%", "plain number"), ("5 %", "fraction"),
        ("5 EUR", "no price year"), ("5 EUR_1995", "no EUR prices of 1995"),
        ("5 HRK_2024", "no HRK prices of 2024"), ("5 USD_2099", "no USD prices of 2099"),
        ("5 $", "USD_2015"), ("5 CFA", "XOF_2015"), ("5 Rs", "INR_2015"), ("1e400 kg", "too large"),
        ("1'234 kg", "ambiguous"), ("1.234,50 EUR_2015", "ambiguous"), ("5 hectre", "did you mean"),
        ("5 kg/", "not a unit"), ("nan kg", "plain number"), ("5 m", "in full"),
    ],
)  # fmt: skip
def test_a_trap_is_refused_with_a_suggestion(text: str, said: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.parse(text, "cell B2")
    assert said in str(caught.value)
    assert "cell B2" in str(caught.value)


def test_what_is_written_plainly_is_read() -> None:
    assert units.parse("180 USD_2023/test").magnitude == 180
    assert units.parse("2 t").to("kg").magnitude == pytest.approx(2000)
    assert units.parse("1 lb").to("kg").magnitude == pytest.approx(0.45359237)
    assert units.split_money("EUR_2015/ha/year") == (units.Money("EUR", 2015), "ha/year")


def test_two_price_years_are_two_kinds_of_money() -> None:
    with pytest.raises(pint.DimensionalityError):
        units.parse("5 USD_2015") + units.parse("5 USD_2023")
    with pytest.raises(pint.DimensionalityError):
        units.parse("5 USD_2015") + units.parse("5 EUR_2015")


def test_a_unit_of_the_wrong_kind_is_refused() -> None:
    units.require("EUR_2012/test", "USD_2023/test")
    with pytest.raises(UnitError, match="does not fit"):
        units.require("EUR_2012/ha", "USD_2023/test")
