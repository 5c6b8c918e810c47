"""A standard compared with itself under options, draw by draw."""

from __future__ import annotations

import numpy as np
import pytest

from equity.errors import InputError
from equity.policy import (
    CostShare,
    Premium,
    SmallProducerExemption,
    TechnicalAssistance,
    compare,
)

DRAWS = 20
OPTIONS = {
    "donors pay half": CostShare(share=0.5, payer="donor"),
    "small exempt": SmallProducerExemption(size_classes=("small",)),
    "both": [CostShare(share=0.5, payer="donor"), Premium(premium=0.1)],
    "money burnt": TechnicalAssistance(saving=0.0, cost=1e6),
}


@pytest.fixture(scope="module")
def found():
    return compare("globalgap", OPTIONS, draws=DRAWS)


def test_the_standard_as_it_is_changes_nothing(found) -> None:
    base = found.table[found.table["option"] == "as it is"]
    assert (base["change"].dropna() == 0).all() and not base["distinguishable"].any()
    assert (found.groups.query("option == 'as it is'")["change"] == 0).all()


def test_changes_are_paired_draw_by_draw(found) -> None:
    now, was = (found.assessments[name].drawn["producer_net"].to_numpy()
                for name in ("donors pay half", "as it is"))  # fmt: skip
    row = found.table.query("option == 'donors pay half' and measure == 'producer_net'").iloc[0]
    low, high = np.quantile(now - was, [0.05, 0.95])
    assert [row["change_low"], row["change_high"]] == pytest.approx([low, high])
    assert (now - was > 0).all() and row["distinguishable"]
    assert row["relative"] == pytest.approx(row["change"] / abs(was_value(found)))


def was_value(found) -> float:
    table = found.assessments["as it is"].headline.set_index("measure")
    return float(table.loc["producer_net", "value"])


def test_groups_add_up_to_the_total(found) -> None:
    for name in ("as it is", *OPTIONS):
        table = found.table[found.table["option"] == name].set_index("measure")
        total, groups = table.loc["total_net"], found.groups[found.groups["option"] == name]
        assert groups["amount"].sum() == pytest.approx(total["value"])
        assert groups["change"].sum() == pytest.approx(total["change"])
        before = groups["amount"] - groups["change"]
        told = groups["relative"].notna()
        assert groups["relative"][told].to_numpy() == pytest.approx(
            (groups["change"] / before.abs())[told].to_numpy()
        )


def test_the_plane_ranks_and_names_what_is_dominated(found) -> None:
    plane = found.plane.set_index("option")
    assert plane["rank"].is_monotonic_increasing
    assert plane["total_net"].is_monotonic_decreasing
    burnt = plane.loc["money burnt"]
    assert burnt["efficiency"] == pytest.approx(-1e6) and burnt["dominated"]
    assert burnt["equity"] == pytest.approx(0, abs=1e-9)
    assert not plane["dominated"].all()
    best = compare("globalgap", OPTIONS, draws=2, rank_by="small_to_large").plane
    assert best["small_to_large"].is_monotonic_increasing


def test_the_plane_is_drawn(found) -> None:
    axes = found.plot().axes[0]
    assert {text.get_text() for text in axes.texts} == {"as it is", *OPTIONS}


@pytest.mark.parametrize(
    ("options", "more", "said"),
    [
        ({}, {}, "none"),
        ({"as it is": Premium(premium=0.1)}, {}, "the standard itself"),
        ({"a": Premium(premium=0.1)}, {"rank_by": "producer"}, "producer_net"),
    ],
)
def test_what_cannot_be_compared_is_refused(options, more, said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare("globalgap", options, draws=1, **more)
