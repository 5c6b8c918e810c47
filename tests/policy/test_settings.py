"""Settings: what a file may say, what a setting makes of a standard, and how settings compare."""

from __future__ import annotations

import math
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import equity as eq
from equity import datasets
from equity.errors import InputError
from equity.policy import (
    compare_settings,
    cost_shares,
    governed,
    list_settings,
    load_setting,
    parse_setting,
    ranking_sensitivity,
    representation_distance,
    representation_gap,
    settings_comparison,
    with_number,
)
from equity.standards import Standard

IDS = list(list_settings()["id"])
TEXT = (datasets.folder() / "settings" / "global-compact.toml").read_text(encoding="utf-8")
OPTIONS = {
    "The High Level UN Agency Commission Approach",
    "The UN Commission on Sustainable Development Approach",
    "The global public policy network approach",
    "The MDG Task Force Approach",
    "The UN Global Compact Approach",
    "The Kimberley Process Certification Scheme Approach",
    "The Intergovernmental Framework Convention Approach",
    "Possible European-led process",
}
AFLATOXIN = eq.load_standard("eu-aflatoxin")
FEW = ["european-coalition", "task-force", "csd-sub-body"]
BINDING = {"bindingness": 1.0, "monitoring": 1.0, "capacity_building": 0.0, "recognition": 0.0}


def set_to(name, **numbers):
    setting = load_setting(name)
    for number, value in numbers.items():
        setting = with_number(setting, number, value)
    return setting


def run(setting, standard=AFLATOXIN, **more):
    made = governed(standard, setting, year=2011)
    return eq.assess(made.standard, local=made.local, draws=2, **more)


@pytest.fixture(scope="module")
def compared():
    return compare_settings("eu-aflatoxin", draws=5)


@pytest.fixture(scope="module")
def few():
    return compare_settings("eu-aflatoxin", FEW, draws=1)


def test_every_option_of_the_background_paper_has_one_setting():
    assert {load_setting(name).option for name in IDS} == OPTIONS
    assert len(IDS) == len(OPTIONS)


