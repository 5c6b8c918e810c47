"""Worst practice: cited figures, harm avoided by a floor, and who pays for harm."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import equity as eq
from equity import datasets, units
from equity.errors import InputError
from equity.evidence import Parameter
from equity.policy import (
    PARTIES,
    Governance,
    LiabilityRule,
    expected_harm_avoided,
    harm_avoided,
    incident_figures,
    incident_rate,
    liability_split,
    list_incidents,
    load_incident,
    parse_incident,
    whole_dollars,
)

TEXT = (datasets.folder() / "incidents" / "bhopal-1984.toml").read_text(encoding="utf-8")
SHARES = st.floats(0, 1)


def number(name, value, unit="share", low=None, high=None):
    return Parameter(id=name, value=value, low=low, high=high, unit=unit, reason="Set by the test.")


def rule(shares, veil=0.0, home=0.0, **means):
    named = {party: number(party, share) for party, share in zip(PARTIES, shares, strict=True)}
    return LiabilityRule(
        shares=named,
        passed_to_parent=number("veil", veil),
        passed_to_home=number("home", home),
        means=means,
    )


def test_every_figure_is_cited_with_the_page_it_was_read_on():
    figures = incident_figures()
    assert set(figures["status"]) == {"published"}
    assert figures["source"].str.len().min() > 5
    assert figures["address"].str.startswith("http").all()
    for unit in figures["unit"]:
        units.unit(unit)
    assert {"bhopal-1984", "baia-mare-2000", "thor-chemicals-1992", "rana-plaza-2013"} <= set(
        list_incidents()["id"]
    )


def test_the_parts_of_bhopal_add_up_to_the_court_s_order():
    bhopal = load_incident("bhopal-1984")
    parts = [f.number.value for f in bhopal.figures if f.measure == "compensation_part"]
    assert sum(parts) == bhopal.figure("settlement").value == 470_000_000


def test_sources_that_disagree_both_stay():
    thor = list_incidents().set_index("id").loc["thor-chemicals-1992"]
    assert (thor["deaths_low"], thor["deaths_high"]) == (2, 4)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('status = "published"\n', 'status = "assumption"\n', "assumption is no cited figure"),
        ('source = "Broughton', 'sorce = "Broughton', "did you mean 'source'"),
        ('host = "IND"', 'host = "INN"', "host: unknown country 'INN'"),
        ('measure = "deaths"', 'measure = "death"', "did you mean 'deaths'"),
        ('payer = "parent"', 'payer = "parents"', "did you mean 'parent'"),
        ("date = 1984-12-03", 'date = "1984"', "write year, month and day without quotes"),
        ('id = "gas"', 'id = "claim"', "figure 'claim' occurs more than once"),
        ('unit = "USD_1989"', 'unit = "USD"', "currency 'USD' has no price year"),
        ("hazard =", "hazzard =", "did you mean 'hazard'"),
        ("value = 3800", 'value = "3,800"', "is text, not a number"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_fix(old, new, message):
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        parse_incident(TEXT.replace(old, new, 1), "mine.toml")
    assert message in str(caught.value)
    assert "mine.toml" in str(caught.value)


def test_unknown_ids_and_files_of_ones_own(tmp_path):
    with pytest.raises(InputError, match="did you mean 'bhopal-1984'"):
        load_incident("bhopal")
    with pytest.raises(InputError, match="did you mean 'settlement'"):
        load_incident("bhopal-1984").figure("setlement")
    path = tmp_path / "bhopal-1984.toml"
    path.write_text(TEXT, encoding="utf-8")
    assert load_incident(path) == load_incident("bhopal-1984")


def test_the_rate_of_dam_failures_is_the_published_one():
    """1.2 % of 18,401 sites in a hundred years: 221 failures in 1.84 million site-years."""
    rate = load_incident("baia-mare-2000").probability
    counted = incident_rate("dams", 221, 18_401 * 100, source="Azam and Li (2010)")
    assert counted.value == pytest.approx(rate.value, rel=0.01)
    assert rate.low < counted.low < counted.high < rate.high


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Exact limits of a Poisson count at 95 %: Garwood (1936), as in common tables.
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)],
)
def test_the_interval_of_a_rate_is_the_tabled_one(count, low, high):
    rate = incident_rate("any", count, 1000.0, source="A register.")
    assert rate.low * 1000 == pytest.approx(low, abs=1e-3)
    assert rate.high * 1000 == pytest.approx(high, abs=1e-3)
    assert rate.status == "estimated"


def test_harm_avoided_by_hand():
    """Two hundred sites, one incident in 50 years each, 30 people hurt, a floor that halves it."""
    found = expected_harm_avoided(
        probability=number("p", 0.02), harm=number("h", 30.0, "person"),
        effectiveness=number("e", 0.5), sites=200,
    )  # fmt: skip
    assert found.value == pytest.approx(60.0)
    assert (found.low, found.high) == (found.value, found.value)
    assert found.unit == "person"
    assert found.table["expected_harm"].sum() == pytest.approx(120.0)


@given(
    st.lists(st.floats(0, 1e4), min_size=1, max_size=5), SHARES, st.floats(0, 1e9), SHARES, SHARES
)
def test_harm_avoided_is_linear_in_everything(sites, probability, harm, effectiveness, factor):
    whole = harm_avoided(sites, probability, harm, effectiveness)
    np.testing.assert_allclose(
        harm_avoided(sites, probability, harm, effectiveness * factor), whole * factor, rtol=1e-9,
        atol=1e-200,
    )  # fmt: skip
    assert (whole <= harm_avoided(sites, probability, harm, 1.0) * (1 + 1e-12)).all()


def test_the_range_covers_the_centre_and_does_not_depend_on_other_draws():
    arguments = {
        "probability": number("p", 0.02, low=0.01, high=0.04),
        "harm": number("h", 30.0, "person"),
        "effectiveness": number("e", 0.5, low=0.2, high=0.8),
    }
    found = expected_harm_avoided(**arguments, sites=200)
    assert found.low < found.value < found.high
    again = expected_harm_avoided(**arguments, sites=200)
    assert (again.low, again.high) == (found.low, found.high)
    benefit = found.as_benefit()
    assert (benefit.kind, benefit.role) == ("harm_avoided", "public")
    assert benefit.parameter.bounds == (found.low, found.high)
    standard = eq.load_standard("eu-aflatoxin")
    floor = standard.model_copy(update={"benefits": (*standard.benefits, benefit)})
    before = eq.assess(standard, draws=1).incidence["amount"].sum()
    assert eq.assess(floor, draws=1).incidence["amount"].sum() == before


def test_governance_is_off_unless_chosen_and_lowers_what_a_floor_does():
    arguments = {
        "probability": number("p", 0.02), "harm": number("h", 30.0, "person"),
        "effectiveness": number("e", 0.5), "sites": {"GHA": 100.0, "NOR": 100.0},
    }  # fmt: skip
    plain = expected_harm_avoided(**arguments)
    assert plain.table["governance"].isna().all()
    for weight, share in ((0.0, 1.0), (1.0, None)):
        governance = Governance(weight=number("w", weight), year=2020)
        moderated = expected_harm_avoided(**arguments, governance=governance)
        if share is None:
            table = datasets.load_dataset("countries/governance").query("year == 2020")
            table = table.set_index("iso3")[["rule_of_law", "civil_society_participation"]]
            expected = table.loc[["GHA", "NOR"]].mean(axis=1).to_numpy()
            np.testing.assert_allclose(moderated.table["governance"], expected)
            np.testing.assert_allclose(moderated.table["effectiveness"], 0.5 * expected)
            assert moderated.value < plain.value
        else:
            assert moderated.value == pytest.approx(plain.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"probability": number("p", 2.0, "person")}, "no share"),
        ({"effectiveness": number("e", 1.5)}, "no share"),
        ({"harm": number("h", -1.0, "person")}, "is negative"),
        ({"sites": {"GHN": 1.0}}, "unknown country 'GHN'"),
        ({"sites": -3.0}, "no number"),
        ({"harm": number("p", 1.0, "person")}, "share an id"),
    ],
)
def test_harm_that_cannot_be_computed(change, message):
    arguments = {
        "probability": number("p", 0.02), "harm": number("h", 30.0, "person"),
        "effectiveness": number("e", 0.5), "sites": 1.0,
    }  # fmt: skip
    with pytest.raises(InputError, match=message):
        expected_harm_avoided(**(arguments | change))


def test_governance_that_cannot_be_used():
    weight = number("w", 0.5)
    with pytest.raises(InputError, match="choose 2005 to 2024"):
        Governance(weight=weight, year=1999)
    with pytest.raises(InputError, match="did you mean 'rule_of_law'"):
        Governance(weight=weight, year=2020, components=["rule_of_laws"])
    with pytest.raises(InputError, match="no share"):
        Governance(weight=number("w", 2.0), year=2020)
    governance = Governance(weight=weight, year=2020)
    with pytest.raises(InputError, match="where they are"):
        expected_harm_avoided(
            probability=number("p", 0.02), harm=number("h", 30.0, "person"),
            effectiveness=number("e", 0.5), governance=governance,
        )  # fmt: skip
    with pytest.raises(InputError, match="no index of 2020 for LIE"):
        governance.index(["GHA", "LIE"])


def test_more_incidents_than_site_years_are_refused():
    with pytest.raises(InputError, match="check the exposure"):
        incident_rate("x", 5, 2.0, source="A register.")


def test_bhopal_as_it_was_settled():
    """The order of 1989: 425 million from the parent and 45 million from the subsidiary."""
    bhopal = load_incident("bhopal-1984")
    total = bhopal.figure("settlement").value
    part = bhopal.figure("settlement-subsidiary").value / total
    found = liability_split(total, rule((1 - part, part, 0.0, 0.0)))
    assert found.table["pays"].tolist() == [425_000_000, 45_000_000, 0, 0]


def test_limited_liability_leaves_the_rest_to_the_host_state():
    """Harm 100, the subsidiary answers for all of it and owns 20."""
    limited = liability_split(100, rule((0, 1, 0, 0), subsidiary=20.0))
    assert limited.table["pays"].tolist() == [0, 20, 0, 80]
    lifted = liability_split(100, rule((0, 1, 0, 0), veil=1.0, subsidiary=20.0))
    assert lifted.table["pays"].tolist() == [80, 20, 0, 0]
    poor_parent = rule((0, 1, 0, 0), veil=1.0, home=0.5, subsidiary=20.0, parent=30.0)
    assert liability_split(100, poor_parent).table["pays"].tolist() == [30, 20, 25, 25]


def test_weak_courts_collect_less():
    governance = Governance(weight=number("w", 1.0), year=2020)
    index = governance.index(["COD"])[0]
    found = liability_split(1000, rule((0, 1, 0, 0)), host="COD", governance=governance)
    assert found.enforced == pytest.approx(index)
    assert found.table["pays"].tolist() == [0, round(1000 * index), 0, 1000 - round(1000 * index)]
    with pytest.raises(InputError, match="governance needs it"):
        liability_split(1000, rule((0, 1, 0, 0)), governance=governance)


@given(
    st.floats(0, 1e13), st.lists(st.floats(0.001, 1), min_size=4, max_size=4), SHARES, SHARES,
    st.floats(0, 1e13), st.floats(0, 1e13),
)  # fmt: skip
def test_the_split_adds_up_to_the_dollar(harm, weights, veil, home, means, parent):
    shares = [weight / math.fsum(weights) for weight in weights]
    made = rule(shares, veil=veil, home=home, subsidiary=means, parent=parent)
    found = liability_split(harm, made)
    assert sum(found.table["pays"]) == found.harm == round(harm)
    assert (found.table["pays"] >= 0).all()
    pays = found.table.set_index("party")["pays"]
    assert pays["subsidiary"] <= means + 1
    assert pays["parent"] <= parent + 1
    assert found.table["takes_over"].sum() == pytest.approx(0, abs=1e-3 * max(1, harm * 1e-9))


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=6), st.integers(1, 1000))
def test_whole_dollars_against_exact_fractions(weights, total):
    """Hamilton's rule: nobody is off by a dollar or more."""
    if not sum(weights):
        return
    amounts = [total * weight / sum(weights) for weight in weights]
    whole = whole_dollars(amounts, total)
    assert sum(whole) == total
    assert all(abs(a - w) < 1 for a, w in zip(amounts, whole, strict=True))


def test_a_rule_that_cannot_be_used_lists_all_problems():
    shares = {"parent": number("a", 0.7), "subsidiari": number("b", 0.7)}
    with pytest.raises(InputError) as caught:
        LiabilityRule(
            shares=shares, passed_to_parent=number("veil", 1.5),
            passed_to_home=number("home", 0.0, "year"), means={"host_state": 1.0, "parent": -1.0},
        )  # fmt: skip
    text = str(caught.value)
    for message in (
        "did you mean 'subsidiary'",
        "lack subsidiary, home_state",
        "1.5 share is no",
        "0 year is no share",
        "party with limited means 'host_state'",
        "-1 cannot be",
    ):
        assert message in text
    with pytest.raises(InputError, match=r"add up to 1\.2"):
        rule((0.6, 0.6, 0, 0))
    with pytest.raises(InputError, match="no amount"):
        liability_split(-1.0, rule((0, 1, 0, 0)))
