"""A producers table of the user's own: read, checked, scaled to trade."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity.errors import InputError
from equity.producers import check_producers, read_producers, scaled_to_trade

CSV = """exporter,product,size_class,producers,mean_sales,sales_dispersion,value_share,\
producer_share,compliant_share,land,output,employment,labour_cost,shipments,status
NAM,070820,small,100,500,0.8,0.4,0.3,0,0.5,2,,0.6,12,observed
NAM,070820,large,2,9000,0.8,0.6,0.3,0.5,20,90,,0.6,50,observed
"""


@pytest.fixture
def path(tmp_path):
    def write(text: str, encoding: str = "utf-8"):
        file = tmp_path / "farms.csv"
        file.write_bytes(text.encode(encoding))
        return file

    return write


def table(**changes: object) -> pd.DataFrame:
    rows = {
        "exporter": ["KEN", "KEN"],
        "product": ["070820", "070820"],
        "size_class": ["small", "large"],
        "producers": [100.0, 2.0],
        "mean_sales": [500.0, 9000.0],
        "sales_dispersion": 0.8,
        "value_share": [0.4, 0.6],
        "producer_share": 0.3,
        "compliant_share": 0.0,
        "land": [0.5, 20.0],
        "output": [2.0, np.nan],
        "employment": np.nan,
        "labour_cost": 0.6,
        "status": "observed",
    }
    return pd.DataFrame({**rows, **changes})


def exposed(value: float, exporter: str = "KEN") -> pd.DataFrame:
    return pd.DataFrame({"exporter": [exporter], "product": ["070820"], "regulated_value": [value]})


def test_a_file_is_read_with_its_codes_and_further_columns(path):
    found = read_producers(path(CSV))
    assert found["product"].tolist() == ["070820", "070820"]
    assert found["exporter"].tolist() == ["NAM", "NAM"]
    assert found["shipments"].tolist() == [12, 50]
    assert found["employment"].isna().all()


def test_a_frame_is_checked_and_not_changed():
    given_table = table()
    kept = given_table.copy()
    pd.testing.assert_frame_equal(read_producers(given_table), kept)
    pd.testing.assert_frame_equal(given_table, kept)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value_share": [0.4, 0.5]}, "KEN, product 070820: value shares add up to 0.9"),
        ({"value_share": [0.4, 0.6 + 1e-5]}, "add up to one"),
        ({"producers": [-1.0, 2.0]}, "column producers, row 1: -1 is below 0"),
        ({"producer_share": 1.5}, "1.5 is above 1"),
        ({"compliant_share": 15.0}, "15 is above 1"),
        ({"mean_sales": [np.nan, 1.0]}, "column mean_sales, row 1: .*is missing"),
        ({"mean_sales": [np.inf, 1.0]}, "infinite value"),
        ({"product": [70820, 70820]}, "70820.* is not text"),
        ({"size_class": ["small", "small"]}, "2 rows share a key"),
        ({"status": "guessed"}, "not one of observed, published, estimated, assumption"),
        ({"mean_sales": ["1,000", "2"]}, "column mean_sales: holds .*, not numbers"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_place(changes, message):
    with pytest.raises(InputError, match=message):
        check_producers(table(**changes))


def test_shares_within_a_millionth_of_one_pass():
    check_producers(table(value_share=[0.4, 0.6 + 5e-7]))


def test_a_misspelt_column_names_the_nearest():
    with pytest.raises(InputError, match="'mean_sales' is missing.*rename 'mean_sale'"):
        check_producers(table().rename(columns={"mean_sales": "mean_sale"}))


def test_several_problems_come_at_once():
    with pytest.raises(InputError) as caught:
        check_producers(table(producers=[-1.0, 2.0], producer_share=2.0))
    assert len(caught.value.problems) == 2


def test_a_file_that_is_not_there_or_not_text_is_named(path, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_producers(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_producers(path(CSV.replace("observed", "observé"), encoding="cp1252"))
    with pytest.raises(InputError, match="cannot be read"):
        read_producers(path(""))
    with pytest.raises(InputError, match=r"farms\.csv"):
        read_producers(path(CSV.replace(",0.6,0.3,", ",0.7,0.3,")))


@settings(max_examples=30)
@given(
    # Subnormal numbers have too few digits for the comparison.
    value=st.just(0.0) | st.floats(1e-3, 1e12),
    share=st.just(0.0) | st.floats(1e-9, 1),
    sales=st.floats(1, 1e9),
    gate=st.floats(0.01, 1),
)
def test_scaling_sets_the_number_and_leaves_the_rest(value, share, sales, gate):
    own = table(value_share=[share, 1 - share], mean_sales=[sales, 2 * sales], producer_share=gate)
    scaled = scaled_to_trade(own, exposed(value))
    part = gate * own["value_share"] * value
    np.testing.assert_allclose(scaled["producers"] * own["mean_sales"], part, rtol=1e-9)
    assert scaled["producers_given"].tolist() == own["producers"].tolist()
    unchanged = [column for column in own if column != "producers"]
    pd.testing.assert_frame_equal(scaled[unchanged], own[unchanged])


def test_scaling_twice_changes_nothing_more():
    once = scaled_to_trade(table(), exposed(1e6))
    twice = scaled_to_trade(once, exposed(1e6))
    np.testing.assert_allclose(twice["producers"], once["producers"])


def test_nothing_to_sell_needs_nobody():
    assert scaled_to_trade(table(mean_sales=0.0), exposed(0.0))["producers"].tolist() == [0, 0]


def test_sales_of_zero_against_trade_are_refused():
    with pytest.raises(InputError, match="mean_sales is 0 for .*large"):
        scaled_to_trade(table(mean_sales=[500.0, 0.0]), exposed(1e6))


def test_a_chain_without_exposure_is_named():
    with pytest.raises(InputError, match="KEN, 070820"):
        scaled_to_trade(table(), exposed(1e6, "UGA"))
