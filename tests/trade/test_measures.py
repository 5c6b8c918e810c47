"""Incidence of non-tariff measures and distance between countries' rules."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity.errors import InputError
from equity.trade import (
    coverage_ratio,
    frequency_index,
    prevalence_score,
    read_measures,
    regulatory_distance,
)

TRADE = pd.DataFrame(
    [
        (2018, "KEN", "USA", "070820", 60.0, np.nan), (2018, "MEX", "USA", "070820", 40.0, np.nan),
        (2018, "KEN", "USA", "090240", 20.0, np.nan), (2018, "KEN", "USA", "060311", 80.0, np.nan),
        (2018, "KEN", "JPN", "090240", 10.0, np.nan), (2018, "KEN", "JPN", "060311", 0.0, np.nan),
        (2018, "MEX", "JPN", "070820", 5.0, np.nan),
    ],
    columns=["year", "exporter", "importer", "product", "value", "quantity"],
)  # fmt: skip
MEASURES = pd.DataFrame(
    [
        ("USA", "WLD", "07", "A14", False), ("USA", "KEN", "070820", "B31", False),
        ("USA", "MEX", "0902", "A14", False), ("JPN", "WLD", "0902", "A14", True),
        ("JPN", "WLD", "090240", "A22", False), ("JPN", "WLD", "0603", "A22", False),
    ],
    columns=["importer", "partner", "product", "measure", "part"],
).assign(excluded="")  # fmt: skip
COLUMNS = ["importer", "partner", "product", "measure", "part"]


def value(table: pd.DataFrame, country: str, column: str, by: str = "importer") -> float:
    return float(table.set_index(by).loc[country, column])


def test_indices_by_hand() -> None:
    """USA: beans are under two measures, tea only from Mexico which sells none, flowers free."""
    frequency = frequency_index(MEASURES, TRADE)
    assert value(frequency, "USA", "frequency_index") == pytest.approx(1 / 3)
    assert value(frequency, "USA", "lines") == 3
    assert value(coverage_ratio(MEASURES, TRADE), "USA", "coverage_ratio") == pytest.approx(0.5)
    assert value(prevalence_score(MEASURES, TRADE), "USA", "prevalence_score") == pytest.approx(
        2 / 3
    )
    # Japan: flowers are worth nothing, so no line; tea has two measures, beans none.
    assert value(frequency, "JPN", "frequency_index") == pytest.approx(1 / 2)
    assert value(coverage_ratio(MEASURES, TRADE), "JPN", "coverage_ratio") == pytest.approx(2 / 3)
    assert value(prevalence_score(MEASURES, TRADE), "JPN", "prevalence_score") == pytest.approx(1)


def test_indices_of_exporters() -> None:
    found = coverage_ratio(MEASURES, TRADE, by="exporter")
    assert value(found, "KEN", "coverage_ratio", "exporter") == pytest.approx(70 / 170)
    assert value(found, "MEX", "coverage_ratio", "exporter") == pytest.approx(40 / 45)
    lines = frequency_index(MEASURES, TRADE, by="exporter")
    assert value(lines, "KEN", "frequency_index", "exporter") == pytest.approx(2 / 4)


def test_a_measure_on_all_may_leave_origins_out() -> None:
    apart = MEASURES.assign(
        excluded=np.where(MEASURES["measure"] == "A14", "CAN MEX", MEASURES["excluded"])
    )
    found = coverage_ratio(apart, TRADE)
    assert value(found, "USA", "coverage_ratio") == pytest.approx(60 / 200)


def test_distance_by_hand() -> None:
    made = pd.DataFrame(
        [("AAA", "WLD", "070820", "A1", False), ("AAA", "WLD", "090240", "A1", False),
         ("BBB", "WLD", "070820", "A1", False), ("BBB", "WLD", "070820", "B1", False)],
        columns=COLUMNS,
    ).assign(excluded="")  # fmt: skip
    assert regulatory_distance(made).loc["AAA", "BBB"] == pytest.approx(2 / 3)
    trade = pd.DataFrame(
        [(2018, "KEN", "AAA", "070820", 1.0, np.nan), (2018, "KEN", "BBB", "070820", 1.0, np.nan),
         (2018, "KEN", "AAA", "090240", 1.0, np.nan)], columns=list(TRADE),
    )  # fmt: skip
    both = regulatory_distance(made, trade)
    assert both.loc["AAA", "BBB"] == pytest.approx(1 / 2)
    nothing = regulatory_distance(made, trade[trade["importer"] == "AAA"])
    assert np.isnan(nothing.loc["AAA", "BBB"]) and nothing.loc["AAA", "AAA"] == 0


CODES = ["070820", "090111", "090240", "060311"]
APPLIED = st.lists(
    st.tuples(st.sampled_from(["USA", "JPN", "CHE"]), st.sampled_from(["WLD", "KEN", "MEX"]),
              st.sampled_from([*CODES, "07", "0901"]), st.sampled_from(["A1", "A2", "B1"])),
    min_size=1, max_size=25, unique=True,
)  # fmt: skip
FLOWS = st.lists(
    st.tuples(st.sampled_from(["KEN", "MEX"]), st.sampled_from(["USA", "JPN", "CHE"]),
              st.sampled_from(CODES)), min_size=1, max_size=20, unique=True,
)  # fmt: skip


@given(applied=APPLIED, flows=FLOWS, seed=st.integers(0, 99))
def test_identities(applied: list, flows: list, seed: int) -> None:
    measures = pd.DataFrame([(*row, False) for row in applied], columns=COLUMNS)
    measures = measures.assign(excluded="")
    trade = pd.DataFrame([(2018, *row, 7.0, np.nan) for row in flows], columns=list(TRADE))
    for index, column in (
        (frequency_index, "frequency_index"),
        (coverage_ratio, "coverage_ratio"),
        (prevalence_score, "prevalence_score"),
    ):
        found = index(measures, trade)
        shuffled = index(
            measures.sample(frac=1, random_state=seed), trade.sample(frac=1, random_state=seed)
        )
        pd.testing.assert_frame_equal(found, shuffled)
        assert found[column].ge(0).all()
        assert column == "prevalence_score" or found[column].le(1).all()
    assert (
        prevalence_score(measures, trade)["prevalence_score"]
        >= frequency_index(measures, trade)["frequency_index"] - 1e-12
    ).all()
    everybody = measures.assign(partner="WLD").drop_duplicates()
    one_each = trade.drop_duplicates(["importer", "product"])
    same = frequency_index(everybody, one_each)["frequency_index"]
    assert same.to_numpy() == pytest.approx(
        coverage_ratio(everybody, one_each)["coverage_ratio"].to_numpy()
    )
    for distance in (regulatory_distance(measures), regulatory_distance(measures, trade)):
        d = distance.to_numpy()
        assert np.allclose(d, d.T, equal_nan=True)
        assert np.nan_to_num(np.diag(d)).max() == 0
        assert ((d[~np.isnan(d)] >= 0) & (d[~np.isnan(d)] <= 1)).all()
    d = regulatory_distance(measures).to_numpy()
    assert (d[:, None, :] <= d[:, :, None] + d.T[None] + 1e-12).all()


def test_a_download_of_trains_is_read(shared) -> None:
    measures = read_measures(shared("data/measures/trains_ntm_usa.csv"))
    assert set(measures["importer"]) == {"USA"}
    assert measures["product"].str.fullmatch(r"\d{2,6}").all()
    assert not measures["measure"].str.startswith("P").any()
    assert measures.query("measure == 'B85' and product == '010129'")["part"].all()
    assert len(read_measures(shared("data/measures/trains_ntm_usa.csv"), exports=True)) > len(
        measures
    )
    found = coverage_ratio(measures, TRADE[TRADE["importer"] == "USA"])
    assert 0 <= value(found, "USA", "coverage_ratio") <= 1


def test_problems_of_a_download_come_at_once(tmp_path) -> None:
    path = tmp_path / "trains.csv"
    table = pd.DataFrame(
        {"Economy imposing NTM(s)": ["Utopia"], "Markets affected by NTM(s)": ["World [x]"],
         "NTM code": ["A1"], "Hs code(s)": ["010129, abc"]}
    )  # fmt: skip
    table.to_csv(path, index=False)
    with pytest.raises(InputError) as told:
        read_measures(path)
    assert "Utopia" in str(told.value) and "abc" in str(told.value)
    table.drop(columns="NTM code").to_csv(path, index=False)
    with pytest.raises(InputError, match="NTM code"):
        read_measures(path)


@pytest.mark.parametrize(
    ("trade", "more", "said"),
    [
        (pd.concat([TRADE, TRADE.assign(year=2019)]), {}, "2 years"),
        (TRADE, {"by": "country"}, "no side"),
        (TRADE.assign(product="70820").drop_duplicates(["exporter", "importer"]), {}, "70820"),
    ],
)
def test_what_cannot_be_measured_is_refused(trade, more, said: str) -> None:
    with pytest.raises(InputError, match=said):
        frequency_index(MEASURES, trade, **more)
