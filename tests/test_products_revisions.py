"""HS revisions: codes that exist, weights that sum to one, value that is conserved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity.errors import InputError
from equity.products import REVISIONS, codes_of, concordance, convert_revision, revision_of

NAMES = list(REVISIONS)


@pytest.mark.parametrize("source", NAMES)
@pytest.mark.parametrize("target", ["HS92", "HS12", "HS22"])
def test_weights_of_every_code_sum_to_one(source: str, target: str) -> None:
    table = concordance(source, target)
    assert table.groupby("product")["weight"].sum().to_numpy() == pytest.approx(1, abs=1e-12)
    assert set(table["product"]) == codes_of(source)
    specified = table[~table["target"].str.startswith("9999")]
    assert set(specified["target"]) <= codes_of(target)


@given(
    st.lists(st.sampled_from(sorted(codes_of("HS17"))), min_size=1, max_size=30, unique=True),
    st.sampled_from(NAMES),
    st.sampled_from(["keep", "equal"]),
)
def test_value_and_quantity_are_conserved(codes: list[str], target: str, weights: str) -> None:
    rng = np.random.default_rng(len(codes))
    table = pd.DataFrame(
        {
            "year": 2018, "exporter": "KEN", "importer": "GBR", "product": codes,
            "value": rng.lognormal(10, 3, len(codes)), "quantity": rng.lognormal(3, 1, len(codes)),
        }
    )  # fmt: skip
    found = convert_revision(table, "HS17", target, weights)  # type: ignore[arg-type]
    for column in ("value", "quantity"):
        assert found.table[column].sum() == pytest.approx(table[column].sum(), rel=1e-9)
    assert 0 <= found.ambiguous_share <= 1
    assert not found.table.duplicated(["exporter", "importer", "product"]).any()


def test_groundnuts_were_split_in_2012() -> None:
    table = concordance("HS12", "HS07").set_index("product")
    # HS 2012 tells seed apart; in 2007 there were groundnuts in shell and shelled.
    assert set(table.loc[["120241"], "target"]) == {"120210"}
    assert set(table.loc[["120242"], "target"]) == {"120220"}


def test_what_is_not_specified_is_never_shared_out() -> None:
    table = pd.DataFrame(
        {
            "year": 2018, "exporter": "KEN", "importer": "GBR", "product": ["999999", "070820"],
            "value": [5.0, 7.0], "quantity": [1.0, 1.0],
        }
    )  # fmt: skip
    found = convert_revision(table, "HS17", "HS92").table.set_index("product")["value"]
    assert found["999999"] == 5
    assert found.drop("999999").sum() == 7


def test_the_revision_of_a_table_can_be_told() -> None:
    shares = revision_of(["120241", "070820"])
    assert next(iter(shares.values())) == 1
    assert shares["HS12"] == 1
    assert shares["HS07"] == 0.5


def test_an_unknown_revision_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'HS12'"):
        codes_of("HS 12")
