"""Prices, certifiers, governance and adapted requirements of the producer's country."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equity.costs import (
    Adaptation,
    Conformity,
    GroupCertification,
    Item,
    LocalConditions,
    StandardCostModel,
    evaluate_matrix,
)
from equity.errors import InputError
from equity.testing import sample_producers

KENYA, NAMIBIA = 0, 3  # first cell of each country in sample_producers()
AUDIT = Item(
    id="audit",
    requirement="certificate",
    model=Conformity(fee=100),
    behaviour="fixed",
    recipient="certifier",
)
RECORDS = Item(
    id="records",
    requirement="records",
    model=StandardCostModel(hours=10),
    behaviour="fixed",
    recipient="own",
)


def costs(local: LocalConditions | None, *items: Item) -> np.ndarray[Any, Any]:
    matrix = evaluate_matrix(
        items or (AUDIT, RECORDS),
        sample_producers(),
        price_year=2023,
        discount_rate=0.05,
        local=local,
    )
    return matrix.annual[:, [KENYA, NAMIBIA]]


def test_wages_are_local_and_all_else_is_off() -> None:
    assert costs(None).tolist() == [[100, 100], [5, 20]]
    assert costs(LocalConditions()).tolist() == [[100, 100], [5, 20]]


def test_fees_at_local_prices() -> None:
    local = LocalConditions(price_level={"KEN": 0.4, "NAM": 0.6})
    assert costs(local).tolist() == [[40, 60], [5, 20]]
    abroad = Item(
        id="laboratory",
        requirement="test",
        model=Conformity(fee=100),
        behaviour="fixed",
        recipient="certifier",
        recipient_country="DEU",
    )
    assert costs(local, abroad).tolist() == [[100, 100]]


def test_certifier_is_flown_in() -> None:
    local = LocalConditions(certifiers=["KEN"], travel_cost=300)
    assert costs(local).tolist() == [[100, 400], [5, 20]]


def test_members_of_a_group_share_the_flight() -> None:
    group = Item(
        id="group",
        requirement="certificate",
        model=GroupCertification(audit_fee=100, members=25),
        behaviour="fixed",
        recipient="certifier",
    )
    local = LocalConditions(certifiers=["KEN"], travel_cost=300)
    assert costs(local, group).tolist() == [[20, 32]]


def test_flight_follows_the_members_column() -> None:
    group = Item(
        id="group",
        requirement="certificate",
        model=GroupCertification(audit_fee=100),
        behaviour="fixed",
        recipient="certifier",
    )
    local = LocalConditions(certifiers=[], travel_cost=300)
    # 100 members in the first cell of each country: 100 / 10 + 300 / 100
    assert costs(local, group).tolist() == [[13, 13]]


def test_governance_scales_only_when_chosen() -> None:
    index = {"KEN": 0.5, "NAM": 1.0}
    assert costs(LocalConditions(governance=index)).tolist() == [[100, 100], [5, 20]]
    scaled = LocalConditions(governance=index, governance_weight=0.4)
    assert costs(scaled)[0] == pytest.approx([120, 100])


def test_requirement_adapted_above_a_common_minimum() -> None:
    adapted = Adaptation(
        exporters=frozenset({"NAM"}), requirement="certificate", scale=0.5, common_minimum=0.3
    )
    local = LocalConditions(adaptations=(adapted,))
    assert costs(local).tolist() == [[100, 50], [5, 20]]
    both = LocalConditions(adaptations=(adapted, Adaptation(exporters=frozenset({"NAM"}), scale=2)))
    assert costs(both).tolist() == [[100, 100], [5, 40]]


def test_income_group_of_the_year_adapts() -> None:
    # World Bank: Kenya was low income in 2011, Namibia upper middle.
    low = Adaptation.within("low", 2011, scale=0.5, requirement="certificate")
    assert costs(LocalConditions(adaptations=(low,)))[0].tolist() == [50, 100]
    both = Adaptation.within(["low", "NAM"], 2011, scale=0.5)
    assert costs(LocalConditions(adaptations=(both,)))[0].tolist() == [50, 50]


@pytest.mark.parametrize(
    ("scale", "minimum", "message"),
    [
        (0.2, 0.3, r"scale 0\.2 is below the common minimum 0\.3"),
        (1.0, 30.0, "common_minimum 30 is not a share"),
        (float("nan"), 0.0, "scale nan"),
    ],
)
def test_adaptation_below_the_minimum(scale: float, minimum: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Adaptation(exporters=frozenset({"NAM"}), scale=scale, common_minimum=minimum)


def test_country_without_a_level_is_named() -> None:
    with pytest.raises(InputError, match="price_level: no value for NAM"):
        costs(LocalConditions(price_level={"KEN": 0.4}))
    with pytest.raises(InputError, match="governance: no value for KEN, NAM"):
        costs(LocalConditions(governance={}, governance_weight=1))


def test_conditions_that_cannot_be() -> None:
    with pytest.raises(InputError) as caught:
        LocalConditions(
            price_level={"KEN": 0.0}, governance={"KEN": 54.0}, travel_cost=-1, governance_weight=-1
        )
    text = str(caught.value)
    for part in ("travel_cost", "governance_weight", "price_level of KEN", "governance of KEN"):
        assert part in text
