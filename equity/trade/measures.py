"""How much of trade is under non-tariff measures, and how far two countries' measures are apart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from equity import products, schema
from equity.countries.codes import find, unknown_country
from equity.errors import InputError, Problem

__all__ = [
    "coverage_ratio", "frequency_index", "prevalence_score", "read_measures", "regulatory_distance",
]  # fmt: skip

EVERYBODY = "WLD"
# The United Nations' own short names, where others use them for two countries.
NAMES = {"World": EVERYBODY, "Congo": "COG"}
HS2, HS6 = 2, 6
LINE = ["importer", "product"]
# Between two codes of a list: what is meant of a code stands in brackets and may hold commas.
BETWEEN = re.compile(r",\s*(?=[0-9]{2,10}\s*(?:[(,]|$))")
CODE = re.compile(r"([0-9]{2,10})\s*([(].*)?", re.DOTALL)
DATES = re.compile(r"\s*\[[^\]]*\]")
EXCEPT = re.compile(r"World\s*[(]except (.*)[)]")
IMPOSING, PARTNER = "Economy imposing NTM(s)", "Markets affected by NTM(s)"
COLUMNS = {
    IMPOSING: "importer", PARTNER: "partner", "NTM code": "measure", "Hs code(s)": "codes",
}  # fmt: skip
EXPORT_MEASURES = "P"
# Characters of a code list shown in a message.
SHOWN = 30


def read_measures(path: str | Path, *, exports: bool = False) -> pd.DataFrame:
    """Read a download of UNCTAD's TRAINS database, one row per regulation.

    Parameters
    ----------
    path : str or Path
        CSV in UTF-8 with the columns of the online database.
    exports : bool, optional
        Whether measures on exports (chapter P) are kept.

    Returns
    -------
    pandas.DataFrame
        The schema's ``measures`` table: importer, partner (ISO3, or WLD for everybody), excluded
        (whom a measure on everybody leaves out), product (HS code as written), measure (code of the
        classification), part (whether only a part of the code is meant). Codes of more than six
        digits are cut.

    Raises
    ------
    InputError
        Missing columns, names of countries or codes that cannot be read, each with its row.
    """
    place = Path(path).name
    raw = pd.read_csv(path, dtype="str", keep_default_na=False)
    lost = [name for name in COLUMNS if name not in raw.columns]
    if lost:
        raise InputError([Problem(place, f"column {name!r} is missing.", "download it again.")
                          for name in lost])  # fmt: skip
    table = raw[list(COLUMNS)].rename(columns=COLUMNS)
    if not exports:
        table = table[~table["measure"].str.startswith(EXPORT_MEASURES)]
    problems: list[Problem] = []
    about = {text: _partners(text, f"{place}, column {PARTNER}", problems)
             for text in table["partner"].unique()}  # fmt: skip
    table = table.assign(
        importer=_iso3(table["importer"], f"{place}, column {IMPOSING}", problems),
        partner=table["partner"].map({text: found for text, (found, _) in about.items()}),
        excluded=table["partner"].map({text: left for text, (_, left) in about.items()}),
        found=pd.Series(
            {row: _codes(text, place, row, problems) for row, text in table["codes"].items()},
            dtype=object,
        ),
    )
    if problems:
        raise InputError(problems)
    long = table.explode("partner").explode("found", ignore_index=True)
    long = long.assign(product=[code for code, _ in long["found"]],
                       part=[part for _, part in long["found"]])  # fmt: skip
    key = list(schema.TABLES["measures"].key)
    made: pd.DataFrame = long.astype(dict.fromkeys(key, "str"))[[*key, "part"]]
    return made.groupby(key).min().reset_index()


def _iso3(names: pd.Series[Any], place: str, problems: list[Problem]) -> pd.Series[Any]:
    return names.map({name: _country(name, place, problems) for name in names.unique()})


def _country(name: str, place: str, problems: list[Problem]) -> str:
    code = NAMES.get(name) or find(name)
    if code is None:
        problems.append(unknown_country(name, place))
    return code or ""


def _partners(text: str, place: str, problems: list[Problem]) -> tuple[list[str], str]:
    """Countries that a measure is about, and those that it leaves out of the world."""
    plain = DATES.sub("", text).strip()
    apart = EXCEPT.fullmatch(plain)
    names = [name.strip() for name in (apart[1] if apart else plain).split(",")]
    found = sorted(_country(name, place, problems) for name in names)
    return ([EVERYBODY], " ".join(found)) if apart else (found, "")


def _codes(text: str, place: str, row: Any, problems: list[Problem]) -> list[tuple[str, bool]]:
    found = []
    for token in BETWEEN.split(text.strip().rstrip(",")):
        match = CODE.fullmatch(token.strip())
        if match is None:
            where = f"{place}, column Hs code(s), row {int(row) + 1}"
            message = f"cannot be read from {token[:SHOWN]!r}."
            problems.append(Problem(where, message, "write codes with commas between them."))
            continue
        found.append((match[1][:HS6], match[2] is not None or len(match[1]) > HS6))
    return found


def frequency_index(
    measures: pd.DataFrame, trade: pd.DataFrame, *, by: str = "importer"
) -> pd.DataFrame:
    """Share of the product lines imported to which a measure applies.

    ``F = sum_k D_k M_k / sum_k M_k``: M is 1 where line k is imported, D where a measure applies to
    it and to a country that it is imported from.

    Parameters
    ----------
    measures : pandas.DataFrame
        The schema's ``measures`` table.
    trade : pandas.DataFrame
        Canonical trade of one year.
    by : {"importer", "exporter"}
        Whose index: of an importer's lines, or of an exporter's lines by destination.

    Returns
    -------
    pandas.DataFrame
        The country's column, frequency_index (share), lines (number). A country that trades nothing
        has no row.

    Raises
    ------
    InputError
        Unusable measures or trade, several years, an unknown `by`.

    References
    ----------
    UNCTAD Research Paper 41, Computing Non-tariff Measures Indicators; trade.value of 0 is no
    import.
    """
    lines = _lines(measures, trade, by)
    grouped = lines.groupby(by)["covered"]
    return pd.DataFrame({"frequency_index": grouped.mean(), "lines": grouped.size()}).reset_index()


def coverage_ratio(
    measures: pd.DataFrame, trade: pd.DataFrame, *, by: str = "importer"
) -> pd.DataFrame:
    """Share of the value of trade to which a measure applies, ``sum_k D_k V_k / sum_k V_k``.

    Parameters
    ----------
    measures : pandas.DataFrame
        The schema's ``measures`` table.
    trade : pandas.DataFrame
        Canonical trade of one year.
    by : {"importer", "exporter"}
        Whose ratio.

    Returns
    -------
    pandas.DataFrame
        The country's column, coverage_ratio (share), value (USD).

    Raises
    ------
    InputError
        As in `frequency_index`.

    References
    ----------
    UNCTAD Research Paper 41, Computing Non-tariff Measures Indicators.
    """
    flows = _flows(measures, trade, by)
    under = (flows["value"] * (flows["count"] > 0)).groupby(flows[by]).sum()
    value = flows.groupby(by)["value"].sum()
    return pd.DataFrame({"coverage_ratio": under / value, "value": value}).reset_index()


def prevalence_score(
    measures: pd.DataFrame, trade: pd.DataFrame, *, by: str = "importer"
) -> pd.DataFrame:
    """Mean number of different measures on a product line that is imported.

    ``P = sum_k N_k M_k / sum_k M_k`` with N the number of different codes of the classification.

    Parameters
    ----------
    measures : pandas.DataFrame
        The schema's ``measures`` table.
    trade : pandas.DataFrame
        Canonical trade of one year.
    by : {"importer", "exporter"}
        Whose score.

    Returns
    -------
    pandas.DataFrame
        The country's column, prevalence_score (measures per line), lines (number).

    Raises
    ------
    InputError
        As in `frequency_index`.

    References
    ----------
    UNCTAD Research Paper 41, Computing Non-tariff Measures Indicators.
    """
    lines = _lines(measures, trade, by)
    grouped = lines.groupby(by)["count"]
    return pd.DataFrame({"prevalence_score": grouped.mean(), "lines": grouped.size()}).reset_index()


def regulatory_distance(measures: pd.DataFrame, trade: pd.DataFrame | None = None) -> pd.DataFrame:
    """Share of product and measure pairs in which two countries differ.

    ``D_ij = sum_k sum_l |n_ilk - n_jlk| / N_ij``: n is 1 where a country applies measure l to
    product k; N counts the pairs that some country of the table applies. With trade, only products
    count that both countries import: a country that imports none of it has no reason to regulate.

    Parameters
    ----------
    measures : pandas.DataFrame
        The schema's ``measures`` table; measures on single partners count as the others.
    trade : pandas.DataFrame, optional
        Canonical trade of one year.

    Returns
    -------
    pandas.DataFrame
        Square, index and columns the importers of `measures`: 0 on the diagonal, 1 where all
        differs, missing where the two share no product.

    Raises
    ------
    InputError
        Unusable measures or trade, several years.

    Notes
    -----
    Without trade products are compared as they are written; with it, prefixes reach the six-digit
    codes traded.

    References
    ----------
    Cadot, O., Asprilla, A., Gourdon, J., Knebel, C. and Peters, R. (2015), Deep regional
    integration and non-tariff measures, UNCTAD Research Study Series 69.
    """
    schema.validate(measures, "measures", "measures")
    names = sorted(measures["importer"].unique())
    held = measures[["importer", "product", "measure"]].drop_duplicates()
    if trade is not None:
        _one_year(trade)
        codes = pd.Series(sorted(trade.loc[trade["value"] > 0, "product"].unique()), dtype="str")
        held = _reached(held, codes).drop_duplicates()
    pairs = held[["product", "measure"]].drop_duplicates()
    at = pd.MultiIndex.from_frame(pairs)
    applied = np.zeros((len(names), len(pairs)))
    row = pd.Index(names).get_indexer(pd.Index(held["importer"]))
    applied[row, at.get_indexer(pd.MultiIndex.from_frame(held[["product", "measure"]]))] = 1.0
    traded = np.ones_like(applied)
    if trade is not None:
        bought = trade[trade["value"] > 0]
        seen = pd.MultiIndex.from_frame(bought[LINE].drop_duplicates())
        every = pd.MultiIndex.from_product([names, pairs["product"]])
        traded = np.asarray(every.isin(seen), float).reshape(applied.shape)
    own = applied * traded
    differ = own @ traded.T + traded @ own.T - 2 * own @ own.T
    common = traded @ traded.T
    distance = np.divide(differ, common, out=np.full(common.shape, np.nan), where=common > 0)
    return pd.DataFrame(distance, index=names, columns=names)


def _lines(measures: pd.DataFrame, trade: pd.DataFrame, by: str) -> pd.DataFrame:
    """Product lines imported, with the number of measures on any of their flows."""
    flows = _flows(measures, trade, by)
    bought = flows[flows["value"] > 0]
    key = [*LINE] if by == "importer" else ["exporter", *LINE]
    lines: pd.DataFrame = bought.groupby(key)["count"].max().reset_index()
    return lines.assign(covered=(lines["count"] > 0).astype(float))


def _flows(measures: pd.DataFrame, trade: pd.DataFrame, by: str) -> pd.DataFrame:
    """Flows with the number of different measures that apply to them."""
    schema.validate(measures, "measures", "measures")
    _one_year(trade)
    if by not in ("importer", "exporter"):
        problem = Problem("by", f"{by!r} is no side of a flow.", "use importer or exporter.")
        raise InputError(problem)
    codes = pd.Series(sorted(trade["product"].unique()), dtype="str")
    columns = ["importer", "partner", "excluded", "product", "measure"]
    reached = _reached(measures[columns], codes)
    key = ["importer", "exporter", "product"]
    flows: pd.DataFrame = trade.groupby(key)["value"].sum().reset_index()
    met = flows[key].merge(reached, on=LINE, how="inner")
    pairs = list(zip(met["excluded"], met["exporter"], strict=True))
    left_out = {(apart, origin) for apart, origin in set(pairs) if origin in apart.split()}
    apart = np.fromiter((pair in left_out for pair in pairs), bool, len(pairs))
    applies = ((met["partner"] == EVERYBODY) & ~apart) | (met["partner"] == met["exporter"])
    counted = met[applies].drop_duplicates([*key, "measure"]).groupby(key).size()
    index = pd.MultiIndex.from_frame(flows[key])
    return flows.assign(count=counted.reindex(index, fill_value=0).to_numpy())


def _reached(measures: pd.DataFrame, codes: pd.Series[Any]) -> pd.DataFrame:
    """Write measures on prefixes for the six-digit codes that begin with them."""
    blocks = [
        pd.DataFrame({"product": codes.str[:level], "code": codes}) for level in range(HS2, HS6 + 1)
    ]
    listed = pd.concat(blocks, ignore_index=True)
    reached: pd.DataFrame = measures.merge(listed, on="product", how="inner")
    return reached.drop(columns="product").rename(columns={"code": "product"})


def _one_year(trade: pd.DataFrame) -> None:
    schema.validate(trade, "trade", "trade")
    years = sorted(trade["year"].unique())
    problems = products.check_codes(trade["product"], "trade, column product")
    if len(years) != 1:
        message = f"holds {len(years)} years."
        problems.append(Problem("trade", message, "choose one year."))
    if problems:
        raise InputError(problems)
