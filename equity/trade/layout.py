"""How a provider lays out its table, and the SQL that turns it into typed reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from equity.errors import InputError, Problem, nearest
from equity.trade.files import Raw, literal, quoted

__all__ = ["FLOWS", "Layout", "Source", "choose_layout", "typed"]

# What a report may say of a flow; the last two are part of the first two at most providers.
FLOWS = ("import", "export", "re-import", "re-export")
SIDED = ("reporter", "partner", "flow")
ONE_SIDED = ("exporter", "importer")
# Text that stands for a missing number, in small letters.
MISSING = ("", "na", "nan", "null", "none", "..", "...", "-", "n/a", "n.a.", "c", ":")
# What may stand around a code: quotation marks, blanks that do not break, marks of direction.
MARKS = " \t'\"\u00a0\u202f\u200e\u200f\ufeff"
FIRST_YEAR, LAST_YEAR = 1960, 2030
WHOLE = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT",
)  # fmt: skip
NUMBERS = (*WHOLE, "DOUBLE", "FLOAT", "DECIMAL", "REAL")

System = Literal["iso3", "m49", "comtrade"]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Columns, units and codes of one form in which a provider hands out trade.

    Parameters
    ----------
    columns : mapping of str to tuple of str
        Role to the names that it has gone by; the first found counts. Roles are year, product,
        value, quantity, and either exporter and importer or reporter, partner and flow.
    countries : {"iso3", "m49", "comtrade"}
        Code system of the countries.
    value_factor, quantity_factor : float
        To US dollars and to tonnes.
    flows : mapping of str to str
        The provider's code of a flow to one of `FLOWS`.
    valuation : mapping of str to str
        cif or fob, by flow; key "" where a table has no flow.
    totals : mapping of str to tuple of str
        Column and the values that mark a total over it; other rows are its parts.
    optional : tuple of str
        Roles that may be absent.
    aliases : mapping of str to str
        Country codes of the provider's own to what they stand for in `countries`.
    reshape : str
        SQL that turns ``raw`` into one row per flow, where it is not.
    made : tuple of str
        Columns that come out of `reshape` and are not in the table.
    unique : tuple of str
        Columns of the table that identify a row before `reshape`.
    products : {"hs", "fao"}
        Code system of the products.
    """

    columns: Mapping[str, tuple[str, ...]]
    countries: System
    value_factor: float
    quantity_factor: float = 1.0
    flows: Mapping[str, str] = field(default_factory=dict)
    valuation: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    optional: tuple[str, ...] = ("quantity",)
    aliases: Mapping[str, str] = field(default_factory=dict)
    reshape: str = ""
    made: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    products: Literal["hs", "fao"] = "hs"

    @property
    def sided(self) -> bool:
        """Whether rows are reports of one side rather than flows."""
        return "reporter" in self.columns


@dataclass(frozen=True, kw_only=True)
class Source:
    """A provider of trade data.

    Parameters
    ----------
    name : str
        What `read_trade` calls it.
    title : str
        For the provenance.
    layouts : tuple of Layout
        Forms in which its tables come.
    caps : tuple of int
        Numbers of rows at which its downloads are cut off.
    unknown_limit : float
        Share of value of unknown countries up to which they are set aside.
    """

    name: str
    title: str
    layouts: tuple[Layout, ...]
    caps: tuple[int, ...] = ()
    unknown_limit: float = 0.01


def choose_layout(source: Source, raw: Raw) -> tuple[Layout, dict[str, str]]:
    """Find the layout whose columns a table has.

    Parameters
    ----------
    source : Source
        The provider.
    raw : Raw
        The table.

    Returns
    -------
    layout : Layout
        The first that fits.
    found : dict of str to str
        Role to the column that plays it.

    Raises
    ------
    InputError
        The columns that the nearest layout lacks, each with the nearest name.
    """
    closest: tuple[int, list[Problem]] | None = None
    for layout in source.layouts:
        found = _matched(layout, [*raw.columns, *layout.made])
        lost = [role for role in layout.columns if role not in found]
        lost = [role for role in lost if role not in layout.optional]
        if not lost:
            return layout, found
        if closest is None or len(lost) < closest[0]:
            spare = [name for name in raw.columns if name not in found.values()]
            problems = [_missing(role, layout, spare, raw.place) for role in lost]
            closest = len(lost), problems
    assert closest is not None
    raise InputError(closest[1])


