"""Cost per producer as standards are added, with and without recognition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from equity.costs import proliferation_cost
from equity.errors import InputError
from equity.standards.model import Standard
from equity.standards.reader import parse_standard
from equity.testing import sample_producers

TERMS: dict[str, Any] = {"price_year": 2023, "discount_rate": 0.05}
WORK, AUDIT, TOOLS = 40.0, 100.0, 1000.0
TOOLS_YEARLY = 129.5045749654567  # 1000 over 10 years at 5 %, from a loan table


def standard(name: str, work: str, *, equivalence: float = 1.0, accepts: str = "") -> Standard:
    """Return a standard with records that are kept and audited, and a shed of its own."""
    parameter = '{ value = %s, unit = "%s", status = "assumption", reason = "an example" }'
    recognition = f"""
        [[recognition]]
        standard = "{accepts}"
        requirements = ["{name}-shed"]
    """
    return parse_standard(f"""
        id = "{name}"
        name = "{name}"
        kind = "regulation"
        obligation = "mandatory"
        setter = "nobody"
        summary = "An example."
        [scope]
        products = ["07"]
        hs_revision = "HS12"
        markets = ["EU"]
        start = 2010-01-01
        [[requirements]]
        id = "{work}"
        title = "Records"
        equivalence = {equivalence}
        [[requirements]]
        id = "{name}-shed"
        title = "Shed"
        [[costs]]
        id = "work"
        requirement = "{work}"
        model = "standard_cost"
        behaviour = "fixed"
        timing = "recurring"
        [costs.parameters]
        hours = {parameter % (4.0, "hour")}
        hourly_cost = {parameter % (10.0, "USD_2023/hour")}
        [[costs]]
        id = "audit"
        requirement = "{work}"
        model = "conformity"
        behaviour = "fixed"
        timing = "recurring"
        recipient = "certifier"
        [costs.parameters]
        fee = {parameter % (AUDIT, "USD_2023/test")}
        [[costs]]
        id = "tools"
        requirement = "{name}-shed"
        model = "capital"
        behaviour = "fixed"
        timing = "one_off"
        life = 10.0
        [costs.parameters]
        investment = {parameter % (TOOLS, "USD_2023")}
        {recognition if accepts else ""}
    """)


FULL = WORK + AUDIT + TOOLS_YEARLY
FIRST = standard("first", "records")
SAME_WORK = standard("second", "records", accepts="first")
APART = standard("third", "other-records")


def added(standards: list[Standard], *, recognition: bool) -> list[float]:
    table = proliferation_cost(standards, sample_producers(), recognition=recognition, **TERMS)
    return table.groupby("standards")["added_cost"].first().tolist()


def test_first_standard_costs_all_of_it() -> None:
    assert added([FIRST], recognition=False) == pytest.approx([FULL])
    assert added([SAME_WORK], recognition=True) == pytest.approx([FULL])


def test_work_is_done_once_and_the_audit_paid_again() -> None:
    assert added([FIRST, SAME_WORK, APART], recognition=False) == pytest.approx(
        [FULL, AUDIT + TOOLS_YEARLY, FULL]
    )


def test_recognition_drops_the_second_audit_and_what_the_list_names() -> None:
    assert added([FIRST, SAME_WORK, APART], recognition=True) == pytest.approx([FULL, 0, FULL])
    assert added([SAME_WORK, FIRST], recognition=True) == pytest.approx([FULL, TOOLS_YEARLY])


def test_equivalence_saves_its_share() -> None:
    partly = standard("partly", "records", equivalence=0.25)
    assert added([FIRST, partly], recognition=False) == pytest.approx(
        [FULL, 0.75 * WORK + AUDIT + TOOLS_YEARLY]
    )
    assert added([FIRST, partly], recognition=True) == pytest.approx(
        [FULL, 0.75 * (WORK + AUDIT) + TOOLS_YEARLY]
    )


def test_table_adds_up_by_cell() -> None:
    producers = sample_producers()
    table = proliferation_cost([FIRST, SAME_WORK, APART], producers, recognition=True, **TERMS)
    assert len(table) == 3 * len(producers)
    key = ["exporter", "product", "size_class"]
    running = table.groupby(key)["added_cost"].cumsum()
    pd.testing.assert_series_equal(running, table["annual_cost"], check_names=False)
    alone = table["added_cost"] + table["saved_cost"]
    assert alone.to_numpy() == pytest.approx(FULL)
    sales = np.tile(producers["mean_sales"], 3)
    assert (table["share_of_sales"] * sales).to_numpy() == pytest.approx(table["annual_cost"])
    last = table[table["standards"] == 3]
    assert last["one_off_cost"].tolist() == [2000.0] * len(producers)


def test_recognition_never_costs_more_and_weighs_most_for_the_small() -> None:
    standards = [FIRST, SAME_WORK, APART]
    without, with_it = (
        proliferation_cost(standards, sample_producers(), recognition=choice, **TERMS)
        for choice in (False, True)
    )
    gain = without["share_of_sales"] - with_it["share_of_sales"]
    assert (gain >= 0).all()
    by_size = gain.groupby(with_it["size_class"]).sum()
    assert by_size["small"] > by_size["medium"] > by_size["large"]


def test_standards_are_listed_once() -> None:
    with pytest.raises(InputError, match="first occurs more than once"):
        proliferation_cost([FIRST, FIRST], sample_producers(), **TERMS)
    with pytest.raises(InputError, match="none is given"):
        proliferation_cost([], sample_producers(), **TERMS)
