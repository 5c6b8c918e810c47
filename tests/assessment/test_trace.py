"""A flag traced back to its sources."""

from __future__ import annotations

import pytest

import equity as eq
from equity.errors import InputError

STAGES = ["exposure", "producers", "demand", "choice", "costs", "response", "incidence", "flags"]


@pytest.fixture(scope="module")
def result() -> eq.Assessment:
    """Green beans on the bundled trade."""
    return eq.assess("globalgap", draws=5)


def test_every_stage_is_there_and_every_number_has_a_source_or_a_reason(
    result: eq.Assessment,
) -> None:
    found = result.explain("KEN", "070820", "small")
    assert set(found["stage"]) == set(STAGES)
    numbers = found[found["name"].isin(result.assumptions["parameter"])]
    assert len(numbers) > 20
    assert (numbers["source"] != "").all()
    flags = found[found["stage"] == "flags"]
    assert set(flags["name"].str.split(":").str[0]) == set(result.rules["id"])


def test_the_burden_flag_is_the_sum_of_the_cost_rows(result: eq.Assessment) -> None:
    found = result.explain("KEN", "070820", "small")
    shares = found[found["name"].str.endswith(", share") & (found["stage"] == "costs")]
    flag = found[found["name"].str.startswith("burden")]
    assert shares["value"].sum() == pytest.approx(flag["value"].item())


def test_only_the_numbers_of_the_cell_are_listed(result: eq.Assessment) -> None:
    kenya = result.explain("KEN", "070820", "small")["name"]
    morocco = result.explain("MAR", "070820", "large")["name"]
    assert "producers.smallholder_share.070820.KEN" in set(kenya)
    assert "producers.smallholder_share.070820.KEN" not in set(morocco)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (("KNE", "070820", "small"), "KEN"),
        (("KEN", "70820", "small"), "070820"),
        (("KEN", "070820", "smal"), "small"),
    ],
)
def test_an_unknown_cell_is_refused_with_the_nearest(
    result: eq.Assessment, cell: tuple[str, str, str], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        result.explain(*cell)
