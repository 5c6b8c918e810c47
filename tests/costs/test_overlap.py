"""What standards share, and what asking twice costs."""

from __future__ import annotations

import pytest

import equity as eq
from equity.costs import overlap, proliferation_cost
from equity.testing import sample_producers

NAMES = ["rainforest-alliance", "utz", "organic-eu"]
TERMS = {"price_year": 2011, "discount_rate": 0.07}


@pytest.fixture(scope="module")
def found() -> object:
    return overlap([eq.load_standard(name) for name in NAMES], sample_producers(), **TERMS)


def test_a_standard_meets_itself_and_shares_are_shares(found: object) -> None:
    matrix = found.requirements
    assert (matrix.to_numpy().diagonal() == 1).all()
    assert ((matrix >= 0) & (matrix <= 1)).all(axis=None)
    # Rainforest Alliance asks for five things; UTZ asks for four of them.
    assert matrix.loc["rainforest-alliance", "utz"] == pytest.approx(4 / 5)
    assert matrix.loc["utz", "rainforest-alliance"] == pytest.approx(4 / 5)


def test_what_recognition_saves_is_what_proliferation_finds(found: object) -> None:
    table = found.duplicated
    assert len(table) == 3 * sample_producers()["size_class"].nunique()
    assert (table["duplicated_cost"] >= -1e-9).all()
    assert (table["duplicated_cost"] <= table["annual_cost"]).all()
    pair = [eq.load_standard(name) for name in NAMES[:2]]
    cells = sample_producers()
    cost = {
        shared: proliferation_cost(pair, cells, recognition=shared, **TERMS).query("standards == 2")
        for shared in (False, True)
    }
    saved = (cost[False]["annual_cost"] - cost[True]["annual_cost"]).to_numpy()
    total = (saved * cells["producers"].to_numpy()).sum()
    rows = table[(table["first"] == NAMES[0]) & (table["second"] == NAMES[1])]
    number = cells.groupby("size_class")["producers"].sum()[rows["size_class"].tolist()].to_numpy()
    assert (rows["duplicated_cost"].to_numpy() * number).sum() == pytest.approx(total)
    assert total > 0


def test_recognition_never_costs_more(found: object) -> None:
    standards = [eq.load_standard(name) for name in NAMES]
    cells = sample_producers()
    apart = proliferation_cost(standards, cells, recognition=False, **TERMS)
    shared = proliferation_cost(standards, cells, recognition=True, **TERMS)
    assert (shared["annual_cost"] <= apart["annual_cost"] + 1e-9).all()
    by_count = apart.groupby("standards")["annual_cost"].sum()
    assert by_count.is_monotonic_increasing
