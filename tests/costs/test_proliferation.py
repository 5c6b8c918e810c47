"""Cost per producer as standards are added, with and without recognition."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from equity.costs import proliferation_cost
from equity.errors import InputError
from equity.evidence import Parameter
from equity.testing import sample_producers

TERMS: dict[str, Any] = {"price_year": 2023, "discount_rate": 0.05}
WORK, AUDIT, TOOLS = 40.0, 100.0, 1000.0
TOOLS_YEARLY = 129.5045749654567  # 1000 over 10 years at 5 %, from a loan table


def standard(name: str, *, meets: tuple[str, ...] = (), accepts: dict[str, float]) -> Any:
    """Stand in for equity.standards.Standard: own work, an audit of it, and a shed."""

    def item(part: str, model: str, recipient: str, values: dict[str, Any], **more: Any) -> Any:
        return SimpleNamespace(
            id=f"{name}-{part}", requirement=more.pop("requirement"), model=model,
            behaviour="fixed", timing=more.pop("timing", "recurring"), life=more.pop("life", None),
            payer="producer", recipient=recipient, recipient_country="local",
            applies_to=("small", "medium", "large"),
            parameters={
                key: Parameter(id=key, value=value, unit=unit, reason="an example")
                for key, (value, unit) in values.items()
            },
        )  # fmt: skip

    records, shed = f"{name}-records", f"{name}-shed"
    return SimpleNamespace(
        id=name,
        requirements=[
            SimpleNamespace(id=records, meets=list(meets)),
            SimpleNamespace(id=shed, meets=[]),
        ],
        recognition=[
            SimpleNamespace(standard=other, equivalence=share) for other, share in accepts.items()
        ],
        costs=[
            item("work", "standard_cost", "own", requirement=records, values={
                "hours": (4.0, "hour"), "hourly_cost": (10.0, "USD_2023/hour"),
            }),
            item("audit", "conformity", "certifier", requirement=records, values={
                "fee": (AUDIT, "USD_2023/test"),
            }),
            item("tools", "capital", "own", requirement=shed, timing="one_off", life=10, values={
                "investment": (TOOLS, "USD_2023"),
            }),
        ],
    )  # fmt: skip


FIRST = standard("first", accepts={})
SAME_WORK = standard("second", meets=("first-records",), accepts={"first": 0.5})
APART = standard("third", accepts={})


def added(standards: list[Any], *, recognition: bool) -> list[float]:
    table = proliferation_cost(standards, sample_producers(), recognition=recognition, **TERMS)
    return table.groupby("standards")["added_cost"].first().tolist()


def test_first_standard_costs_all_of_it() -> None:
    assert added([FIRST], recognition=False) == pytest.approx([WORK + AUDIT + TOOLS_YEARLY])


def test_equivalent_work_is_done_once_and_the_audit_paid_again() -> None:
    full = WORK + AUDIT + TOOLS_YEARLY
    assert added([FIRST, SAME_WORK, APART], recognition=False) == pytest.approx(
        [full, AUDIT + TOOLS_YEARLY, full]
    )


def test_recognition_drops_the_second_audit_and_its_share_of_the_rest() -> None:
    full = WORK + AUDIT + TOOLS_YEARLY
    assert added([FIRST, SAME_WORK, APART], recognition=True) == pytest.approx(
        [full, 0.5 * TOOLS_YEARLY, full]
    )


def test_order_decides_which_is_saved_when_equivalence_is_stated_once() -> None:
    forward = added([FIRST, SAME_WORK], recognition=False)
    backward = added([SAME_WORK, FIRST], recognition=False)
    assert sum(forward) == pytest.approx(sum(backward))


def test_table_adds_up_by_cell() -> None:
    producers = sample_producers()
    table = proliferation_cost([FIRST, SAME_WORK, APART], producers, recognition=True, **TERMS)
    assert len(table) == 3 * len(producers)
    key = ["exporter", "product", "size_class"]
    running = table.groupby(key)["added_cost"].cumsum()
    pd.testing.assert_series_equal(running, table["annual_cost"], check_names=False)
    alone = table["added_cost"] + table["saved_cost"]
    assert alone.to_numpy() == pytest.approx(WORK + AUDIT + TOOLS_YEARLY)
    sales = np.tile(producers["mean_sales"], 3)
    assert (table["share_of_sales"] * sales).to_numpy() == pytest.approx(table["annual_cost"])
    last = table[table["standards"] == 3]
    assert last["one_off_cost"].tolist() == [2500.0] * len(producers)


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