@pytest.mark.parametrize("name", IDS)
def test_every_number_has_a_range_a_status_and_a_reason(name):
    for number, parameter in load_setting(name).numbers():
        low, high = parameter.bounds
        assert low <= parameter.value <= high, number
        assert parameter.low is not None, number
        assert parameter.reason, number
        assert parameter.status == "assumption" or parameter.source, number


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[monitoring]", "[monitorng]", "unknown key 'monitorng'. Fix: did you mean 'monitoring'"),
        ('wide = ["EU"', 'wide = ["EEU"', "adopters, wide: unknown country or group 'EEU'"),
        ('payer = "donor"', 'payer = "doner"', "support, payer: unknown value 'doner'"),
        ("size_classes", "size_clases", "unknown key 'size_clases'. Fix: did you mean 'size_cl"),
        ("low = { value = 0.05", "lo = { value = 0.05", "income_group, lo: unknown value 'lo'"),
        ("low = { value = 0.05", "low = { value = 0.15", "income_group adds up to 1.1, not 1"),
        ("low = { value = 0.05", "low = { value = 5", "write 0.05 for 5 %"),
        ('unit = "year"', 'unit = "share"', "years_to_start"),
        ("value = 0.1\nlow = 0.03", "value = 0.1\nlow = 0.0", "nobody would ask for the standard"),
        ('id = "global-compact"', 'id = "Global Compact"', "is no id"),
        ("[seats.income_group]", "[seats.incomegroup]", "did you mean 'income_group'"),
        ('status = "assumption"\nreason = "Companies', 'status = "published"\nreason = "Companies',
         "adopters: is published without a source"),
        ("[support]", "[support", "no TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_fix(old, new, message):
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        parse_setting(TEXT.replace(old, new, 1), "mine.toml")
    assert message in str(caught.value)
    assert "mine.toml" in str(caught.value)


def test_all_problems_of_a_file_come_at_once():
    broken = TEXT.replace("[monitoring]", "[monitorng]").replace('"donor"', '"doner"')
    broken = broken.replace('wide = ["EU"', 'wide = ["EEU"').replace(
        'unit = "year"', 'unit = "yeaar"'
    )
    with pytest.raises(InputError) as caught:
        parse_setting(broken, "mine.toml")
    assert len(caught.value.problems) == 5


@pytest.mark.parametrize("text", ["adopters = 5", "seats = []", "[seats]\nincome_group = 3", ""])
def test_a_file_of_the_wrong_shape_is_refused(text):
    with pytest.raises(InputError, match="mine.toml"):
        parse_setting(text, "mine.toml")


def test_a_file_of_ones_own_and_an_unknown_id(tmp_path):
    own = tmp_path / "mine.toml"
    own.write_text(TEXT.replace('id = "global-compact"', 'id = "mine"'), encoding="utf-8")
    assert load_setting(own).id == "mine"
    own.rename(tmp_path / "other.toml")
    with pytest.raises(InputError, match="holds the id 'mine'"):
        load_setting(tmp_path / "other.toml")
    with pytest.raises(InputError, match="did you mean 'task-force'"):
        load_setting("taskforce")


@pytest.mark.parametrize("name", IDS)
def test_a_governed_standard_is_still_a_standard_and_the_original_stays(name):
    before = AFLATOXIN.model_copy(deep=True)
    made = governed(AFLATOXIN, load_setting(name), year=2011).standard
    parts = {field: getattr(made, field) for field in Standard.model_fields}
    assert Standard.model_validate(parts) == made
    assert before == AFLATOXIN
    assert made.scope.markets == load_setting(name).adopters.central
    assert made.obligation == "voluntary"
    assert made.demand_share.value == pytest.approx(load_setting(name).reach)


def test_a_setting_that_binds_everywhere_and_pays_nothing_gives_the_standard_itself():
    """Adopted by the same market, binding, checked, unsupported: the plain assessment."""
    setting = set_to("european-coalition", years_to_start=0.0, **BINDING)
    adopters = setting.adopters.model_copy(update={"central": ("EU",)})
    setting = setting.model_copy(update={"adopters": adopters})
    assert governed(AFLATOXIN, setting, year=2011).standard == AFLATOXIN
    pd.testing.assert_frame_equal(run(setting).incidence, eq.assess(AFLATOXIN, draws=2).incidence)


def test_capacity_building_moves_bills_to_the_supporter_and_keeps_the_cost_of_everything():
    """Costs per complying producer are the same; only the payer of a part changes."""
    plain, helped = (
        run(set_to("european-coalition", recognition=0.0, capacity_building=share))
        for share in (0.0, 0.4)
    )
    key = ["exporter", "product", "size_class"]
    whole = plain.costs.groupby(key, observed=True)["annual_cost"].sum()
    again = helped.costs.groupby(key, observed=True)["annual_cost"].sum()
    pd.testing.assert_series_equal(whole, again, rtol=1e-9)
    paid = helped.costs.pivot_table(
        index=key, columns="payer", values="annual_cost", aggfunc="sum", observed=True
    )
    share = (paid["donor"] / paid.sum(axis=1)).reset_index(name="share")
    poor = share["exporter"].isin(eq.countries.resolve(["low", "lower_middle"], 2011))
    small = share["size_class"] == "small"
    np.testing.assert_allclose(share.loc[poor & small, "share"], 0.4)
    assert (
        share.loc[~(poor & small), "share"].isna() | (share.loc[~(poor & small), "share"] == 0)
    ).all()
    assert (poor & small).any() and (~poor & small).any()
    donors = helped.incidence[helped.incidence["role"] == "donor"]["amount"]
    assert donors.sum() < 0 and not (plain.incidence["role"] == "donor").any()


def test_recognition_saves_its_share_of_fees_and_of_nothing_else():
    none, half = (
        run(set_to("european-coalition", capacity_building=0.0, recognition=share))
        for share in (0.0, 0.5)
    )
    ratio = (
        half.costs.groupby("item", observed=True)["annual_cost"].sum()
        / none.costs.groupby("item", observed=True)["annual_cost"].sum()
    )
    fees = {item.id for item in AFLATOXIN.costs if item.recipient == "certifier"}
    assert fees == {"lot-test"}
    expected = {item: 0.5 if item in fees else 1.0 for item in ratio.index}
    np.testing.assert_allclose(ratio.to_numpy(), [expected[item] for item in ratio.index])


def test_reach_scales_what_is_regulated():
    small, large = (run(set_to("european-coalition", bindingness=b)) for b in (0.2, 0.8))
    value = [found.exposure["regulated_value"].sum() for found in (small, large)]
    assert value[1] / value[0] == pytest.approx(4)


def test_local_conditions_of_the_caller_stay():
    levels = dict.fromkeys(eq.countries.resolve(["world"], 2011), 2.0)
    mine = eq.costs.LocalConditions(price_level=levels)
    made = governed(AFLATOXIN, load_setting("task-force"), year=2011, local=mine)
    assert made.local.price_level == levels
    assert mine.adaptations == ()


@given(st.sampled_from(IDS), st.floats(0, 1))
def test_a_moved_seat_leaves_all_seats_adding_up_to_one(name, share):
    setting = load_setting(name)
    for split, seats in setting.seats.splits().items():
        for group in seats:
            moved = with_number(setting, f"seats.{split}.{group}", share).seats.splits()[split]
            assert moved[group].value == share
            assert math.fsum(p.value for p in moved.values()) == pytest.approx(1)


def test_the_representation_gap_by_hand():
    """Two groups lose 30 and 10; seats are read from the setting."""

    class Made:
        incidence = pd.DataFrame(
            [
                ("producer", "low", -30.0), ("producer", "low", 50.0), ("buyer", "high", -10.0),
                ("certifier", "high", -99.0), ("certifier", "high", 110.0),
            ],
            columns=["role", "income_group", "amount"],
        )  # fmt: skip

    assert cost_shares(Made).to_dict() == {"high": 0.25, "low": 0.75}
    assert cost_shares(Made, "stakeholder").to_dict() == {"business": 0.25, "producers": 0.75}
    gaps = representation_gap(load_setting("task-force"), Made)
    by_income = gaps[gaps["dimension"] == "income_group"].set_index("group")["gap"]
    assert by_income["low"] == pytest.approx(0.05 - 0.75)
    assert by_income["high"] == pytest.approx(0.75 - 0.25)
    assert representation_distance(gaps) == pytest.approx(0.70)


def test_gaps_add_up_to_nothing_and_are_missing_when_nobody_loses(compared):
    sums = compared.gaps.groupby(["setting", "dimension"])["gap"].sum()
    np.testing.assert_allclose(sums, 0, atol=1e-6)

    class Nobody:
        incidence = pd.DataFrame({"role": ["public"], "income_group": ["low"], "amount": [1.0]})

    gaps = representation_gap(load_setting("task-force"), Nobody)
    assert gaps["gap"].isna().all()
    assert math.isnan(representation_distance(gaps))


def test_the_table_repeats_the_assessments(compared):
    assert list(compared.table["rank"]) == sorted(compared.table["rank"])
    for row in compared.table.to_dict("records"):
        found = compared.assessments[row["setting"]]
        today = 1 / (1 + compared.discount_rate) ** row["years_to_start"]
        assert row["net"] == pytest.approx(found.incidence["amount"].sum() * today)
        low = found.by("role", "income_group").set_index(["role", "income_group"])["amount"]
        assert row["low_income_net"] == pytest.approx(low["producer", "low"] * today)
        assert row["red_flags"] == (found.flags["level"] == "red").sum()
        assert row["net_low"] <= row["net_high"] <= 0
    assert compared.discount_rate == 0.07


def test_the_output_says_that_its_numbers_are_assumptions(compared):
    said = compared.statement
    assumed = (compared.numbers["status"] == "assumption").sum()
    assert f"{assumed} of the {8 * 17} numbers" in said and "assumptions, not findings" in said


def test_ranks_follow_the_measures(compared):
    table = compared.table.set_index("setting")
    ranks = compared.ranks.set_index("setting")
    assert ranks["net"].idxmin() == table["net"].idxmax()
    assert ranks["red_flags"].idxmin() == table["red_flags"].idxmin()
    assert set(ranks["representation_distance"]) == set(range(1, 9))


def test_another_measure_another_order_and_draws_are_paired():
    ids = ["kimberley-type-scheme", "task-force"]
    by_net = compare_settings("eu-aflatoxin", ids, draws=3)
    by_seats = compare_settings("eu-aflatoxin", ids, draws=3, rank_by="representation_distance")
    assert list(by_net.table["setting"]) == ids[::-1]
    assert list(by_seats.table["setting"]) == ids
    same = compare_settings("eu-aflatoxin", ids[:1], draws=3).table.iloc[0]
    other = by_seats.table.iloc[0]
    assert (same["net_low"], same["net_high"]) == (other["net_low"], other["net_high"])


def test_sensitivity_repeats_a_comparison_made_by_hand(few):
    moved = ranking_sensitivity(few, ["bindingness", "years_to_start"])
    one = moved[(moved["setting"] == "european-coalition") & (moved["number"] == "bindingness")]
    at_low = one[(one["end"] == "low") & (one["measure"] == "net")].iloc[0]
    others = [name for name in FEW if name != "european-coalition"]
    hand = compare_settings(
        "eu-aflatoxin", [*others, set_to("european-coalition", bindingness=0.3)], draws=1
    )
    mine = hand.ranks.set_index("setting").loc["european-coalition", "net"]
    value = hand.table.set_index("setting").loc["european-coalition", "net"]
    assert at_low["value"] == 0.3
    assert at_low["at_end"] == pytest.approx(value)
    assert at_low["rank_at_end"] == mine
    assert at_low["first_at_end"] == hand.table["setting"].iloc[0]
    later = moved[(moved["number"] == "years_to_start") & (moved["measure"] == "shut_out")]
    np.testing.assert_allclose(later["at_centre"], later["at_end"])
    with pytest.raises(InputError, match="did you mean 'recognition'"):
        ranking_sensitivity(few, ["recognitions"])


def test_seats_need_no_further_assessment_and_adopters_do(few, monkeypatch):
    calls = []
    assess = settings_comparison.assess
    monkeypatch.setattr(
        settings_comparison, "assess", lambda *a, **k: (calls.append(1), assess(*a, **k))[1]
    )
    seats = ranking_sensitivity(few, ["seats.income_group.low"])
    assert not calls
    assert set(seats["end"]) <= {"low", "high"} and len(seats)
    wide = ranking_sensitivity(few, ["adopters"])
    assert len(calls) == wide.groupby(["setting", "end"]).ngroups
    assert set(wide["end"]) == {"narrow", "wide"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"settings": ["task-forse"]}, "did you mean 'task-force'"),
        ({"settings": ["task-force", "task-force"]}, "occurs more than once"),
        ({"settings": []}, "there are none"),
        ({"rank_by": "nett"}, "did you mean 'net'"),
        ({"discount_rate": 5.0}, "0.05 for 5 %"),
    ],
)
def test_arguments_that_cannot_be_used(arguments, message):
    with pytest.raises(InputError, match=message):
        compare_settings("eu-aflatoxin", **arguments)


@pytest.mark.benchmark
def test_a_comparison_takes_one_assessment_per_setting(monkeypatch):
    """Eight assessments and little else; on three standards about 20 s on two cores."""
    calls, spent = [], []
    assess = settings_comparison.assess

    def timed(*given, **more):
        begin = time.perf_counter()
        found = assess(*given, **more)
        spent.append(time.perf_counter() - begin)
        calls.append(found.standard.id)
        return found

    monkeypatch.setattr(settings_comparison, "assess", timed)
    compare_settings("eu-aflatoxin", ["task-force"], draws=1)
    calls.clear()
    spent.clear()
    begin = time.perf_counter()
    compare_settings("globalgap", draws=1)
    whole = time.perf_counter() - begin
    assert calls == ["globalgap"] * len(IDS)
    assert whole < 2 * sum(spent)
