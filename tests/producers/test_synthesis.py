"""Producer cells: identities, fallbacks and orders of magnitude."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity import schema
from equity.datasets import load_dataset
from equity.errors import InputError
from equity.producers import Synthesis, synthesise

CHAIN = ["exporter", "product"]
YEAR = 2011
BEANS, COCOA, COFFEE, TEA, GROUNDNUTS, PALM_OIL = (
    "070820", "180100", "090111", "090240", "120242", "151110",
)  # fmt: skip
CENSUS, GROUP = "census", "income group"
HERE, WORLD = "chain in country", "chain in world"
# With and without a census, a published share, an income group, income per head.
EXPORTERS = ("BRA", "CIV", "ETH", "GHA", "GMB", "IDN", "IND", "KEN", "LKA", "MWI", "NAM", "PRK")
PRODUCTS = (BEANS, COCOA, COFFEE, TEA, GROUNDNUTS, PALM_OIL)


def chains(*rows: tuple[str, str, float, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Exposure and unit values of (exporter, product, regulated value, unit value)."""
    table = pd.DataFrame(rows, columns=[*CHAIN, "regulated_value", "unit_value"])
    exposure = table[CHAIN].assign(
        total_value=table["regulated_value"] * 2,
        regulated_value=table["regulated_value"],
        regulated_share=0.5,
        destination_concentration=0.5,
        partners=3,
    )
    return exposure, table[[*CHAIN, "unit_value"]]


def made(*rows: tuple[str, str, float, float], **more: object) -> Synthesis:
    exposure, prices = chains(*rows)
    return synthesise(exposure, prices, year=YEAR, **more)  # type: ignore[arg-type]


def one(synthesis: Synthesis, exporter: str, product: str) -> pd.DataFrame:
    table = synthesis.table
    found = table[(table["exporter"] == exporter) & (table["product"] == product)]
    return found.set_index("size_class")


def sold(table: pd.DataFrame) -> pd.Series:
    return table["producers"] * table["mean_sales"]


@st.composite
def markets(draw: st.DrawFn) -> list[tuple[str, str, float, float]]:
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(EXPORTERS), st.sampled_from(PRODUCTS)),
            min_size=1, max_size=6, unique=True,
        )
    )  # fmt: skip
    money = st.floats(1.0, 1e11)
    price = st.floats(10.0, 1e5)
    return [(*key, draw(money), draw(price)) for key in keys]


@settings(max_examples=25)
@given(rows=markets(), kind=st.sampled_from(["farm", "enterprise"]))
def test_sales_equal_the_producers_part_of_the_regulated_value(rows, kind):
    """Section 2 of the model: N m = phi w V in every cell, and w sums to one."""
    table = made(*rows, producer_kind=kind).table
    exposure, _ = chains(*rows)
    joined = table.merge(exposure, on=CHAIN, validate="many_to_one")
    part = joined["producer_share"] * joined["value_share"] * joined["regulated_value"]
    np.testing.assert_allclose(sold(joined), part, rtol=1e-9)
    np.testing.assert_allclose(table.groupby(CHAIN)["value_share"].sum(), 1.0, rtol=1e-9)
    received = part.groupby([joined[name] for name in CHAIN]).sum()
    phi = joined.groupby(CHAIN)["producer_share"].first()
    value = joined.groupby(CHAIN)["regulated_value"].first()
    np.testing.assert_allclose(received, phi * value, rtol=1e-9)


@settings(max_examples=25)
@given(rows=markets(), kind=st.sampled_from(["farm", "enterprise"]))
def test_a_synthesis_is_a_canonical_table_without_empty_cells(rows, kind):
    table = schema.validate(made(*rows, producer_kind=kind).table, "producers")
    wanted = {(exporter, product) for exporter, product, *_ in rows}
    assert set(table[CHAIN].itertuples(index=False, name=None)) == wanted
    for column in ("producers", "mean_sales", "sales_dispersion", "value_share", "labour_cost"):
        assert (table[column] > 0).all(), column
    assert (table["producers"] >= 1 - 1e-9).all()


@settings(max_examples=15)
@given(rows=markets(), factor=st.floats(1.5, 50))
def test_more_trade_means_more_producers_not_larger_ones(rows, factor):
    before = made(*rows).table
    after = made(*[(e, p, value * factor, price) for e, p, value, price in rows]).table
    np.testing.assert_allclose(sold(after), sold(before) * factor, rtol=1e-9)
    whole = (before["producers"] > 1 + 1e-9).to_numpy()
    np.testing.assert_allclose(after["mean_sales"][whole], before["mean_sales"][whole], rtol=1e-9)
    assert (after["producers"] >= before["producers"] * (1 - 1e-9)).all()


