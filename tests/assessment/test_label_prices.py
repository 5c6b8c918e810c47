"""A label assessed where prices move: entry shares what certified buyers take."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import equity as eq
from equity.assessment import Assessment
from equity.errors import InputError
from equity.market.choice import complying_shares

LABEL, MOVING = "fairtrade-coffee", ["equilibrium", "gsim", "smart"]
_RESULTS: dict[tuple[str, float], Assessment] = {}


def assessed(closure: str = "equilibrium", share: float = 1.0) -> Assessment:
    """Assess once per session."""
    key = closure, share
    if key not in _RESULTS:
        _RESULTS[key] = eq.assess(
            LABEL, closure=closure, parameters={"share_sold": share}, draws=20
        )
    return _RESULTS[key]


def value(result: Assessment, measure: str) -> float:
    return float(result.headline.set_index("measure").loc[measure, "value"])


@pytest.mark.parametrize("closure", MOVING)
@pytest.mark.parametrize("share", [1.0, 0.3])
def test_every_identity_holds(closure: str, share: float) -> None:
    result = assessed(closure, share)
    assert result.checks["passed"].all()
    beside = assessed("fixed", share).closures.set_index("measure")[closure]
    for name, number in beside.items():
        assert value(result, name) == pytest.approx(number)
    assert value(result, "regulated_value") == pytest.approx(
        value(assessed("fixed", share), "regulated_value")
    )


def test_buyers_pay_the_premium_on_what_they_take() -> None:
    """Price and floor of the label against the producers' part of the demand, cell by cell."""
    result = assessed("equilibrium", 0.3)
    fixed = assessed("fixed", 0.3)
    cells = fixed.producers.merge(fixed.response, on=["exporter", "product", "size_class"])
    sales = cells["producers"] * cells["mean_sales"]
    owed = (sales * (cells["price_regulated"] - 1)).sum()
    assert value(result, "premium_paid") == pytest.approx(owed)


def test_producers_decide_on_a_mean_of_both_prices() -> None:
    table, fixed = assessed("equilibrium", 0.3).response, assessed("fixed", 0.3).response
    assert (table["price_regulated"] > table["price_other"]).all()
    # With most certified goods unsold at first, entry stops below the administered price.
    assert table["price_regulated"].mean() < fixed["price_regulated"].mean()


def test_what_finds_no_certified_buyer_keeps_producers_out() -> None:
    stays_out = [
        value(assessed("equilibrium", share), "small_not_complying_share") for share in (1.0, 0.3)
    ]
    assert stays_out[0] < stays_out[1]
    # Where few join, those who do sell more as certified: fewer stay out than at a fixed share.
    assert stays_out[1] < value(assessed("fixed", 0.3), "small_not_complying_share")


def test_sales_mean_the_same_under_every_closure() -> None:
    """Sales to those who ask, in tables, burdens and thresholds, whatever else is sold."""
    moved, fixed = assessed("equilibrium", 0.3), assessed("fixed", 0.3)
    pd.testing.assert_frame_equal(moved.producers, fixed.producers)
    for name in ("small_burden", "regulated_value", "producers"):
        assert value(moved, name) == pytest.approx(value(fixed, name))
    shown = moved.groups["sales"].sum(), fixed.groups["sales"].sum()
    assert shown[0] == pytest.approx(shown[1])
    free = moved.response[np.isfinite(moved.response["threshold_sales"])]
    mean = moved.producers.merge(free, on=["exporter", "product", "size_class"])
    above, _ = complying_shares(
        mean["mean_sales"], mean["sales_dispersion"], mean["threshold_sales"]
    )
    np.testing.assert_allclose(above, mean["complying_number"], rtol=1e-6, atol=1e-9)


def test_what_producers_lose_elsewhere_is_said() -> None:
    said = assessed().headline.set_index("measure")["value"]
    assert said["other_producers_net"] < 0 < said["producer_net"]
    by_role = assessed().by("role").set_index("role")["amount"]
    assert said["all_producers_net"] == pytest.approx(by_role["producer"])
    assert "in their other sales" in assessed().summary()
    assert "in their other sales" not in assessed("fixed").summary()
    assert not any("Staying out costs nothing" in line for line in assessed().limits)
    assert any("Staying out costs nothing" in line for line in assessed("fixed").limits)


def test_the_limits_say_which_price_was_used() -> None:
    assert any("share what buyers take" in line for line in assessed().limits)
    assert any("does not react to the premium" in line for line in assessed("fixed").limits)


def test_too_much_certified_is_an_error_of_the_run_and_left_out_of_draws() -> None:
    with pytest.raises(InputError, match=r"share_sold, \w+, 090111: leaves more certified"):
        eq.assess(LABEL, closure="equilibrium", parameters={"share_sold": 0.01}, draws=5)
    # At fixed prices the other closures are not assessed, and the report can be written.
    beside = eq.assess(LABEL, parameters={"share_sold": 0.01}, draws=5).closures
    assert beside[MOVING].isna().all(axis=None)
    assert beside["fixed"].notna().any()


def test_harm_avoided_counts_what_buyers_of_the_label_take() -> None:
    """The part that finds a certified buyer follows entry, and is not the part of the baseline."""
    shares = (1.0, 0.3)
    bought = [assessed("equilibrium", share).beside.outcomes["equilibrium"] for share in shares]
    taken = [float(one.newly_complying.sum()) for one in bought]
    asked = value(assessed(), "regulated_value")
    assert taken[1] == pytest.approx(taken[0], rel=0.05)
    assert taken[1] == pytest.approx(asked, rel=0.1)
