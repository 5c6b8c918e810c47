"""Review without forced consensus, Kendall's W, and estimates against outcomes."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare, spearmanr

import equity as eq
from equity.errors import InputError
from equity.policy import Need, Review, Statement, flag_hits, kendall_w, learn

CRITERIA = {
    "access": "Can small producers follow?",
    "voice": "Were they heard?",
    "effect": "Is harm avoided?",
    "cost": "Is it worth its cost?",
}
SCORES = {
    ("buyers", "b1"): (4, 4, 5, 4),
    ("buyers", "b2"): (4, 3, 4, 4),
    ("unions", "u1"): (3, 2, 4, 3),
    ("growers", "g1"): (1, 2, 4, 1),
    ("growers", "g2"): (1, 1, 3, 2),
}
# Zar (1999, p. 444): wing, tail and bill length of twelve birds.
BIRDS = [
    (10.4, 10.8, 11.1, 10.2, 10.3, 10.2, 10.7, 10.5, 10.8, 11.2, 10.6, 11.4),
    (7.4, 7.6, 7.9, 7.2, 7.4, 7.1, 7.4, 7.2, 7.8, 7.7, 7.8, 8.3),
    (17, 17, 20, 14.5, 15.5, 13, 19.5, 16, 21, 20, 18, 22),
]
# Four judges rank ten projects; the source gives 1048 as the sum of squared differences.
PROJECTS = [
    (1, 3, 4, 5, 2, 8, 6, 7, 10, 9),
    (2, 1, 4, 5, 6, 3, 8, 7, 10, 9),
    (3, 2, 1, 5, 7, 4, 6, 8, 9, 10),
    (4, 2, 3, 1, 6, 7, 5, 9, 8, 10),
]
GRADES = st.integers(1, 4)


def table(scores=None):
    return pd.DataFrame(
        [
            (group, reviewer, criterion, float(value))
            for (group, reviewer), row in (scores or SCORES).items()
            for criterion, value in zip(CRITERIA, row, strict=True)
        ],
        columns=["group", "reviewer", "criterion", "score"],
    )


def made(**more):
    return Review(practice="audits", criteria=CRITERIA, scores=more.pop("scores", table()), **more)


def test_w_of_a_textbook_with_ties():
    """Rank sums and both values of W as two programs print them for Zar's birds."""
    found = kendall_w(BIRDS)
    assert round(found.w, 4) == 0.9241
    assert round(found.w_uncorrected, 4) == 0.9134
    assert found.df == 11
    assert found.p < 0.01


def test_w_of_a_worked_example_without_ties():
    found = kendall_w(PROJECTS)
    assert found.w == pytest.approx(12 * 1048 / (4**2 * (10**3 - 10)))
    assert found.w == found.w_uncorrected


@given(st.integers(3, 6).flatmap(
    lambda n: st.lists(st.lists(GRADES, min_size=n, max_size=n), min_size=3, max_size=5)
))  # fmt: skip
def test_w_is_friedman_s_statistic_and_the_mean_of_spearman_s(scores):
    """Two other routes: scipy's Friedman test, and the mean correlation of pairs of raters."""
    assume(all(len(set(row)) > 1 for row in scores))
    found = kendall_w(scores)
    other = friedmanchisquare(*np.array(scores, float).T)
    assert found.chi2 == pytest.approx(other.statistic, abs=1e-9)
    assert found.p == pytest.approx(other.pvalue, abs=1e-9)
    assert -1e-9 <= found.w <= 1 + 1e-9


@given(st.lists(st.permutations(range(5)), min_size=2, max_size=5))
def test_w_without_ties_from_the_mean_rank_correlation(orders):
    m = len(orders)
    pairs = [spearmanr(a, b).statistic for a, b in itertools.combinations(orders, 2)]
    assert kendall_w(orders).w == pytest.approx((np.mean(pairs) * (m - 1) + 1) / m)


def test_permuted_p_against_every_order():
    """Three raters, three objects: all 6 x 6 x 6 orders by brute force."""
    scores = [(1, 2, 3), (1, 2, 3), (1, 3, 2)]
    observed = kendall_w(scores).w
    orders = list(itertools.permutations((1, 2, 3)))
    every = [kendall_w(chosen).w for chosen in itertools.product(orders, repeat=3)]
    exact = np.mean(np.array(every) >= observed - 1e-12)
    found = kendall_w(scores, permutations=4000, seed=1)
    assert found.p_permuted == pytest.approx(exact, abs=0.03)
    assert found.small
    assert math.isnan(kendall_w(scores).p_permuted)