def _matched(layout: Layout, columns: Iterable[str]) -> dict[str, str]:
    by_name = {name.strip().lower(): name for name in columns}
    found = {}
    for role, names in layout.columns.items():
        known = [by_name[name.lower()] for name in names if name.lower() in by_name]
        if known:
            found[role] = known[0]
    return found


def _missing(role: str, layout: Layout, spare: list[str], place: str) -> Problem:
    name = layout.columns[role][0]
    close = nearest(name, spare)
    fix = f"rename {close!r}." if close else f"it holds the {role}; add it."
    return Problem(place, f"column {name!r} is missing.", fix)


def typed(layout: Layout, found: Mapping[str, str], raw: Raw, extra: Iterable[str] = ()) -> str:
    """Write the query that reads codes as text and numbers as numbers in USD and tonnes.

    Parameters
    ----------
    layout : Layout
        Of the table.
    found : mapping of str to str
        Role to column.
    raw : Raw
        The table.
    extra : iterable of str
        Further columns to keep as they are.

    Returns
    -------
    str
        SQL over ``raw`` with year, flow, exporter, importer, product, value, quantity, part (bool:
        part of a total) and the extra columns. A number that is none gives NaN.
    """
    flow = _flow(layout, found)
    sides = {side: _code(found[side], raw) for side in (*SIDED[:2], *ONE_SIDED) if side in found}
    if layout.sided:
        inward = f"{flow} in ('import', 're-import')"
        exporter = f"case when {inward} then {sides['partner']} else {sides['reporter']} end"
        importer = f"case when {inward} then {sides['reporter']} else {sides['partner']} end"
    else:
        exporter, importer = sides["exporter"], sides["importer"]
    quantity = "cast(null as double)"
    if "quantity" in found:
        quantity = _number(found["quantity"], raw, layout.quantity_factor)
    part = " or ".join(
        f"{_text(found[role])} not in ({_listed(values)})"
        for role, values in layout.totals.items()
        if role in found
    )
    columns = {
        "year": _year(found["year"], raw),
        "flow": flow,
        "exporter": exporter,
        "importer": importer,
        "product": _code(found["product"], raw),
        "value": _number(found["value"], raw, layout.value_factor),
        "quantity": quantity,
        "part": f"coalesce({part or 'false'}, false)",
    }
    listed = [f"{query} as {name}" for name, query in columns.items()]
    listed += [quoted(name) for name in extra]
    return f"select {', '.join(listed)} from {layout.reshape or 'raw'}"


def _year(column: str, raw: Raw) -> str:
    number = _number(column, raw)
    whole = f"{number} = floor({number}) and {number} between {FIRST_YEAR} and {LAST_YEAR}"
    return f"case when {whole} then cast({number} as integer) end"


def _flow(layout: Layout, found: Mapping[str, str]) -> str:
    if "flow" not in found:
        return "''"
    cases = " ".join(
        f"when {literal(code)} then {literal(flow)}" for code, flow in layout.flows.items()
    )
    return f"case {_text(found['flow'])} {cases} else '?' end"


def _code(column: str, raw: Raw) -> str:
    # Whole numbers stay numbers, which are faster to compare; their meaning is looked up later.
    return quoted(column) if raw.columns.get(column, "").startswith(WHOLE) else _text(column)


def _text(column: str) -> str:
    return f"coalesce(trim(cast({quoted(column)} as varchar), {literal(MARKS)}), '')"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(literal(value) for value in values)


def _number(column: str, raw: Raw, factor: float = 1.0) -> str:
    name = quoted(column)
    if raw.columns.get(column, "").startswith(NUMBERS):
        number = f"nullif(cast({name} as double), cast('nan' as double))"
    else:
        text = f"coalesce(trim(cast({name} as varchar)), '')"
        plain = f"regexp_full_match({text}, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?')"
        number = (
            f"case when lower({text}) in ({_listed(MISSING)}) then null "
            f"when {plain} then try_cast({text} as double) else cast('nan' as double) end"
        )
    return number if factor == 1 else f"({number}) * {factor!r}"