@settings(max_examples=15)
@given(rows=markets())
def test_the_order_of_rows_does_not_matter_and_inputs_stay(rows):
    exposure, prices = chains(*rows)
    kept = exposure.copy(), prices.copy()
    first = synthesise(exposure, prices, year=YEAR).table
    turned = synthesise(exposure[::-1], prices[::-1], year=YEAR).table
    pd.testing.assert_frame_equal(exposure, kept[0])
    pd.testing.assert_frame_equal(prices, kept[1])
    key = [*CHAIN, "size_class"]
    pd.testing.assert_frame_equal(
        first.sort_values(key, ignore_index=True), turned.sort_values(key, ignore_index=True)
    )


def test_dearer_goods_make_fewer_larger_sellers():
    cheap = one(made(("KEN", BEANS, 1e8, 1000.0)), "KEN", BEANS)
    dear = one(made(("KEN", BEANS, 1e8, 4000.0)), "KEN", BEANS)
    np.testing.assert_allclose(dear["mean_sales"], cheap["mean_sales"] * 4)
    np.testing.assert_allclose(dear["producers"], cheap["producers"] / 4)
    np.testing.assert_allclose(dear["output"], cheap["output"])


@pytest.mark.parametrize("exporter", ["BRA", "CIV", "IND", "KEN"])
def test_larger_classes_hold_more_land_and_sell_more(exporter):
    cells = one(made((exporter, COFFEE, 1e9, 4000.0)), exporter, COFFEE)
    assert list(cells.index) == list(schema.SIZE_CLASSES)
    for column in ("land", "output", "mean_sales", "shipments"):
        assert cells[column].is_monotonic_increasing


def test_a_value_below_one_producers_output_leaves_one_producer():
    synthesis = made(("BRA", COFFEE, 50.0, 4000.0), ("BRA", TEA, 1e9, 4000.0))
    tiny = one(synthesis, "BRA", COFFEE)
    np.testing.assert_allclose(tiny["producers"], 1.0)
    whole = one(made(("BRA", COFFEE, 1e9, 4000.0)), "BRA", COFFEE)
    # Output and land shrink with the sales: the yield per hectare stays.
    np.testing.assert_allclose(tiny["output"] / tiny["land"], whole["output"] / whole["land"])
    lowered = synthesis.steps[synthesis.steps["step"].str.contains("one producer")]
    assert lowered["value"].tolist() == [3.0]


def test_exporters_without_regulated_value_get_no_cells():
    table = made(("BRA", COFFEE, 0.0, 4000.0), ("ETH", COFFEE, 1e6, 4000.0)).table
    assert set(table["exporter"]) == {"ETH"}


class TestFallbacks:
    """Chain in the country, census, chain in the world, income group, world."""

    @pytest.mark.parametrize(
        ("exporter", "product", "level", "status"),
        [
            ("IDN", PALM_OIL, HERE, "estimated"),
            ("IDN", GROUNDNUTS, CENSUS, "estimated"),
            ("GHA", COCOA, WORLD, "estimated"),
            ("GMB", GROUNDNUTS, GROUP, "assumption"),
        ],
    )
    def test_the_level_used_is_told(self, exporter, product, level, status):
        cells = one(made((exporter, product, 1e8, 1000.0)), exporter, product)
        assert set(cells["level"]) == {level}
        assert set(cells["status"]) == {status}

    def test_a_country_without_anything_takes_a_typical_country_of_the_world(self):
        """Western Sahara: no income group, no census, no income per head."""
        synthesis = made(("ESH", GROUNDNUTS, 1e7, 1000.0))
        cells = one(synthesis, "ESH", GROUNDNUTS)
        assert list(cells.index) == list(schema.SIZE_CLASSES)
        assert set(cells["status"]) == {"assumption"}
        assert (cells[["producers", "mean_sales", "labour_cost", "land"]] > 0).all(axis=None)
        typical = load_dataset("producers/farm_structure_groups")
        world = typical[typical["group"] == "world"].set_index("size_class")["land_share"]
        np.testing.assert_allclose(cells["value_share"], world.loc[list(cells.index)], rtol=1e-6)
        note = synthesis.steps.set_index("step")["note"]
        assert "ESH" in note["countries without income per head"]

    def test_countries_of_one_income_group_without_a_census_look_alike(self):
        synthesis = made(("GMB", GROUNDNUTS, 1e7, 1000.0), ("TCD", GROUNDNUTS, 1e7, 1000.0))
        first, second = one(synthesis, "GMB", GROUNDNUTS), one(synthesis, "TCD", GROUNDNUTS)
        for column in ("value_share", "mean_sales", "producers"):
            np.testing.assert_allclose(first[column], second[column])

    def test_the_steps_account_for_every_chain(self):
        rows = [(exporter, product, 1e8, 1000.0) for exporter in EXPORTERS for product in PRODUCTS]
        steps = made(*rows).steps
        described = steps[steps["step"].str.startswith("exporters and products described by")]
        assert described["value"].sum() == len(rows)
        assert list(steps.columns) == ["step", "value", "note"]

    def test_income_per_head_of_another_year_is_told(self):
        steps = made(("AFG", GROUNDNUTS, 1e6, 1000.0)).steps.set_index("step")
        assert steps.loc["countries whose income per head is of another year", "note"] == "AFG"