def test_full_agreement_no_order_and_what_cannot_be_measured():
    assert kendall_w([(1, 2, 3), (10, 20, 30)]).w == pytest.approx(1)
    assert kendall_w([(1, 2, 3), (3, 2, 1)]).w == pytest.approx(0)
    assert math.isnan(kendall_w([(2, 2, 2), (2, 2, 2)], permutations=10).w)
    for scores in ([(1, 2, 3)], [(1,), (2,)], [1, 2, 3], [(1, np.nan), (1, 2)]):
        with pytest.raises(InputError, match="kendall_w"):
            kendall_w(scores)


def test_scores_by_hand():
    review = made(weights={"growers": {"access": 0.5, "voice": 0.0, "effect": 0.0, "cost": 0.5}})
    criteria = review.by_criterion().set_index("criterion")
    assert criteria.loc["access", "mean"] == pytest.approx((4 + 3 + 1) / 3)
    assert criteria.loc["access", "between_groups"] == pytest.approx(np.std([4, 3, 1], ddof=1))
    assert criteria.loc["access", "lowest_group"] == 1
    assert criteria.loc["effect", "agreement"] == 1
    assert criteria.loc["access", "reviewers"] == 5
    groups = review.by_group().set_index("group")
    assert groups.loc["growers", "score"] == pytest.approx((1 + 1.5) / 2)
    assert groups.loc["buyers", "score"] == pytest.approx((4 + 3.5 + 4.5 + 4) / 4)
    assert list(groups.index) == ["buyers", "unions", "growers"]


def test_no_number_stands_for_all_groups():
    """Neither table has a row or column that speaks for everybody without its spread."""
    review = made()
    assert set(review.by_group()["group"]) == {"buyers", "unions", "growers"}
    assert {"between_groups", "lowest_group", "highest_group"} <= set(review.by_criterion())


def test_the_position_of_few_is_kept_with_its_words():
    said = (
        Statement(group="growers", text="The store costs a season's income.", criterion="access"),
        Statement(group="growers", text="Nobody asked us."),
    )
    needs = (Need(group="growers", text="A sampler that the cooperative shares."),)
    review = made(statements=said, needs=needs)
    listed = review.minority_positions()
    access = listed[(listed["group"] == "growers") & (listed["criterion"] == "access")].iloc[0]
    assert (access["score"], access["others"]) == (1.0, 3.5)
    assert access["statement"] == "The store costs a season's income."
    assert listed["distance"].dropna().abs().is_monotonic_decreasing
    assert "Nobody asked us." in set(listed["statement"])
    assert not ((listed["group"] == "unions") & listed["score"].notna()).any()
    assert review.needs == needs
    assert len(made().minority_positions(1.0)) == 0
    with pytest.raises(InputError, match="no part of the scale"):
        review.minority_positions(0)


def test_duplicating_the_reviewers_of_one_group_moves_no_group_mean():
    """Groups count once however many sit in them: numbers do not outvote."""
    crowd = SCORES | {("buyers", f"more-{n}"): (4, 3.5, 4.5, 4) for n in range(50)}
    a, b = made().by_criterion(), made(scores=table(crowd)).by_criterion()
    np.testing.assert_allclose(a["mean"], b["mean"])
    np.testing.assert_allclose(
        made().by_group()["score"], made(scores=table(crowd)).by_group()["score"]
    )


def test_agreement_leaves_out_those_who_did_not_score_everything():
    partial = table().iloc[:-1]
    assert made(scores=partial).concordance("reviewer").left_out == 1
    assert made(scores=partial).concordance().left_out == 0
    assert made().concordance("reviewer").raters == 5
    assert made().concordance().w == pytest.approx(
        kendall_w([(4, 3.5, 4.5, 4), (3, 2, 4, 3), (1, 1.5, 3.5, 1.5)]).w
    )
    with pytest.raises(InputError, match="two of each"):
        made(scores=table({("buyers", "b1"): (4, 4, 5, 4)})).concordance()
    with pytest.raises(InputError, match="did you mean 'reviewer'"):
        made().concordance("reviewers")


def test_the_scores_given_are_not_changed():
    given_ = table()
    before = given_.copy()
    made(scores=given_).by_criterion()
    pd.testing.assert_frame_equal(given_, before)


