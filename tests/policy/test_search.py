"""Targets met or out of reach, support that is enough and no more, budgets well spent."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

import equity as eq
from equity.assessment.scenario import Scenario
from equity.errors import InputError
from equity.market.choice import complying_shares
from equity.market.surplus import area
from equity.policy import (
    CostShare,
    Premium,
    TechnicalAssistance,
    allocate,
    assistance_by_country,
    assistance_needed,
    break_even,
    naive_split,
    support_options,
)

CELL = ["exporter", "product", "size_class"]
WORLDS = 200


@pytest.fixture(scope="module")
def base() -> Scenario:
    """A few exporters, because a search runs many assessments."""
    trade = eq.load_dataset("trade/agrifood")
    few = trade["exporter"].isin(["KEN", "MAR", "ETH", "GTM"]) & (trade["product"] == "070820")
    return Scenario.of("globalgap", trade=eq.read_trade(trade[few].reset_index(drop=True)))


class TestBreakEven:
    @pytest.mark.parametrize(
        ("lever", "measure", "target", "make"),
        [
            ("premium", "producer_net", 0.0, lambda x: Premium(premium=x)),
            ("fee_subsidy", "small_net", -1e6, lambda x: CostShare(share=x, payer="donor")),
        ],
    )
    def test_the_target_is_met_at_the_root_and_not_beside_it(
        self, lever, measure, target, make, base: Scenario
    ) -> None:
        found = break_even(base, lever, target=target, measure=measure)
        assert found.exists and found.sentence
        result = make(found.root).apply(base).assess(draws=1)
        scale = max(abs(value) for value in found.at_bounds)
        value = result.headline.set_index("measure").loc[measure, "value"]
        assert value == pytest.approx(target, abs=1e-8 * scale)
        assert found.at_root == pytest.approx(value, rel=1e-12, abs=1e-12 * scale)
        assert (found.below - target) * (found.above - target) < 0
        assert found.bounds[0] < found.root < found.bounds[1]

    def test_nothing_is_found_where_there_is_nothing(self, base: Scenario) -> None:
        found = break_even(base, "fee_subsidy", target=1e9)
        assert not found.exists and np.isnan(found.root)
        assert "does not reach" in found.sentence

    def test_a_jump_over_the_target_is_no_root(self, base: Scenario) -> None:
        def jump(x: float) -> TechnicalAssistance:
            return TechnicalAssistance(saving=0.0, cost=0.0 if x < 0.37 else 5e6)

        now = base.assess(draws=1).headline.set_index("measure").loc["total_net", "value"]
        found = break_even(base, jump, target=now - 2e6, measure="total_net", bounds=(0.0, 1.0))
        assert not found.exists and "jumps over" in found.sentence

    def test_the_first_of_several_roots_counts(self, base: Scenario) -> None:
        def hill(x: float) -> TechnicalAssistance:
            return TechnicalAssistance(saving=0.0, cost=1e6 * (x - 0.5) ** 2)

        now = base.assess(draws=1).headline.set_index("measure").loc["total_net", "value"]
        found = break_even(base, hill, target=now - 4e4, measure="total_net", bounds=(0.0, 1.0))
        assert found.root == pytest.approx(0.3, abs=1e-6)

    @pytest.mark.parametrize(
        ("lever", "more", "said"),
        [
            ("premum", {}, "premium"),
            ("premium", {"measure": "net"}, "measure"),
            ("premium", {"bounds": (1.0, 0.0)}, "out of order"),
            (lambda x: Premium(premium=x), {}, "bounds"),
            ("premium", {"measure": "consumer_net"}, "missing"),
        ],
    )
    def test_what_cannot_be_searched_is_refused(self, lever, more, said, base: Scenario) -> None:
        with pytest.raises(InputError, match=said):
            break_even(base, lever, **more)


class TestAssistance:
    @pytest.fixture(scope="class")
    @classmethod
    def assessed(cls):
        return Scenario.of("globalgap").assess(draws=1)

    @pytest.mark.parametrize("goal", ["gain", "join"])
    def test_with_the_support_the_share_is_reached_and_with_less_it_is_not(
        self, goal, assessed
    ) -> None:
        found = assistance_needed(assessed, goal=goal)
        known = found[(found["status"] == "assessed") & (found["rate"] > 1e-9)]
        assert {0.5, 0.9} == set(known["share"])
        cells = known[[*CELL, "share", "support", "rate"]].merge(assessed.response, on=CELL)
        cells = cells.merge(assessed.producers[[*CELL, "mean_sales", "sales_dispersion"]], on=CELL)
        for factor, enough in ((1.0, True), (0.99, False)):
            lump = np.where(cells["support"] == "lump sum", factor * cells["rate"], 0.0)
            price = cells["net_price"] + np.where(
                cells["support"] == "lump sum", 0.0, factor * cells["rate"]
            )
            eps = cells["supply_elasticity"]
            other = 0.0 if goal == "gain" else area(cells["outside"], eps)
            slope = np.asarray(area(price, eps) - other)
            left = np.asarray(cells["fixed_cost"] - lump)
            rising = slope > 0
            bar = np.where(rising, left / np.where(rising, slope, 1.0), np.inf)
            number, _ = complying_shares(cells["mean_sales"], cells["sales_dispersion"], bar)
            level = np.abs(slope) < 1e-12
            number = np.where(level, left <= 1e-9, number)
            told = rising | level
            reached = number[told] >= cells["share"].to_numpy()[told] - 1e-6
            assert told.any()
            assert reached.all() if enough else not reached.any()

    def test_a_standard_that_costs_nothing_needs_no_support(self) -> None:
        free = CostShare(share=1.0, payer="donor").apply(Scenario.of("globalgap"))
        found = assistance_needed(free.assess(draws=1))
        assert found.loc[found["status"] == "assessed", "cost"].to_numpy() == pytest.approx(0)

    def test_more_producers_need_more(self, assessed) -> None:
        table = assistance_needed(assessed, (0.5, 0.7, 0.9)).dropna(subset="rate")
        cost = table.pivot_table(index=CELL, columns="share", values="cost")
        assert (cost.diff(axis=1).iloc[:, 1:] >= -1e-9).all().all()

    def test_cells_without_data_on_sizes_are_not_assessed(self, assessed) -> None:
        found = assistance_needed(assessed)
        assumed = assessed.producers.loc[assessed.producers["status"] == "assumption", "exporter"]
        apart = found[found["exporter"].isin(assumed)]
        assert len(apart) and set(apart["status"]) == {"not_assessed"}
        assert apart[["cost", "rate"]].isna().all().all()
        assert (apart["producers"] > 0).any()

    def test_countries_add_up(self, assessed) -> None:
        needed = assistance_needed(assessed)
        found = assistance_by_country(needed)
        assert found["cost"].sum() == pytest.approx(needed["cost"].sum())
        every = found["producers"].sum() + found["not_assessed"].sum()
        assert every == pytest.approx(needed["producers"].sum())
        nobody = found[found["producers"] == 0]
        assert len(nobody) and nobody["cost"].isna().all()

    @pytest.mark.parametrize(
        ("more", "said"),
        [({"shares": (1.5,)}, "no share"), ({"shares": (1.0,)}, "end"), ({"goal": "x"}, "goal")],
    )
    def test_what_makes_no_sense_is_refused(self, more, said, assessed) -> None:
        with pytest.raises(InputError, match=said):
            assistance_needed(assessed, **more)

    def test_options_bring_what_the_cells_gain(self, assessed) -> None:
        options = support_options(assessed)
        assert (options["gain"] >= -1e-6).all() and (options["joining"] >= -1e-6).all()
        assert (options["gain"] <= options["cost"] * (1 + 1e-9) + 1e-6).all()
        spent = allocate(options, 1e6)
        assert spent.spent <= 1e6 * (1 + 1e-9) and spent.gained >= spent.naive > 0


def world(rng: np.random.Generator, cells: int, ways: int) -> pd.DataFrame:
    rows = [(f"C{n:02d}", "070820", "small", f"way {m}") for n in range(cells) for m in range(ways)]
    table = pd.DataFrame(rows, columns=[*CELL, "instrument"])
    heads = np.repeat(rng.integers(1, 100, cells), ways)
    return table.assign(
        producers=heads, cost=rng.lognormal(2, 1, len(table)), gain=rng.normal(1, 2, len(table))
    )


class TestAllocate:
    @pytest.mark.parametrize("divisible", [False, True])
    def test_never_worse_than_the_split_by_heads(self, divisible: bool) -> None:
        rng = np.random.default_rng(1)
        better = 0
        for _ in range(WORLDS):
            options = world(rng, int(rng.integers(1, 12)), int(rng.integers(1, 4)))
            budget = float(rng.uniform(0, options["cost"].sum()))
            found = allocate(options, budget, divisible=divisible)
            assert found.spent <= budget * (1 + 1e-9)
            assert found.gained >= found.naive - 1e-9
            per_cell = found.table.groupby(CELL)["part"].sum()
            assert (per_cell <= 1 + 1e-9).all()
            better += found.gained > found.naive + 1e-9
        assert better > WORLDS / 2

    def test_equals_every_combination_tried(self) -> None:
        rng = np.random.default_rng(2)
        for _ in range(40):
            cells, ways = int(rng.integers(1, 6)), int(rng.integers(1, 4))
            options = world(rng, cells, ways)
            budget = float(rng.uniform(0, options["cost"].sum() / 2))
            cost = options["cost"].to_numpy().reshape(cells, ways)
            gain = options["gain"].to_numpy().reshape(cells, ways)
            best = 0.0
            for picked in product(range(-1, ways), repeat=cells):
                spent = sum(cost[n, m] for n, m in enumerate(picked) if m >= 0)
                if spent <= budget:
                    best = max(best, sum(gain[n, m] for n, m in enumerate(picked) if m >= 0))
            assert allocate(options, budget).gained == pytest.approx(best, abs=1e-9)

    def test_no_money_buys_only_what_is_free(self) -> None:
        options = world(np.random.default_rng(3), 3, 2).assign(cost=[0, 1, 1, 1, 1, 1], gain=1.0)
        found = allocate(options, 0.0)
        assert found.spent == 0 and found.gained == 1

    def test_the_split_by_heads_by_hand(self) -> None:
        options = pd.DataFrame(
            {"exporter": ["A", "A", "B"], "product": "070820", "size_class": "small",
             "instrument": ["x", "y", "x"], "producers": [3, 3, 1], "cost": [70.0, 80.0, 30.0],
             "gain": [5.0, 9.0, 4.0]}
        )  # fmt: skip
        assert naive_split(options, 100.0)["part"].tolist() == [1.0, 0.0, 0.0]
        parts = naive_split(options, 100.0, divisible=True)["part"]
        assert parts.tolist() == pytest.approx([0.0, 75 / 80, 25 / 30])

    @pytest.mark.parametrize(
        ("changes", "budget", "said"),
        [
            ({"cost": -1.0}, 1.0, "cost"),
            ({"gain": np.nan}, 1.0, "gain"),
            ({}, -1.0, "budget"),
            ({"producers": None}, 1.0, "producers"),
        ],
    )
    def test_unusable_options_are_refused(self, changes, budget, said) -> None:
        options = world(np.random.default_rng(4), 2, 1)
        options = options.drop(columns=[c for c, v in changes.items() if v is None])
        options = options.assign(**{c: v for c, v in changes.items() if v is not None})
        with pytest.raises(InputError, match=said):
            allocate(options, budget)