class TestSmallholderShares:
    """Shares from the evidence table, rows D012 to D020 and D040 to D042."""

    @pytest.mark.parametrize(
        ("exporter", "product", "share"),
        [
            ("IDN", PALM_OIL, 0.42), ("IDN", COFFEE, 0.96), ("IDN", COCOA, 0.94),
            ("IDN", TEA, 0.46), ("LKA", TEA, 0.75), ("KEN", TEA, 0.50), ("GHA", COCOA, 0.90),
        ],
    )  # fmt: skip
    def test_small_and_medium_farms_have_the_published_share(self, exporter, product, share):
        cells = one(made((exporter, product, 1e9, 2000.0)), exporter, product)
        assert cells.loc[["small", "medium"], "value_share"].sum() == pytest.approx(share)
        assert cells.loc["large", "value_share"] == pytest.approx(1 - share)

    @pytest.mark.parametrize(
        ("choice", "share"), [("harris-1992", 0.75), ("dolan-sutherland-2002", 0.11)]
    )
    def test_a_contested_share_can_be_chosen(self, choice, share):
        rows = ("KEN", BEANS, 1e8, 3000.0), ("KEN", TEA, 1e9, 3000.0)
        default, chosen = made(*rows), made(*rows, choices={"KEN/070820": choice})
        cells = one(chosen, "KEN", BEANS)
        assert cells.loc[["small", "medium"], "value_share"].sum() == pytest.approx(share)
        pd.testing.assert_frame_equal(one(default, "KEN", TEA), one(chosen, "KEN", TEA))

    def test_the_alternatives_disagree_about_the_number_of_small_farms(self):
        low, high = (
            one(made(("KEN", BEANS, 1e8, 3000.0), choices={"KEN/070820": name}), "KEN", BEANS)
            for name in ("dolan-sutherland-2002", "harris-1992")
        )
        ratio = high.loc["small", "producers"] / low.loc["small", "producers"]
        assert ratio == pytest.approx(0.75 / 0.11)

    def test_an_unknown_choice_is_refused_with_the_nearest(self):
        with pytest.raises(InputError, match="harris-1992"):
            made(("KEN", BEANS, 1e8, 3000.0), choices={"KEN/070820": "haris-1992"})
        with pytest.raises(InputError, match="KEN/070820"):
            made(("KEN", BEANS, 1e8, 3000.0), choices={"KEN/070821": "default"})

    def test_estates_that_a_household_census_leaves_out_are_added(self):
        """Indonesia's census of households has no holding above 20 ha."""
        census = load_dataset("producers/farm_structure")
        assert "large" not in set(census.loc[census["iso3"] == "IDN", "size_class"])
        assert one(made(("IDN", PALM_OIL, 1e9, 1000.0)), "IDN", PALM_OIL).loc["large", "land"] > 0


class TestSizeClasses:
    def test_left_out_classes_give_their_share_to_the_others_in_proportion(self):
        every = one(made(("BRA", COFFEE, 1e9, 4000.0)), "BRA", COFFEE)["value_share"]
        part = made(("BRA", COFFEE, 1e9, 4000.0), size_classes=("small", "medium"))
        kept = one(part, "BRA", COFFEE)["value_share"]
        assert kept.sum() == pytest.approx(1.0)
        assert kept["small"] / kept["medium"] == pytest.approx(every["small"] / every["medium"])
        assert part.steps["step"].str.contains("may not take part").any()

    def test_a_chain_without_any_class_left_is_refused(self):
        with pytest.raises(InputError, match="large"):
            made(("ETH", BEANS, 1e9, 4000.0), size_classes=("large",))

    def test_an_unknown_class_is_refused_with_the_nearest(self):
        with pytest.raises(InputError, match="did you mean 'small'"):
            made(("ETH", COFFEE, 1e9, 4000.0), size_classes=("smal",))


