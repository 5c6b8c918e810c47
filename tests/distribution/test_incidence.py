"""Views of the incidence: by importer, with one middle group, and gross transfers."""

from __future__ import annotations

import pandas as pd
import pytest

import equity as eq
from equity.distribution import by_importer, transfers


@pytest.fixture(scope="module", params=["globalgap", "fairtrade-coffee", "eudr", "rspo"])
def result(request: pytest.FixtureRequest) -> eq.Assessment:
    """Standards with fees, premiums and buyers who pay."""
    return eq.assess(request.param, draws=5)


@pytest.fixture(scope="module")
def cleared() -> eq.Assessment:
    """Prices that move: consumers and other markets gain and lose too."""
    return eq.assess("eu-aflatoxin", draws=2, closure="equilibrium")


def test_importers_add_up_to_the_total(result: eq.Assessment) -> None:
    found = result.by("importer")
    assert found["amount"].sum() == pytest.approx(result.incidence["amount"].sum())
    both = result.by("role", "importer").groupby("role")["amount"].sum()
    roles = result.by("role").set_index("role")["amount"]
    assert both[roles.index].to_numpy() == pytest.approx(roles.to_numpy())
    bought = result.flows[result.flows["regulated_value"] > 0]
    assert set(found["importer"]) <= set(bought["importer"])


def test_importers_when_prices_move(cleared: eq.Assessment) -> None:
    found = cleared.by("importer", "role")
    assert found["amount"].sum() == pytest.approx(cleared.incidence["amount"].sum())
    consumers = cleared.by("country", "role").query("role == 'consumer'")
    mine = found.query("role == 'consumer'").set_index("importer")["amount"]
    assert mine[consumers["country"]].to_numpy() == pytest.approx(consumers["amount"].to_numpy())


def test_by_exporter_gives_the_gains_and_losses_of_one_chain(result: eq.Assessment) -> None:
    found = result.by("exporter")["amount"].sum()
    assert found == pytest.approx(result.incidence["amount"].sum())


def test_the_middle_is_the_two_groups_between(result: eq.Assessment) -> None:
    apart = result.by("income_group").set_index("income_group")["amount"]
    merged = result.by("income_group", middle=True).set_index("income_group")["amount"]
    assert merged["middle"] == pytest.approx(apart["lower_middle"] + apart["upper_middle"])
    assert merged.sum() == pytest.approx(apart.sum())
    assert "lower_middle" not in merged


def test_transfers_are_the_bills_that_somebody_else_is_paid(result: eq.Assessment) -> None:
    bills = result.payments.query("recipient != 'own'")["amount"].sum()
    assert result.transfers["amount"].sum() == pytest.approx(bills)


def test_a_payer_abroad_pays_from_where_the_goods_are_bought() -> None:
    payments = pd.DataFrame(
        {
            "exporter": "KEN", "product": "070820", "payer": ["buyer", "producer"],
            "recipient": "certifier", "recipient_country": "DEU", "amount": [10.0, 4.0],
        }
    )  # fmt: skip
    flows = pd.DataFrame(
        {
            "exporter": "KEN", "product": "070820", "importer": ["DEU", "GHA"],
            "regulated_value": [30.0, 10.0],
        }
    )  # fmt: skip
    group = pd.Series({"KEN": "low", "DEU": "high", "GHA": "lower_middle"})
    found = transfers(payments, flows, group).set_index(["payer", "from_group", "abroad"])["amount"]
    assert found["buyer", "high", False] == 7.5
    assert found["buyer", "lower_middle", True] == 2.5
    assert found["producer", "low", True] == 4.0


def test_an_exporter_without_regulated_sales_is_not_attributed() -> None:
    row = {"role": "producer", "country": "PER", "income_group": "low", "size_class": "all",
           "product": "070820", "exporter": "PER", "component": "other_markets", "amount": 3.0,
           "units": 1.0}  # fmt: skip
    flows = pd.DataFrame(
        {"exporter": ["PER"], "product": "070820", "importer": "DEU", "regulated_value": 0.0}
    )
    found = by_importer(pd.DataFrame([row]), flows)
    assert found[["importer", "amount"]].values.tolist() == [["not_attributed", 3.0]]
