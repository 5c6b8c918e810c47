"""Properties that must hold in any world, on small made-up ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import producers, standard, trade

import equity as eq
from equity.assessment import Assessment, accounts
from equity.assessment.accounts import IdentityError
from equity.errors import InputError

DRAWS = 20
MONEY = ["small_net", "producer_net", "compliance_cost", "fees", "trader_net", "total_net"]
SHARES = ["small_not_complying_share", "small_burden", "large_burden", "small_to_large"]


def assess(seed: int = 0, *, scale: float = 1.0, costs: float = 1.0, **more: object) -> Assessment:
    """Assess the made-up standard in the made-up world."""
    asked = more.pop("standard", None) or standard(scale * costs)
    return eq.assess(
        asked, trade=trade(seed, scale), producers=producers(seed, scale), draws=DRAWS, **more
    )


def measured(result: Assessment) -> pd.Series:
    """Headline values by measure."""
    return result.headline.set_index("measure")["value"]


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10_000),
    costs=st.floats(0, 20),
    payer=st.sampled_from(["producer", "buyer", "government"]),
    closure=st.sampled_from(["fixed", "equilibrium", "gsim", "smart"]),
)
def test_every_identity_holds_in_random_worlds(
    seed: int, costs: float, payer: str, closure: str
) -> None:
    result = assess(seed, standard=standard(costs, payer=payer), closure=closure)
    assert result.checks["passed"].all()
    bills = result.payments["amount"].sum()
    assert bills == pytest.approx(measured(result)["compliance_cost"], rel=1e-9)


@pytest.mark.parametrize("closure", ["equilibrium", "gsim", "smart"])
@pytest.mark.parametrize("loss", [0.0, 0.1])
def test_producers_at_the_same_margin_follow_the_market(closure: str, loss: float) -> None:
    """Without fixed costs, and with producers all alike, prices settle how many comply."""
    alike = producers().assign(sales_dispersion=0.0, compliant_share=0.0)
    given = {"closure": closure, "parameters": {"switching_loss": loss}, "draws": DRAWS}
    for asked in (standard(0.0, hours=0.0, more_per_tonne=150.0), standard(3.0)):
        result = eq.assess(asked, trade=trade(), producers=alike, **given)
        assert result.checks["passed"].all()


def test_a_standard_that_costs_nothing_changes_nothing() -> None:
    result = assess(standard=standard(0.0, hours=0.0))
    assert result.incidence["amount"].abs().sum() == 0
    assert result.flows["value_after"].to_numpy() == pytest.approx(
        result.flows["value_before"].to_numpy(), rel=1e-12
    )
    assert (result.response["complying_number"] == 1).all()
    burdens = result.flags[result.flags["rule"].isin(["burden", "exclusion", "net_loss"])]
    assert set(burdens["level"]) == {"green"}
    assert measured(result)[["compliance_cost", "producer_net", "fees", "total_net"]].eq(0).all()


def test_doubling_every_amount_of_money_doubles_money_and_leaves_shares() -> None:
    one, two = measured(assess()), measured(assess(scale=2.0))
    assert two[MONEY].to_numpy() == pytest.approx(2 * one[MONEY].to_numpy(), rel=1e-9)
    assert two[SHARES].to_numpy() == pytest.approx(one[SHARES].to_numpy(), rel=1e-9)
    assert two["producers"] == pytest.approx(one["producers"], rel=1e-9)


def test_splitting_a_flow_in_two_changes_nothing() -> None:
    whole = trade()
    part = whole.assign(value=whole["value"] * 0.3, quantity=whole["quantity"] * 0.3)
    rest = whole.assign(value=whole["value"] * 0.7, quantity=whole["quantity"] * 0.7)
    split = pd.concat([part, rest], ignore_index=True)
    with pytest.raises(InputError, match="share a key"):
        eq.read_trade(split)
    joined = eq.read_trade(split, on_duplicate="sum")
    result = eq.assess(standard(), trade=joined, producers=producers(), draws=DRAWS)
    assert measured(result).to_numpy() == pytest.approx(
        measured(assess()).to_numpy(), rel=1e-9, nan_ok=True
    )


def test_the_order_of_rows_does_not_matter() -> None:
    shuffled = eq.assess(
        standard(),
        trade=trade().sample(frac=1, random_state=1),
        producers=producers().sample(frac=1, random_state=2),
        draws=DRAWS,
    )
    assert measured(shuffled).to_numpy() == pytest.approx(
        measured(assess()).to_numpy(), rel=1e-9, nan_ok=True
    )
    assert shuffled.flows["value_after"].sum() == pytest.approx(
        assess().flows["value_after"].sum(), rel=1e-12
    )


def test_a_dearer_standard_never_helps_producers_at_fixed_prices() -> None:
    net = [measured(assess(costs=costs))["producer_net"] for costs in (0.5, 1.0, 2.0, 8.0)]
    assert net == sorted(net, reverse=True)
    gone = [measured(assess(costs=c))["small_not_complying_share"] for c in (0.5, 1.0, 2.0, 8.0)]
    assert gone == sorted(gone)


def test_a_cost_that_buyers_pay_lets_more_producers_comply() -> None:
    own = assess(standard=standard(payer="producer"))
    paid = assess(standard=standard(payer="buyer"))
    assert measured(paid)["producer_net"] > measured(own)["producer_net"]
    roles = paid.by("role").set_index("role")["amount"]
    assert roles["buyer"] < 0
    # What buyers pay is what the tests cost: one role's loss is another's fee.
    tests = paid.payments[paid.payments["item"] == "tests"]["amount"].sum()
    assert roles["buyer"] == pytest.approx(-tests)


def test_without_another_market_producers_stop_exporting() -> None:
    flows = trade()
    only = flows[~((flows["exporter"] == "KEN") & flows["importer"].isin(["JPN", "IND"]))]
    result = eq.assess(standard(4.0), trade=only, producers=producers(), draws=DRAWS)
    kenya = result.response[result.response["exporter"] == "KEN"].set_index("size_class")
    assert kenya.loc["small", "exiting_number"] > 0
    assert (kenya["diverting_number"] == 0).all()
    others = result.response[result.response["exporter"] != "KEN"]
    assert (others["exiting_number"] == 0).all()


def test_accounts_that_do_not_add_up_are_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = accounts.payments_table
    monkeypatch.setattr(
        "equity.assessment.pipeline.payments_table",
        lambda outcome: honest(outcome).assign(amount=lambda t: t["amount"] * 1.001),
    )
    with pytest.raises(IdentityError, match="fixed bills"):
        assess()


def test_the_fees_of_a_certifier_abroad_go_abroad() -> None:
    result = assess()
    audits = result.payments[result.payments["item"] == "audit"]
    assert (audits["recipient_country"] == "DEU").all()
    german = result.by("role", "country").set_index(["role", "country"])["amount"]
    fees = result.incidence.query(
        "role == 'certifier' and country == 'DEU' and component == 'fees'"
    )
    assert fees["amount"].sum() == pytest.approx(audits["amount"].sum())
    # A tenth of the fee is left after the cost of the service.
    assert german[("certifier", "DEU")] == pytest.approx(0.1 * audits["amount"].sum())


def test_a_producers_table_that_does_not_fit_is_refused() -> None:
    table = producers()
    with pytest.raises(InputError, match="no rows for 1 exporters and products: USA, 070820"):
        eq.assess(standard(), trade=trade(), producers=table[table["exporter"] != "USA"])
    off = table.assign(value_share=table["value_share"] * 0.97)
    with pytest.raises(InputError, match=r"value shares add up to 0\.97"):
        eq.assess(standard(), trade=trade(), producers=off)
    with pytest.raises(InputError, match="rename 'mean_sale'"):
        eq.assess(
            standard(), trade=trade(), producers=table.rename(columns={"mean_sales": "mean_sale"})
        )


def test_draws_widen_with_the_range_of_a_parameter() -> None:
    result = assess()
    table = result.headline.set_index("measure")
    assert table.loc["compliance_cost", "low"] < table.loc["compliance_cost", "high"]
    drawn = set(result.importance["parameter"])
    assert "made-up.audit.fee" in drawn
    assert "made-up.store.investment" not in drawn
    assert np.isclose(result.importance["share"].sum(), 1)