class TestRefusals:
    def test_a_missing_price_names_the_chain(self):
        exposure, prices = chains(("KEN", BEANS, 1e8, 3000.0), ("KEN", TEA, 1e8, 3000.0))
        with pytest.raises(InputError, match="KEN, 090240"):
            synthesise(exposure, prices[:1], year=YEAR)

    def test_an_unknown_kind_names_the_nearest(self):
        with pytest.raises(InputError, match="did you mean 'farm'"):
            made(("KEN", BEANS, 1e8, 3000.0), producer_kind="farms")


class TestEnterprises:
    def test_plants_export_themselves_and_larger_ones_sell_more(self):
        cells = one(made(("BGD", "030617", 4e8, 9000.0), producer_kind="enterprise"),
                    "BGD", "030617")  # fmt: skip
        assert (cells["producer_share"] == 1).all()
        assert cells["land"].isna().all()
        assert cells["mean_sales"].is_monotonic_increasing
        # No survey of plants by size is among the sources.
        assert set(cells["status"]) == {"assumption"}


class TestLabour:
    def test_wages_follow_income_per_head(self, shared):
        raw = pd.read_csv(shared("data/countries/wdi_prices_income_1990_2024.csv"))
        income = raw[raw["year"] == YEAR].set_index("country_code")["gni_per_capita_constant_usd"]
        table = made(*[(code, COFFEE, 1e8, 4000.0) for code in ("KEN", "BRA", "IND")]).table
        wage = table.groupby("exporter")["labour_cost"].first()
        assert wage["BRA"] / wage["KEN"] == pytest.approx(income["BRA"] / income["KEN"], rel=1e-6)
        assert wage["IND"] / wage["KEN"] == pytest.approx(income["IND"] / income["KEN"], rel=1e-6)
        # The same in every size class and chain of a country.
        assert table.groupby("exporter")["labour_cost"].nunique().max() == 1


class TestMoves:
    def test_every_parameter_with_a_range_moves_some_cells_or_a_step(self):
        synthesis = made(("KEN", BEANS, 1e8, 3000.0), ("ETH", COFFEE, 1e9, 4000.0))
        moved = {move.parameter.id for move in synthesis.moves}
        ranged = {p.id for p in synthesis.parameters if p.bounds[0] < p.bounds[1]}
        assert moved <= ranged
        for product in (BEANS, COFFEE):
            for name in ("yield", "crop_share", "producer_share"):
                assert f"producers.{name}.{product}" in moved
        for move in synthesis.moves:
            assert move.cells.shape == (len(synthesis.table),)
            assert move.cells.any()
            assert move.rest is None or not (move.cells & move.rest).any()

    def test_a_products_numbers_move_its_own_cells_only(self):
        synthesis = made(("KEN", BEANS, 1e8, 3000.0), ("ETH", COFFEE, 1e9, 4000.0))
        (move,) = [m for m in synthesis.moves if m.parameter.id == f"producers.yield.{COFFEE}"]
        assert set(synthesis.table.loc[move.cells, "product"]) == {COFFEE}


def test_orders_of_magnitude_agree_with_counts_of_farms():
    """D013: 12.5 million coffee farms, home markets included; D015, D016: 3 ha at 350 kg."""
    trade = load_dataset("trade/agrifood")
    trade = trade[trade["product"].isin([COFFEE, COCOA]) & (trade["value"] > 0)]
    summed = trade.groupby(CHAIN, as_index=False).agg(
        regulated_value=("value", "sum"), quantity=("quantity", "sum")
    )
    world = summed.groupby("product")[["regulated_value", "quantity"]].sum()
    price = summed["regulated_value"] / summed["quantity"].where(summed["quantity"] > 0)
    typical = summed["product"].map(world["regulated_value"] / world["quantity"])
    rows = summed.assign(unit_value=price.where(price.notna(), typical))
    table = made(*rows[[*CHAIN, "regulated_value", "unit_value"]].itertuples(index=False)).table
    farms = table.groupby("product")["producers"].sum()
    assert 12.5e6 / 4 < farms[COFFEE] < 12.5e6
    output = (table["producers"] * table["output"]).groupby(table["product"]).sum()
    smallholding = 3 * 0.35
    assert 0.2 < output[COCOA] / farms[COCOA] / smallholding < 1