def test_all_problems_of_a_review_come_at_once():
    wrong = pd.concat(
        [
            table(),
            pd.DataFrame(
                {
                    "group": ["unions", "unions", "growers", "buyers"],
                    "reviewer": ["u1", "u2", "g3", "g1"],
                    "criterion": ["accesz", "cost", "cost", "voice"],
                    "score": [3.0, 9.0, np.nan, 3.0],
                }
            ),
        ]
    )
    with pytest.raises(InputError) as caught:
        made(
            scores=wrong, weights={"grower": {"access": 0.5, "voice": 0.7}},
            statements=(Statement(group="growers", text=" ", criterion="accesx"),),
            needs=(Need(group="growers", text=""),),
        )  # fmt: skip
    text = str(caught.value)
    for message in (
        "unknown criterion 'accesz'", "9 is outside the scale", "nan is outside the scale",
        "score of g1, voice: is given more than once", "g1: sits in more than one group",
        "did you mean 'growers'", "weights of grower: lack effect", "add up to 1.2",
        "statement of growers: is empty", "need of growers: is empty",
    ):  # fmt: skip
        assert message in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scores": table().drop(columns="score")}, "lack the column 'score'"),
        ({"scores": table().assign(scor=1)}, "did you mean 'score'"),
        ({"scores": table().iloc[:0]}, "there are none"),
        ({"scores": table().assign(score="high")}, "are not all numbers"),
        ({"scale": (5.0, 1.0)}, "put the lower end first"),
        ({"criteria": {}}, "criteria: there are none"),
    ],
)
def test_a_review_of_the_wrong_form(change, message):
    arguments = {"practice": "audits", "criteria": CRITERIA, "scores": table()} | change
    with pytest.raises(InputError, match=message):
        Review(**arguments)


PREDICTED = pd.DataFrame(
    {
        "measure": ["trade", "income", "jobs", "price"],
        "value": [-0.64, 0.10, 100.0, 0.05],
        "low": [-0.80, 0.00, 50.0, np.nan],
        "high": [-0.30, 0.20, 150.0, np.nan],
        "unit": ["share", "share", "person", "share"],
    }
)


def test_a_lesson_by_hand():
    observed = pd.DataFrame(
        {"measure": ["trade", "income", "jobs", "price"], "value": [0.0, 0.05, 200.0, -0.05]}
    )
    lesson = learn(PREDICTED, observed)
    outcomes = lesson.outcomes.set_index("measure")
    assert outcomes["inside"].tolist()[:3] == [False, True, False]
    assert pd.isna(outcomes.loc["price", "inside"])
    assert outcomes.loc["jobs", "error"] == -100
    assert outcomes.loc["jobs", "relative_error"] == -0.5
    assert math.isnan(outcomes.loc["trade", "relative_error"])
    assert pd.isna(outcomes.loc["trade", "same_sign"])
    assert outcomes["same_sign"].tolist()[1:] == [True, True, False]
    assert lesson.coverage == pytest.approx(1 / 3)
    bias = lesson.bias.set_index("unit")
    assert bias.loc["share", "bias"] == pytest.approx((-0.64 + 0.05 + 0.10) / 3)
    assert bias.loc["share", "relative_bias"] == pytest.approx((-0.64 + 0.05 + 0.10) / 0.10)
    assert bias.loc["person", "mean_absolute_error"] == 100
    assert "1 of 3 with a range fell inside it, where 90% were promised" in lesson.statement
    assert "1 had no range" in lesson.statement


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    # Clopper and Pearson at 95 %, as in common tables.
    [(0, 10, 0.0, 0.3085), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1.0)],
)
def test_the_interval_of_the_coverage_is_the_tabled_one(hits, count, low, high):
    names = [f"m{n}" for n in range(count)]
    predicted = pd.DataFrame(
        {"measure": names, "value": 0.0, "low": -1.0, "high": 1.0, "unit": "share"}
    )
    values = [0.5] * hits + [2.0] * (count - hits)
    lesson = learn(predicted, pd.DataFrame({"measure": names, "value": values}))
    assert lesson.coverage == hits / count
    assert lesson.coverage_low == pytest.approx(low, abs=1e-4)
    assert lesson.coverage_high == pytest.approx(high, abs=1e-4)


def test_draws_from_the_model_itself_are_covered_as_promised():
    """Outcomes drawn as the ranges say fall inside nine times in ten."""
    generator = np.random.default_rng(3)
    names = [f"m{n}" for n in range(4000)]
    half = 1.6449
    centre = generator.normal(0, 10, len(names))
    predicted = pd.DataFrame(
        {"measure": names, "value": centre, "low": centre - half, "high": centre + half,
         "unit": "share"}
    )  # fmt: skip
    observed = pd.DataFrame({"measure": names, "value": centre + generator.normal(0, 1, 4000)})
    lesson = learn(predicted, observed)
    assert lesson.coverage == pytest.approx(0.9, abs=0.015)
    assert lesson.coverage_low < 0.9 < lesson.coverage_high
    assert abs(lesson.bias["bias"].iloc[0]) < 0.06


