"""The way to a standard from a result: at its end stands the equilibrium of the same run."""

from __future__ import annotations

import numpy as np
import pytest

import equity as eq
from equity.assessment import Assessment
from equity.assessment.exemption import Exemption
from equity.errors import InputError

CELL = ["exporter", "product", "size_class"]


@pytest.fixture(
    scope="module", params=["globalgap", "eu-aflatoxin", "shrimp-haccp", "fairtrade-coffee"]
)
def cleared(request: pytest.FixtureRequest) -> Assessment:
    return eq.assess(request.param, closure="equilibrium", draws=5)


def test_all_at_once_gives_the_equilibrium_of_the_run(cleared: Assessment) -> None:
    year = cleared.transition([1.0]).years.set_index(CELL)
    response = cleared.response.set_index(CELL)
    asked = cleared.exposure.set_index(CELL[:2])["regulated_value"] > 0
    cells = [cell for cell in year.index if asked.loc[cell[:2]]]
    for name, other in (("complying", "complying_number"), ("price_regulated",) * 2):
        found, said = year.loc[cells, name], response.loc[cells, other]
        np.testing.assert_allclose(found, said, rtol=1e-6, atol=1e-8)


def test_small_producers_wait_for_certifiers_and_need_cash(cleared: Assessment) -> None:
    at_once = cleared.transition([1.0] * 4)
    slowly = cleared.transition([1.0] * 4, certifier_capacity=0.05)
    first = slowly.years["year"] == 0
    assert slowly.years.loc[first, "entering"].sum() < at_once.years.loc[first, "entering"].sum()
    assert (at_once.cells["cash_flow_gap"] >= 0).all()
    assert at_once.cells["cash_flow_gap"].sum() > 0
    learnt = cleared.transition([1.0] * 4, learning_rate=0.3)
    last = at_once.years["year"] == 3
    assert learnt.years.loc[last, "complying"].sum() > at_once.years.loc[last, "complying"].sum()


def test_fixed_prices_and_the_equilibrium_start_the_same_way(cleared: Assessment) -> None:
    fixed = eq.assess(cleared.standard, draws=5)
    ours, theirs = (one.transition([0.5, 1.0]).years for one in (fixed, cleared))
    np.testing.assert_allclose(ours["complying"], theirs["complying"], rtol=1e-6, atol=1e-9)


def test_a_closure_has_its_own_way() -> None:
    result = eq.assess("globalgap", closure="smart", draws=5)
    year = result.transition([1.0]).years.set_index(CELL)
    said = result.response.set_index(CELL).loc[year.index]
    np.testing.assert_allclose(year["price_regulated"], said["price_regulated"], rtol=1e-9)


def test_a_limit_within_a_class_has_no_way() -> None:
    limited = eq.assess("globalgap", exemptions=[Exemption(max_sales=500.0)], draws=5)
    with pytest.raises(InputError, match="below a limit"):
        limited.transition([1.0])
