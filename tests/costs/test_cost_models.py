"""Known answers of the built-in cost models, from a page or by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from equity.costs import (
    AdValoremEquivalent,
    Capital,
    Conformity,
    Econometric,
    FeeByLand,
    FeeByMembers,
    FeeByTurnover,
    GroupCertification,
    Inputs,
    Learning,
    PercentageOfSales,
    StandardCostModel,
    Traceability,
    schedule_on,
)
from equity.errors import InputError


def cells(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns)


ONE = cells(mean_sales=[1000.0])


def test_standard_cost_worked_example() -> None:
    # 20 staff x 52 weeks x 6 h x NOK 600 = NOK 3,744,000 a year (evidence F006).
    task = StandardCostModel(staff=20, frequency=52, hours=6, hourly_cost=600)
    assert task.annual_cost(ONE).tolist() == [3_744_000]


def test_loaded_wage_of_the_us_epa() -> None:
    # Wage 53.10, fringe 24.46, overhead 20 %: loaded 93.07 (evidence E020).
    hour = StandardCostModel(hours=1, hourly_cost=53.10 + 24.46, overhead=0.20)
    assert round(float(hour.annual_cost(ONE)[0]), 2) == 93.07


def test_tulane_components_add_up_to_the_published_total_and_mean() -> None:
    # Tulane 2014: five components over 1,300 issuers (evidence F001 to F005, A021, A022).
    components = [420_784_310, 149_950_495, 40_866_337, 97_500_000, 650_000]
    issuers = 1300
    per_issuer = [
        StandardCostModel(hours=0, hourly_cost=0, cash=amount / issuers).annual_cost(ONE)[0]
        for amount in components
    ]
    assert sum(per_issuer) * issuers == pytest.approx(709_751_142, abs=1)
    assert round(sum(per_issuer)) == 545_962


def test_without_an_hourly_cost_the_country_wage_holds() -> None:
    producers = cells(labour_cost=[0.5, 30.0])
    task = StandardCostModel(hours=10, cash=1.0)
    assert task.columns_needed() == ("labour_cost",)
    assert list(task.annual_cost(producers)) == [6, 301]


def test_business_as_usual_is_not_a_cost_of_the_standard() -> None:
    task = StandardCostModel(hours=10, hourly_cost=3, cash=10, business_as_usual=0.75)
    assert task.annual_cost(ONE).tolist() == [10]


def test_conformity_counts_what_the_fee_is_paid_for() -> None:
    producers = cells(shipments=[10.0], batches=[4.0], sites=[2.0], products=[3.0], output=[50.0])
    fee = 100
    assert Conformity(fee=fee).annual_cost(producers)[0] == 100
    assert Conformity(fee=fee, per_shipment=0.5).annual_cost(producers)[0] == 500
    assert Conformity(fee=fee, per_batch=1).annual_cost(producers)[0] == 400
    assert Conformity(fee=fee, per_site=2).annual_cost(producers)[0] == 400
    assert Conformity(fee=fee, per_product=1).annual_cost(producers)[0] == 300
    assert Conformity(fee=fee, per_tonne=0.1).annual_cost(producers)[0] == 500
    assert Conformity(fee=fee, per_site=1, per_producer=1).annual_cost(producers)[0] == 300


@pytest.mark.parametrize(
    ("members", "by_hand"),
    [
        # 10 own + 500 / n + 400 sqrt(n) / n
        (1, 910.0),
        (2, 542.842712474619),
        (50, 76.5685424949238),
        (1250, 21.7137084989848),
    ],
)
def test_square_root_sample_of_a_group(members: int, by_hand: float) -> None:
    terms = {"own_cost": 10, "internal_control_cost": 500, "audit_fee": 400}
    stated = GroupCertification(members=members, **terms)
    assert stated.annual_cost(ONE)[0] == pytest.approx(by_hand, rel=1e-12)
    looked_up = GroupCertification(**terms).annual_cost(cells(members=[float(members)]))
    assert looked_up[0] == pytest.approx(by_hand, rel=1e-12)


def test_who_holds_the_certificate() -> None:
    terms = {"own_cost": 10, "internal_control_cost": 500, "audit_fee": 400}
    alone = GroupCertification(holder="individual", **terms)
    assert alone.annual_cost(ONE).tolist() == [410]
    assert alone.paid_by() == "producer"
    exporter = GroupCertification(holder="exporter", members=50, **terms)
    group = GroupCertification(holder="group", members=50, **terms)
    assert exporter.annual_cost(ONE) == group.annual_cost(ONE)
    assert exporter.paid_by() == "trader"


def test_holder_and_size_of_a_group_are_checked() -> None:
    with pytest.raises(InputError, match="did you mean 'exporter'"):
        GroupCertification(audit_fee=1, holder="exporters")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"0\.5 is less than one"):
        GroupCertification(audit_fee=1, members=0.5)
    with pytest.raises(InputError, match=r"row 2: 0 is less than one"):
        GroupCertification(audit_fee=1).annual_cost(cells(members=[1.0, 0.0]))


LAND = FeeByLand(start=(0, 5, 50), end=(5, 50), fee=(100, 300, 900), per_unit=(0, 10, 1))


def test_fee_of_the_bracket() -> None:
    producers = cells(land=[0.0, 4.9, 5.0, 7.0, 49.0, 50.0, 150.0])
    assert list(LAND.annual_cost(producers)) == [100, 100, 300, 320, 740, 900, 1000]


def test_unknown_size_has_no_fee() -> None:
    fees = LAND.annual_cost(cells(land=[np.nan, -1.0, 1.0]))
    assert np.isnan(fees[:2]).all()
    assert fees[2] == 100


def test_group_fee_is_shared_by_members() -> None:
    fees = FeeByMembers(start=(0, 100), fee=(1000, 1000), per_unit=(0, 5))
    assert list(fees.annual_cost(cells(members=[50.0, 200.0]))) == [20, 7.5]


def test_fee_by_turnover_reads_sales() -> None:
    fees = FeeByTurnover(start=(0, 10_000), fee=(50, 50), per_unit=(0, 0.01))
    assert list(fees.annual_cost(cells(mean_sales=[100.0, 20_000.0]))) == [50, 150]


@pytest.mark.parametrize(
    ("start", "end", "fee", "message"),
    [
        ((0, 5), (4,), (1, 2), "leave a gap from 4 to 5"),
        ((0, 5), (6,), (1, 2), "overlap from 5 to 6"),
        ((1, 5), (5,), (1, 2), "begins at 1: nothing below has a fee"),
        ((0, 5), (5,), (1,), "1 entries for 2 brackets"),
        ((0, 5), (5, 3), (1, 2), "runs from 5 to 3"),
        ((0, 5, 2), (), (1, 2, 3), "not in rising order"),
        ((), (), (), "no bracket"),
    ],
)
def test_brackets_that_cannot_be(
    start: tuple[float, ...], end: tuple[float, ...], fee: tuple[float, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        FeeByLand(start=start, end=end, fee=fee)


def test_producer_above_the_last_bracket_is_named() -> None:
    closed = FeeByLand(start=(0, 5), end=(5, 50), fee=(1, 2))
    with pytest.raises(InputError, match=r"row 2: land 60 is above the last bracket.*50"):
        closed.annual_cost(cells(land=[1.0, 60.0]))


def test_dated_versions() -> None:
    old = FeeByLand(start=(0,), fee=(100,), valid_from=2010, valid_to=2019)
    new = FeeByLand(start=(0,), fee=(120,), valid_from=2020, valid_to=2024)
    assert schedule_on([old, new], 2015) is old
    assert schedule_on([old, new], 2020) is new
    with pytest.raises(InputError, match=r"expired after 2024; 2026 is asked for"):
        schedule_on([old, new], 2026)
    with pytest.raises(InputError, match=r"no version holds in 2001; there are 2010 to 2019"):
        schedule_on([old, new], 2001)
    with pytest.raises(InputError, match="2 versions hold in 2015"):
        schedule_on([old, old], 2015)
    with pytest.raises(InputError, match="valid from 2020 to 2019"):
        FeeByLand(start=(0,), fee=(1,), valid_from=2020, valid_to=2019)


def test_capital_grows_with_land_and_output() -> None:
    shed = Capital(investment=1000, investment_per_ha=10, investment_per_tonne=1, residual=0.5)
    producers = cells(land=[5.0], output=[50.0])
    assert shed.annual_cost(producers)[0] == 1100
    assert shed.residual_value(producers)[0] == 550  # type: ignore[index]
    with pytest.raises(InputError, match="0 years is no life"):
        Capital(investment=1, life=0)


def test_inputs_and_lost_yield() -> None:
    practice = Inputs(per_ha=20, per_tonne=3, yield_loss=0.1)
    producers = cells(land=[2.0], output=[10.0], mean_sales=[1000.0])
    assert practice.annual_cost(producers).tolist() == [40 + 30 + 100]
    assert Inputs(per_ha=1).columns_needed() == ("land",)


def test_percentage_of_sales_with_a_floor() -> None:
    fee = PercentageOfSales(rate=0.01, minimum=30)
    assert fee.annual_cost(cells(mean_sales=[1000.0, 10_000.0])).tolist() == [30, 100]


def test_traceability_by_shipment_batch_and_tonne() -> None:
    chain = Traceability(per_shipment=50, per_batch=5, per_tonne=0.5)
    producers = cells(shipments=[2.0], batches=[4.0], output=[10.0])
    assert chain.annual_cost(producers).tolist() == [125]


def test_learning_leaves_four_fifths_at_each_doubling() -> None:
    # An 80 % learning curve has the exponent 0.322 (Wright 1936).
    costs = [
        Learning(first_cost=100, exponent=0.321928094887362, years=year).annual_cost(ONE)[0]
        for year in (1, 2, 4, 8)
    ]
    assert costs == pytest.approx([100, 80, 64, 51.2])
    with pytest.raises(InputError, match="before the first"):
        Learning(first_cost=1, exponent=0.3, years=0)


def test_one_percent_more_investment_raises_variable_cost_by_the_elasticity() -> None:
    # Maskus, Otsuki & Wilson 2005: 0.06 to 0.13 percent for one percent (evidence C003).
    for elasticity in (0.06, 0.13):
        model = Econometric(elasticity=elasticity, increase=0.01, variable_cost=1)
        percent = model.annual_cost(cells(mean_sales=[100.0]))[0]
        assert percent == pytest.approx(elasticity, rel=0.01)


def test_published_equivalent_is_a_share_of_sales() -> None:
    assert list(AdValoremEquivalent(ave=0.157).annual_cost(ONE)) == [157]


def test_a_percentage_written_as_five_is_refused() -> None:
    with pytest.raises(InputError, match=r"write 0\.05 for 5 %"):
        PercentageOfSales(rate=5)
    with pytest.raises(InputError, match=r"StandardCostModel\.hours: -1 is negative"):
        StandardCostModel(hours=-1)
    with pytest.raises(InputError, match="is not finite"):
        Conformity(fee=np.inf)
    with pytest.raises(InputError, match="'180' is text"):
        Conformity(fee="180")  # type: ignore[arg-type]