def test_a_lesson_of_several_keys_and_of_one_without_ranges():
    predicted = PREDICTED.assign(country="KEN")
    observed = pd.DataFrame({"measure": ["price"], "country": ["KEN"], "value": [0.05]})
    lesson = learn(predicted, observed, key=["measure", "country"])
    assert lesson.outcomes.loc[0, "error"] == 0
    assert math.isnan(lesson.coverage)
    assert "promised" not in lesson.statement


@pytest.mark.parametrize(
    ("observed", "message"),
    [
        ({"measure": ["trad"], "value": [0.0]}, "did you mean 'trade'"),
        ({"measure": ["trade"], "value": [np.nan]}, "is no outcome"),
        ({"measure": ["trade", "trade"], "value": [0.0, 0.1]}, "more than once"),
        ({"measure": ["trade"], "value": [0.0], "unit": ["USD_2011"]}, "convert it"),
        ({"measure": ["trade"], "outcome": [0.0]}, "lacks the column 'value'"),
        ({"measure": [], "value": []}, "holds no outcome"),
    ],
)
def test_outcomes_that_cannot_be_compared(observed, message):
    with pytest.raises(InputError, match=message):
        learn(PREDICTED, pd.DataFrame(observed))


def flags(*rows):
    return pd.DataFrame(rows, columns=["exporter", "product", "size_class", "rule", "level"])


def test_hits_of_flags_by_hand():
    raised = flags(
        ("KEN", "070820", "small", "burden", "red"),
        ("GHA", "070820", "small", "burden", "amber"),
        ("MLI", "070820", "small", "burden", "green"),
        ("TGO", "070820", "small", "burden", "not_assessed"),
        ("TGO", "070820", "all", "exposure", "red"),
        ("KEN", "070820", "all", "exposure", "green"),
    )
    events = pd.DataFrame(
        {"exporter": ["KEN", "GHA", "MLI", "TGO"], "product": "070820", "size_class": "small",
         "happened": [True, False, True, True]}
    )  # fmt: skip
    found = flag_hits(raised, events).set_index(["rule", "level"])
    burden = found.loc[("burden", "amber")]
    assert (burden["hits"], burden["misses"], burden["false_alarms"], burden["quiet"]) == (
        1,
        1,
        1,
        0,
    )
    assert (burden["cases"], burden["not_assessed"]) == (3, 1)
    assert burden["hit_rate"] == 0.5 and burden["false_alarm_rate"] == 1.0
    assert found.loc[("burden", "red"), "false_alarms"] == 0
    assert math.isnan(found.loc[("exposure", "red"), "false_alarm_rate"])
    assert found.loc[("any", "red"), "hits"] == 2
    assert found.loc[("any", "red"), "not_assessed"] == 0


def test_events_that_no_flag_concerns_are_refused():
    raised = flags(("KEN", "070820", "small", "burden", "red"))
    with pytest.raises(InputError, match="no flag concerns GHA"):
        flag_hits(raised, pd.DataFrame({"exporter": ["GHA"], "product": ["070820"],
                                        "happened": [True]}))  # fmt: skip
    with pytest.raises(InputError, match="lack the column 'happened'"):
        flag_hits(raised, pd.DataFrame({"exporter": ["KEN"], "product": ["070820"]}))
    with pytest.raises(InputError, match="events: need an assessment"):
        learn(PREDICTED, pd.DataFrame({"measure": ["trade"], "value": [0.0]}), events=raised)


def test_an_assessment_against_itself_is_inside_and_without_bias():
    result = eq.assess("globalgap", draws=30)
    head = result.headline.dropna(subset=["value"])
    events = result.flags[["exporter", "product"]].drop_duplicates().head(3)
    lesson = learn(result, head[["measure", "value", "unit"]], events=events.assign(happened=True))
    assert lesson.coverage >= 0.9
    assert (lesson.outcomes["error"] == 0).all()
    assert lesson.flags.set_index(["rule", "level"]).loc[("any", "amber"), "hit_rate"] == 1
    blank = head.assign(value=np.nan)
    with pytest.raises(InputError, match="nothing was predicted"):
        learn(blank, head[["measure", "value"]].head(1))
