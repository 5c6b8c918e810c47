"""What a producer of each size class looks like, by country and product, with stated fallbacks.

Order of the fallbacks for farms: a smallholder share of the chain in that country, a smallholder
share of the chain in the world, the country's own census of all farms, a typical country of the
income group, a typical country of the world.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from equity import countries, datasets, prices, schema
from equity.errors import InputError, unknown
from equity.evidence import Parameter

__all__ = ["enterprise_rows", "farm_rows"]

CHAIN = ["exporter", "product"]
CELL = [*CHAIN, "size_class"]
SMALL, MEDIUM, LARGE = schema.SIZE_CLASSES
WORLD = "world"
FARM_NUMBERS = ("yield", "crop_share", "producer_share")
ALL = "all"
OWN, CHAIN_HERE, CHAIN_WORLD, GROUP = "census", "chain in country", "chain in world", "income group"
STATUS = {OWN: "estimated", CHAIN_HERE: "estimated", CHAIN_WORLD: "estimated", GROUP: "assumption"}
Steps = list[tuple[str, float, str]]


def numbers_of(product: str, names: tuple[str, ...]) -> dict[str, Parameter]:
    """Return the numbers of a product, or of all products where it has none of its own."""
    table = datasets.load_dataset("producers/crops")
    found = {}
    for name in names:
        rows = table[table["number"] == name].set_index("product")
        key = product if product in rows.index else ALL
        row: dict[Any, Any] = rows.loc[[key]].to_dict("records")[0]
        found[f"{name}.{key}"] = Parameter(
            id=f"producers.{name}.{key}", value=row["value"], low=row["low"],
            high=row["high"], unit=row["unit"], status=row["status"],
            source=row["source"], reason=row["reason"],
        )  # fmt: skip
    return found


def farm_rows(
    exposed: pd.DataFrame, choices: dict[str, str], year: int
) -> tuple[pd.DataFrame, dict[str, Parameter], Steps]:
    """Describe the farms behind each exporter and product.

    Parameters
    ----------
    exposed : pandas.DataFrame
        exporter, product, regulated_value, unit_value.
    choices : dict of str to str
        Alternative smallholder shares by ``exporter/product``.
    year : int
        Year of the income groups.

    Returns
    -------
    rows : pandas.DataFrame
        One row per cell, for `cells`.
    numbers : dict of str to Parameter
        What they rest on.
    steps : list
        step, value, note.
    """
    rows = _land(exposed, year)
    numbers: dict[str, Parameter] = {}
    columns: dict[str, dict[str, float]] = {name: {} for name in FARM_NUMBERS}
    for product in sorted(set(exposed["product"])):
        found = numbers_of(product, FARM_NUMBERS)
        numbers |= found
        for key, parameter in found.items():
            columns[key.split(".")[0]][product] = parameter.value
    for name, values in columns.items():
        rows[name] = rows["product"].map(values).to_numpy(float)
    general = {
        key.split(".")[0]: value
        for key, value in numbers_of(
            ALL, ("sales_dispersion", "labour_hours", "shipment_size")
        ).items()
    }
    numbers |= general
    rows, shares = _smallholders(rows, choices)
    numbers |= shares
    rows["full_land"] = rows["mean_land"] * rows["crop_share"]
    rows["full_output"] = rows["full_land"] * rows["yield"]
    rows["full_sales"] = rows["full_output"] * rows["unit_value"] * rows["producer_share"]
    rows["sales_dispersion"] = general["sales_dispersion"].value
    rows["shipment_size"] = general["shipment_size"].value
    rows["status"] = rows["level"].map(STATUS)
    chains = rows.drop_duplicates(CHAIN)
    steps: Steps = [
        (f"exporters and products described by: {level}", float((chains["level"] == level).sum()),
         ", ".join(sorted(set(chains.loc[chains["level"] == level, "exporter"]))))
        for level in STATUS
    ]  # fmt: skip
    keep = [
        *CELL, "regulated_value", "value_share", "producer_share", "full_sales", "full_output",
        "full_land", "sales_dispersion", "shipment_size", "status", "level", "smallholder",
    ]  # fmt: skip
    return rows[keep].reset_index(drop=True), numbers, steps


def _land(exposed: pd.DataFrame, year: int) -> pd.DataFrame:
    """Land per holding and share of land by size class: own census, else the income group's."""
    own = datasets.load_dataset("producers/farm_structure")
    typical = datasets.load_dataset("producers/farm_structure_groups")
    columns = ["size_class", "mean_land", "land_share"]
    counted = exposed["exporter"].isin(set(own["iso3"]))
    here = exposed[counted].merge(
        own[["iso3", *columns]], left_on="exporter", right_on="iso3", how="left"
    )
    group = countries.income_group(exposed["exporter"], year)
    known = group.isin(set(typical["group"])) & (group != "unclassified")
    elsewhere = exposed.assign(group=group.where(known, WORLD))[~counted]
    elsewhere = elsewhere.merge(typical[["group", *columns]], on="group", how="left")
    rows = pd.concat([here.assign(level=OWN), elsewhere.assign(level=GROUP)], ignore_index=True)
    rows = rows.drop(columns=["iso3", "group"])
    return _in_order(rows).rename(columns={"land_share": "value_share"})


