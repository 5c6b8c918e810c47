"""Exposure against sums made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import equity as eq
from equity.errors import InputError
from equity.trade import average_year, exposure, regulated


def flows(values: dict[tuple[str, str], float], share: dict[str, float]) -> pd.DataFrame:
    pairs = [(i, j, "070820", v, 1.0) for (i, j), v in values.items()]
    table = pd.DataFrame(pairs, columns=["exporter", "importer", "product", "value", "quantity"])
    asked = pd.DataFrame(
        [(j, "070820", s) for j, s in share.items()],
        columns=["importer", "product", "regulated_share"],
    )
    return regulated(table, asked)


def test_shares_and_concentration_by_hand() -> None:
    table = exposure(
        flows(
            {("KEN", "GBR"): 60.0, ("KEN", "NLD"): 20.0, ("KEN", "JPN"): 20.0, ("MAR", "JPN"): 0.0},
            {"GBR": 1.0, "NLD": 0.5, "JPN": 0.0},
        )
    ).set_index("exporter")
    kenya = table.loc["KEN"]
    assert kenya["total_value"] == 100
    assert kenya["regulated_value"] == 70
    assert kenya["market_value"] == 80
    assert kenya["destination_concentration"] == pytest.approx(0.36 + 0.04 + 0.04)
    assert kenya["partners"] == 3
    # Nothing over nothing is not zero.
    assert np.isnan(table.loc["MAR", "regulated_share"])
    assert np.isnan(table.loc["MAR", "destination_concentration"])
    assert table.loc["MAR", "partners"] == 0


def test_an_importer_without_a_share_is_an_error() -> None:
    with pytest.raises(InputError, match="JPN"):
        exposure(flows({("KEN", "GBR"): 1.0, ("KEN", "JPN"): 1.0}, {"GBR": 1.0}))
    with pytest.raises(InputError, match="outside 0 to 1"):
        flows({("KEN", "GBR"): 1.0}, {"GBR": 1.2})


# Below a millionth of a dollar squares vanish.
VALUES = st.just(0.0) | st.floats(1e-6, 1e9)


@given(st.lists(VALUES, min_size=1, max_size=8), st.floats(0, 1))
def test_exposure_adds_up_and_stays_in_its_bounds(values: list[float], share: float) -> None:
    importers = [f"M{n:02d}" for n in range(len(values))]
    asked = dict.fromkeys(importers, share)
    table = exposure(flows({("KEN", j): v for j, v in zip(importers, values, strict=True)}, asked))
    row = table.iloc[0]
    assert row["total_value"] == pytest.approx(sum(values))
    assert row["regulated_value"] == pytest.approx(share * sum(values))
    if sum(values) > 0:
        assert row["regulated_share"] == pytest.approx(share)
        assert 1 / len(values) - 1e-9 <= row["destination_concentration"] <= 1


def test_the_share_of_world_supply_adds_up_to_one() -> None:
    found = exposure(eq.load_dataset("trade/agrifood").assign(regulated_share=0.0))
    assert found.groupby("product")["world_share"].sum().to_numpy() == pytest.approx(1.0)


def test_years_are_averaged_and_an_absent_flow_is_nothing() -> None:
    columns = ["year", "exporter", "importer", "product", "value", "quantity"]
    rows = [
        (2010, "KEN", "GBR", "070820", 10.0, 2.0),
        (2011, "KEN", "GBR", "070820", 30.0, 4.0),
        (2011, "KEN", "DEU", "070820", 8.0, np.nan),
        (2012, "KEN", "DEU", "070820", 99.0, 1.0),
    ]
    found = average_year(pd.DataFrame(rows, columns=columns), [2010, 2011])
    found = found.set_index("importer")
    assert found["value"].to_dict() == {"DEU": 4.0, "GBR": 20.0}
    assert found.loc["GBR", "quantity"] == 3.0 and np.isnan(found.loc["DEU", "quantity"])
    assert set(found["year"]) == {2011}
    with pytest.raises(InputError, match="2013"):
        average_year(pd.DataFrame(rows, columns=columns), [2013])
