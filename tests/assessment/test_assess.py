"""The whole pipeline on the bundled standards and trade."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

import equity as eq
from equity import countries, datasets, schema
from equity.assessment import Assessment, closure
from equity.assessment.exemption import Exemption
from equity.errors import ConvergenceError, InputError

BUNDLED = ["eu-aflatoxin", "globalgap", "fairtrade-coffee", "eudr", "rspo", "shrimp-haccp"]
DRAWS = 60
_RESULTS: dict[str, Assessment] = {}


def assessed(name: str) -> Assessment:
    """Assess once per session."""
    if name not in _RESULTS:
        _RESULTS[name] = eq.assess(name, draws=DRAWS)
    return _RESULTS[name]


def value(result: Assessment, measure: str) -> float:
    """A measure of the headline."""
    return float(result.headline.set_index("measure").loc[measure, "value"])


@pytest.mark.parametrize("name", BUNDLED)
def test_every_identity_holds_and_every_table_has_its_shape(name: str) -> None:
    result = assessed(name)
    assert result.checks["passed"].all()
    assert (result.checks["relative_error"] <= 1e-9).all()
    for table in ("exposure", "producers", "costs", "response", "flows", "incidence", "flags"):
        schema.validate(getattr(result, table), table)


@pytest.mark.parametrize("name", BUNDLED)
def test_every_sum_equals_the_total(name: str) -> None:
    result = assessed(name)
    total = result.incidence["amount"].sum()
    gross = result.incidence["amount"].abs().sum()
    columns = ("role", "country", "income_group", "size_class", "product", "component")
    for pair in combinations(columns, 2):
        assert result.by(*pair)["amount"].sum() == pytest.approx(total, abs=1e-9 * gross)
    producers = result.by("role").set_index("role")["amount"]["producer"]
    assert result.groups["producer_net"].sum() == pytest.approx(producers, abs=1e-9 * gross)


@pytest.mark.parametrize("name", BUNDLED)
def test_cells_are_scaled_to_trade_exactly(name: str) -> None:
    result = assessed(name)
    made = result.producers.merge(result.exposure, on=["exporter", "product"])
    left = made["producers"] * made["mean_sales"]
    right = made["producer_share"] * made["value_share"] * made["regulated_value"]
    assert left.to_numpy() == pytest.approx(right.to_numpy(), rel=1e-9)
    shares = result.producers.groupby(["exporter", "product"])["value_share"].sum()
    assert shares.to_numpy() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("name", BUNDLED)
def test_every_headline_number_has_a_range_around_draws(name: str) -> None:
    table = assessed(name).headline
    known = table[table["value"].notna()]
    assert (known["low"] <= known["high"]).all()
    assert len(known) >= 14


def test_kenya_sells_its_green_beans_to_the_eu() -> None:
    result = assessed("globalgap")
    kenya = result.exposure.set_index("exporter").loc["KEN"]
    # Importers' reports: 148.941 m USD, of which 146.801 m to the EU of 27.
    assert kenya["total_value"] == pytest.approx(148.941e6)
    assert kenya["market_value"] == pytest.approx(146.801e6)
    assert kenya["market_share"] == pytest.approx(0.99, abs=0.005)
    flags = result.flags[(result.flags["exporter"] == "KEN")].set_index(["rule", "size_class"])
    assert flags.loc[("burden", "small"), "level"] == "red"
    assert flags.loc[("exposure", "all"), "level"] == "red"
    assert "98.6 %" in flags.loc[("exposure", "all"), "reason"]


def test_countries_without_structure_of_their_own_are_not_assessed() -> None:
    result = assessed("globalgap")
    guessed = result.producers.loc[result.producers["status"] == "assumption", "exporter"]
    flags = result.flags
    sized = flags[flags["rule"].isin(["burden", "exclusion", "liquidity", "net_loss"])]
    levels = sized.loc[sized["exporter"].isin(set(guessed)), "level"]
    assert len(levels) > 10
    assert set(levels) == {"not_assessed"}


def test_the_same_seed_gives_the_same_digits_and_more_draws_keep_the_centre() -> None:
    one, two = (eq.assess("eu-aflatoxin", draws=40, seed=3) for _ in range(2))
    other = eq.assess("eu-aflatoxin", draws=80, seed=3)
    assert one.headline.equals(two.headline)
    assert one.headline["value"].equals(other.headline["value"])
    assert not one.headline["low"].equals(
        eq.assess("eu-aflatoxin", draws=40, seed=4).headline["low"]
    )


def test_a_label_moves_money_from_buyers_to_producers() -> None:
    result = assessed("fairtrade-coffee")
    amounts = result.by("role").set_index("role")["amount"]
    assert amounts["buyer"] < 0 < amounts["producer"]
    gains = result.by("component").set_index("component")["amount"]
    assert gains["price"] < -gains["premium"] * 1.5
    assert "large" not in set(result.producers["size_class"])


def test_buyers_of_a_label_pay_the_premium_on_what_they_take_when_joining_is_free() -> None:
    label = eq.load_standard("fairtrade-coffee")
    only = [benefit for benefit in label.benefits if benefit.kind == "premium"]
    free = label.model_copy(update={"costs": (), "benefits": tuple(only)})
    paid = [
        value(eq.assess(free, draws=2, parameters={"share_sold": share}), "premium_paid")
        for share in (0.2, 1.0)
    ]
    trade = eq.read_trade(datasets.folder() / "trade" / "agrifood.csv").table
    markets = countries.resolve(label.scope.markets, 2011)
    coffee = trade[trade["product"].str.startswith("0901") & trade["importer"].isin(markets)]
    coffee = coffee[~coffee["exporter"].isin(markets)]
    tonnes = label.demand_share.value * coffee["quantity"].sum()
    pounds = 2204.6226
    assert paid[0] == pytest.approx(paid[1])
    # The premium in dollars of 2011; exporters without a quantity are valued at the world price.
    assert paid[1] == pytest.approx(0.2 * pounds * tonnes, rel=0.05)


def test_selling_part_as_certified_takes_more_producers_who_sell_less_each() -> None:
    whole, part = (
        eq.assess("fairtrade-coffee", draws=2, parameters={"share_sold": share}).producers
        for share in (1.0, 0.25)
    )
    assert part["producers"].to_numpy() == pytest.approx(4 * whole["producers"].to_numpy())
    assert part["mean_sales"].to_numpy() == pytest.approx(whole["mean_sales"].to_numpy() / 4)
    for share in (0.0, 1.2, -1.0):
        with pytest.raises(InputError, match="share_sold"):
            eq.assess("fairtrade-coffee", draws=2, parameters={"share_sold": share})


def test_those_who_complied_before_pay_nothing_again() -> None:
    none, half = (
        eq.assess("globalgap", draws=2, parameters={"compliant_share": share})
        for share in (0.0, 0.5)
    )
    assert value(half, "compliance_cost") == pytest.approx(value(none, "compliance_cost") / 2)
    assert "start from nothing" in none.limits[0]
    assert "start from nothing" not in half.limits[0]


def test_a_summary_says_what_moving_prices_would_change() -> None:
    text = assessed("globalgap").summary()
    assert "If prices moved until every market clears" in text
    moved = eq.assess("globalgap", closure="equilibrium", draws=5).summary()
    assert "If prices did not react" in moved


def test_draws_without_clearing_prices_are_left_out_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cleared = closure._cleared
    monkeypatch.setattr(
        closure, "_cleared", lambda result, draws: cleared(result, draws) & (np.arange(draws) != 7)
    )
    result = eq.assess("globalgap", closure="equilibrium", draws=20)
    assert len(result.drawn) == len(result.drawn_incidence) == 19
    assert any("In 1 draws" in line for line in result.limits)
    monkeypatch.setattr(closure, "_cleared", lambda _, draws: np.arange(draws) > draws / 2)
    with pytest.raises(ConvergenceError, match="11 of 20 draws"):
        eq.assess("globalgap", closure="equilibrium", draws=20)


def test_who_stays_out_of_a_label_at_no_loss_is_not_shut_out() -> None:
    result = assessed("fairtrade-coffee")
    flags = result.flags[result.flags["rule"] == "exclusion"]
    assert len(flags)
    assert not flags["level"].isin(["red", "amber"]).any()


def test_a_label_that_sells_less_brings_less() -> None:
    amounts = [
        eq.assess("fairtrade-coffee", draws=5, parameters={"share_sold": share}).headline.set_index(
            "measure"
        )["value"]["producer_net"]
        for share in (0.1, 0.4, 1.0)
    ]
    assert amounts == sorted(amounts)


def test_a_contested_share_can_be_chosen() -> None:
    shares = {}
    for choice in ("default", "dolan-sutherland-2002"):
        result = eq.assess("globalgap", draws=5, choices={"KEN/070820": choice})
        cells = result.producers[result.producers["exporter"] == "KEN"].set_index("size_class")
        shares[choice] = cells["value_share"].drop("large").sum()
    # D042 and D041 of the evidence table.
    assert shares == {"default": pytest.approx(0.55), "dolan-sutherland-2002": pytest.approx(0.11)}


@pytest.mark.parametrize("name", ["globalgap", "eu-aflatoxin", "shrimp-haccp"])
def test_moving_prices_keep_every_identity_and_soften_producers_losses(name: str) -> None:
    moved = eq.assess(name, closure="equilibrium", draws=20)
    assert moved.checks["passed"].all()
    table = moved.closures.set_index("measure")
    assert table.loc["producer_net", "equilibrium"] > table.loc["producer_net", "fixed"]
    assert (moved.by("role")["role"] == "consumer").any()
    fixed = moved.closures["fixed"].to_numpy()
    held = assessed(name).headline.set_index("measure")["value"][moved.closures["measure"]]
    assert fixed == pytest.approx(held.to_numpy(), rel=1e-12, nan_ok=True)


def test_a_limit_within_a_class_leaves_fixed_prices_only() -> None:
    limited = eq.assess("globalgap", exemptions=[Exemption(max_sales=500.0)], draws=5)
    assert list(limited.closures) == ["measure", "fixed"]


def test_wrong_arguments_are_all_named() -> None:
    with pytest.raises(InputError) as caught:
        eq.assess("globalgap", closure="fixd", draws=0)
    text = str(caught.value)
    assert "did you mean 'fixed'" in text
    assert "draws" in text
    for wrong, match in (
        ({"parameters": {"switching_los": 0.1}}, "did you mean 'switching_loss'"),
        ({"choices": {"KEN/070820": "dolan"}}, "dolan-sutherland-2002"),
        ({"choices": {"KEN/07082": "default"}}, "did you mean 'KEN/070820'"),
        ({"year": 2012}, "not in the trade table"),
    ):
        with pytest.raises(InputError, match=match):
            eq.assess("globalgap", draws=5, **wrong)


def test_importance_adds_up() -> None:
    table = assessed("eudr").importance
    assert table["share"].sum() == pytest.approx(1)
    assert np.all(np.diff(table["share"]) <= 0)


def test_no_flag_is_raised_on_a_few_consignments() -> None:
    result = eq.assess("globalgap", draws=2)
    small = result.exposure.query("0 < regulated_value < 100000")
    tiny = result.flags.merge(small[["exporter", "product"]])
    assert len(small) and set(tiny["level"]) == {"not_assessed"}
    assert tiny["reason"].str.contains("too small to judge").all()
    judged = eq.assess("globalgap", draws=2, parameters={"smallest_trade": 0.0}).flags
    assert not judged["reason"].str.contains("too small to judge").any()


@pytest.mark.parametrize("name", ["globalgap", "fairtrade-coffee"])
@pytest.mark.parametrize("closure", ["fixed", "equilibrium", "gsim", "smart"])
def test_one_draw_is_enough(name: str, closure: str) -> None:
    result = eq.assess(name, closure=closure, draws=1)
    assert len(result.drawn) == 1
    assert result.checks["passed"].all()