def _smallholders(
    rows: pd.DataFrame, choices: dict[str, str]
) -> tuple[pd.DataFrame, dict[str, Parameter]]:
    """Set the shares of small and medium farms together where the literature has the chain's."""
    table = datasets.load_dataset("producers/smallholder_shares")
    _check_choices(choices, table)
    listed: dict[tuple[str, str, str], dict[str, Any]] = {
        (str(row["product"]), str(row["country"]), str(row["choice"])): {
            str(name): value for name, value in row.items()
        }
        for row in table.to_dict("records")
    }
    picked, numbers = [], {}
    for chain in rows.drop_duplicates(CHAIN).itertuples(index=False):
        found = _share(str(chain.exporter), str(chain.product), choices, listed)
        if found is None:
            continue
        level, row = found
        key = f"{row['product']}.{row['country'] or WORLD}"
        numbers[f"smallholder.{key}"] = Parameter(
            id=f"producers.smallholder_share.{key}", value=float(row["value"]),
            low=float(row["low"]), high=float(row["high"]), unit="share", status="published",
            source=str(row["source"]), reason=str(row["definition"]),
        )  # fmt: skip
        picked.append((chain.exporter, chain.product, level, key, float(row["value"])))
    columns = [*CHAIN, "chain_level", "smallholder", "small_share"]
    chosen = pd.DataFrame(picked, columns=columns).astype({"small_share": float})
    return _with_shares(rows, chosen), numbers


def _share(
    exporter: str,
    product: str,
    choices: dict[str, str],
    listed: dict[tuple[str, str, str], dict[str, Any]],
) -> tuple[str, dict[str, Any]] | None:
    choice = choices.get(f"{exporter}/{product}", "default")
    here = listed.get((product, exporter, choice))
    if here is not None:
        return CHAIN_HERE, here
    world = listed.get((product, "", "default"))
    return None if world is None else (CHAIN_WORLD, world)


def _check_choices(choices: dict[str, str], table: pd.DataFrame) -> None:
    offered: dict[str, list[str]] = {}
    for row in table[table["country"] != ""].itertuples(index=False):
        offered.setdefault(f"{row.country}/{row.product}", []).append(str(row.choice))
    problems = []
    for chain, choice in choices.items():
        if chain not in offered:
            problems.append(unknown("chain", chain, offered, "choices"))
        elif choice not in offered[chain]:
            problems.append(unknown("choice", choice, offered[chain], f"choices, {chain}"))
    if problems:
        raise InputError(problems)


