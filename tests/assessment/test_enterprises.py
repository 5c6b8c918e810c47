"""The SME test against enterprises drawn one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity.assessment.enterprises import sme_test
from equity.errors import InputError

GROUP = pd.Series({"KEN": "low", "PER": "upper_middle"})
DRAWN = 400_000


def cells(compliant: float = 0.0, status: str = "estimated") -> pd.DataFrame:
    """Two exporters with small and large enterprises."""
    return pd.DataFrame(
        {
            "exporter": ["KEN", "KEN", "PER", "PER"],
            "product": "070820",
            "size_class": ["small", "large"] * 2,
            "producers": [1000.0, 20.0, 500.0, 40.0],
            "mean_sales": [2000.0, 100_000.0, 3000.0, 200_000.0],
            "sales_dispersion": [0.8, 0.6, 1.0, 0.0],
            "compliant_share": compliant,
            "status": status,
        }
    )


def bills(fixed: float, share: float, payer: str = "producer") -> pd.DataFrame:
    """A fixed and a variable item in every cell."""
    key = cells()[["exporter", "product", "size_class", "mean_sales"]]
    blocks = [
        key.assign(item="audit", behaviour="fixed", annual_cost=fixed, payer=payer),
        key.assign(item="levy", behaviour="variable", annual_cost=share * key["mean_sales"],
                   payer=payer),
    ]  # fmt: skip
    table = pd.concat(blocks, ignore_index=True)
    return table.assign(share_of_sales=table["annual_cost"] / table["mean_sales"]).drop(
        columns="mean_sales"
    )


@pytest.mark.parametrize(("fixed", "share"), [(40.0, 0.0), (40.0, 0.005), (900.0, 0.02)])
def test_the_screen_equals_a_count_of_drawn_enterprises(fixed: float, share: float) -> None:
    table = cells().iloc[[0]]
    costs = bills(fixed, share).query("exporter == 'KEN' and size_class == 'small'")
    found = sme_test(table, costs, GROUP).screen["share"].to_numpy()
    spread = 0.8
    sales = np.random.default_rng(1).lognormal(np.log(2000) - spread**2 / 2, spread, DRAWN)
    ratio = share + fixed / sales
    counted = [np.mean(ratio < 0.01), np.mean((ratio >= 0.01) & (ratio < 0.03)),
               np.mean(ratio >= 0.03)]  # fmt: skip
    assert found == pytest.approx(counted, abs=3 * 0.5 / np.sqrt(DRAWN))


@settings(max_examples=40)
@given(
    fixed=st.floats(0, 5000),
    share=st.floats(0, 0.2),
    compliant=st.floats(0, 1),
    steps=st.lists(st.floats(0.001, 0.5), min_size=1, max_size=4, unique=True).map(sorted),
)
def test_every_enterprise_that_does_not_comply_is_in_one_bin(
    fixed: float, share: float, compliant: float, steps: list[float]
) -> None:
    found = sme_test(cells(compliant), bills(fixed, share), GROUP, thresholds=steps)
    new = (found.affected["enterprises"] - found.affected["already_comply"]).sum()
    assert found.screen["enterprises"].sum() == pytest.approx(new, abs=1e-6)
    assert (found.screen["enterprises"] >= -1e-9).all()
    assert found.affected["share_of_enterprises"].sum() == pytest.approx(1)


def test_all_enterprises_pass_a_line_that_the_variable_cost_passes_alone() -> None:
    found = sme_test(cells(), bills(0.0, 0.04), GROUP).screen
    assert found.loc[found["bin"] == "3 % and over", "share"].eq(1).all()


def test_a_bill_that_others_pay_burdens_no_enterprise() -> None:
    found = sme_test(cells(), bills(500.0, 0.1, payer="buyer"), GROUP)
    assert found.affected["cost_to_sales"].eq(0).all()
    assert found.screen.query("bin == 'under 1 %'")["share"].eq(1).all()
    assert np.isnan(found.small_to_large)


def test_groups_and_the_ratio_of_small_to_large() -> None:
    found = sme_test(cells(), bills(100.0, 0.0), GROUP, by=("income_group", "size_class"))
    assert found.affected["income_group"].tolist() == ["low"] * 2 + ["upper_middle"] * 2
    small = 1500 * 100 / (1000 * 2000 + 500 * 3000)
    large = 60 * 100 / (20 * 100_000 + 40 * 200_000)
    assert found.small_to_large == pytest.approx(small / large)


def test_sizes_that_are_assumed_are_counted_apart() -> None:
    found = sme_test(cells(status="assumption"), bills(100.0, 0.0), GROUP)
    assert found.affected.empty
    assert found.screen.empty
    assert found.not_assessed == 1560
    assert np.isnan(found.small_to_large)


def test_unknown_groups_and_falling_thresholds_are_named_together() -> None:
    with pytest.raises(InputError) as raised:
        sme_test(cells(), bills(1.0, 0.0), GROUP, by=("size",), thresholds=(0.03, 0.01))
    assert "size_class" in str(raised.value)
    assert "do not rise" in str(raised.value)