def _with_shares(rows: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    rows = _with_estates(rows, chosen)
    rows = rows.merge(chosen, on=CHAIN, how="left", validate="many_to_one")
    told = rows["small_share"].notna()
    part = rows["size_class"].map({SMALL: "small", MEDIUM: "small", LARGE: "large"})
    land = rows.groupby([*CHAIN, part.rename("part")])["value_share"].transform("sum")
    within = rows["value_share"] / land
    side = rows["small_share"].where(part == "small", 1 - rows["small_share"])
    rows["value_share"] = rows["value_share"].where(~told, within * side)
    rows["level"] = rows["level"].where(~told, rows["chain_level"])
    rows["smallholder"] = rows["smallholder"].where(told, "")
    return rows.drop(columns=["chain_level", "small_share"])


def _with_estates(rows: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Add a large class where the census has none and smallholders do not grow everything."""
    key = pd.MultiIndex.from_frame(rows[CHAIN])
    has_large = key[(rows["size_class"] == LARGE).to_numpy()]
    partly = chosen[chosen["small_share"] < 1]
    lacking = partly[~pd.MultiIndex.from_frame(partly[CHAIN]).isin(has_large)][CHAIN]
    if lacking.empty:
        return rows
    typical = datasets.load_dataset("producers/farm_structure_groups")
    world = typical[(typical["group"] == WORLD) & (typical["size_class"] == LARGE)]
    land = float(world["mean_land"].iloc[0])
    first = rows.drop_duplicates(CHAIN)
    added = first.merge(lacking, on=CHAIN).assign(size_class=LARGE, mean_land=land, value_share=1.0)
    return _in_order(pd.concat([rows, added], ignore_index=True))


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort by exporter and product, small before large."""
    order = rows["size_class"].map({size: n for n, size in enumerate(schema.SIZE_CLASSES)})
    rows = rows.assign(order=order).sort_values([*CHAIN, "order"], ignore_index=True)
    return rows.drop(columns="order")


def enterprise_rows(
    exposed: pd.DataFrame, year: int
) -> tuple[pd.DataFrame, dict[str, Parameter], Steps]:
    """Describe the processing plants behind each exporter and product.

    Parameters
    ----------
    exposed : pandas.DataFrame
        exporter, product, regulated_value, unit_value.
    year : int
        Year whose dollars are counted in.

    Returns
    -------
    rows, numbers, steps
        As `farm_rows`.
    """
    names = (
        "sales_dispersion", "labour_hours", "shipment_size", "enterprise_share_small",
        "enterprise_share_medium", *(f"enterprise_sales_{s}" for s in schema.SIZE_CLASSES),
    )  # fmt: skip
    held = {key.split(".")[0]: value for key, value in numbers_of(ALL, names).items()}
    small, medium = (held[f"enterprise_share_{size}"].value for size in (SMALL, MEDIUM))
    share = {SMALL: small, MEDIUM: medium, LARGE: 1 - small - medium}
    blocks = []
    for size in schema.SIZE_CLASSES:
        sales = held[f"enterprise_sales_{size}"]
        dollars, _, _ = sales.unit.partition("/")
        full = float(prices.convert(sales.value, dollars, f"USD_{year}"))
        blocks.append(exposed.assign(size_class=size, value_share=share[size], full_sales=full))
    rows = _in_order(pd.concat(blocks))
    rows = rows.assign(
        producer_share=1.0,
        full_output=rows["full_sales"] / rows["unit_value"],
        full_land=np.nan,
        sales_dispersion=held["sales_dispersion"].value,
        shipment_size=held["shipment_size"].value,
        status="assumption",
        level="plant sizes assumed",
        smallholder="",
    ).drop(columns="unit_value")
    numbers = {name: held[name] for name in ("sales_dispersion", "labour_hours", "shipment_size")}
    numbers |= {
        f"full_sales.{size}": held[f"enterprise_sales_{size}"] for size in schema.SIZE_CLASSES
    }
    numbers |= {f"share.{size}": held[f"enterprise_share_{size}"] for size in (SMALL, MEDIUM)}
    chains = float(len(exposed))
    steps: Steps = [("exporters and products described by: plant sizes assumed", chains,
                     "no survey of plants by size is among the sources")]  # fmt: skip
    return rows, numbers, steps
