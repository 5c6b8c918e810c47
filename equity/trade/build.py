"""From a raw table to flows: the steps of reading, as views on one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity.errors import InputError, Problem
from equity.trade import account, checks
from equity.trade.codes import (
    Meaning,
    country_meanings,
    product_meanings,
    release_countries,
)
from equity.trade.files import Raw, quoted
from equity.trade.layout import Layout, Source, choose_layout, typed
from equity.trade.mirror import reconcile
from equity.trade.reference import unit_value_problem

if TYPE_CHECKING:
    import duckdb

__all__ = ["Options", "build"]

KEY = ("year", "exporter", "importer", "product")
COUNTRIES = ("country", "historic")
# Sum of the lines against the provider's own total.
TOTAL_TOLERANCE = 0.001
NO_STEPS = pd.DataFrame({"step": [], "rows": [], "value": [], "note": []}).astype(
    {"rows": "int64", "value": "float64"}
)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the caller of `read_trade` chose; see there."""

    on_duplicate: str
    mirror: str | None
    cif_margin: float | None
    revision: str | None
    allow_national: bool
    taiwan: bool
    unknown_limit: float | None
    accept_truncated: bool
    # Whether rows are known to share no key.
    unique: bool


def build(
    raw: Raw, source: Source, options: Options
) -> tuple[duckdb.DuckDBPyRelation, pd.DataFrame, pd.DataFrame | None, dict[str, Any]]:
    """Read, check, translate, account and reconcile.

    Parameters
    ----------
    raw : Raw
        The table as it was found.
    source : Source
        Its provider.
    options : Options
        The caller's choices.

    Returns
    -------
    flows : duckdb.DuckDBPyRelation
        The canonical table and further columns.
    ledger : pandas.DataFrame
        From `account.written`.
    reliability : pandas.DataFrame or None
        By country, where reports were weighted.
    facts : dict
        For the provenance.

    Raises
    ------
    InputError
        Every problem of the table at once.
    """
    layout, found = choose_layout(source, raw)
    checks.shape_problems(raw, source, layout, options.accept_truncated)
    own = [] if layout.sided else [c for c in raw.columns if c not in found.values()]
    own = [column for column in own if column.lower() not in (*KEY, "value", "quantity", "flow")]
    # Text is read as numbers once; what holds numbers already stays where it is.
    kind = "table" if raw.columns.get(found["value"]) == "VARCHAR" else "view"
    raw.connection.execute(f"create {kind} typed as {typed(layout, found, raw, own)}")
    scan = checks.look(raw)
    notes: dict[str, list[str]] = {}
    problems = checks.number_problems(raw, scan, found) + checks.same_years(scan, raw.place)
    meanings, facts = _meanings(raw, layout, found, scan, options, source)
    problems += _translated(raw, source, meanings, found, scan, options, notes)
    if source.unknown_limit == 0:
        problems += _missing_values(raw, found)
    if problems:
        if options.on_duplicate == "error" and not scan["flows"]["part"].any():
            problems += checks.repeated(raw, "typed", [*KEY, "flow"] if layout.sided else KEY)
        raise InputError(problems)
    _write_reports(raw, layout, meanings, own, scan)
    if "TOTAL" in set(meanings["product"].table["code"].str.upper()):
        _check_totals(raw)
    raw.connection.execute("create view kept as select * exclude (step) from reports "
                           f"where step = '{account.KEPT}'")  # fmt: skip
    _settle_duplicates(raw, layout, scan, options)
    scores, steps = None, NO_STEPS
    if layout.sided:
        steps, scores = reconcile(raw, options.mirror, options.cif_margin)
    else:
        raw.connection.execute("create view flows as select * exclude (flow) from kept")
    ledger = account.written(raw.connection, notes, steps)
    warning = unit_value_problem(raw)
    if warning:
        ledger.loc[ledger.index[-1], "note"] = "; ".join(
            text for text in (ledger["note"].iloc[-1], warning) if text
        )
    facts |= {"data_source": source.title, "mirror": options.mirror or "",
              "cif_margin": "" if options.cif_margin is None else f"{options.cif_margin:g}",
              "hs_revision": options.revision or ""}  # fmt: skip
    return _flows(raw), ledger, scores, facts


def _meanings(
    raw: Raw, layout: Layout, found: dict[str, str], scan: checks.Scan, options: Options,
    source: Source,
) -> tuple[dict[str, Meaning], dict[str, Any]]:  # fmt: skip
    aliases, release = dict(layout.aliases), ""
    if source.name == "baci":
        listed, release = release_countries(raw.files)
        aliases |= listed
    meanings = {}
    for side in ("exporter", "importer"):
        pairs = [
            (int(year), _text(code))
            for year, code in zip(scan[f"{side}s"]["year"], scan[f"{side}s"][side], strict=True)
            if pd.notna(year)
        ]
        meanings[side] = country_meanings(
            pairs, layout.countries, "", aliases=aliases, taiwan=options.taiwan
        )
    codes = [_text(code) for code in scan["products"]["product"]]
    meanings["product"] = product_meanings(
        codes, layout.products, _place(raw, found, "product"), revision=options.revision,
        allow_national=options.allow_national, groups_apart=layout.sided,
    )  # fmt: skip
    return meanings, {"countries": release} if release else {}


def _text(code: Any) -> str:
    if pd.isna(code):
        return ""
    return str(int(code)) if isinstance(code, float) else str(code)


def _place(raw: Raw, found: dict[str, str], role: str) -> str:
    return f"{raw.place}, column {_column(found, role)}"


def _column(found: dict[str, str], role: str) -> str:
    if role in found:
        return found[role]
    return f"{found['reporter']} or {found['partner']}"


def _translated(
    raw: Raw,
    source: Source,
    meanings: dict[str, Meaning],
    found: dict[str, str],
    scan: checks.Scan,
    options: Options,
    notes: dict[str, list[str]],
) -> list[Problem]:
    """List what codes could not be translated, beyond what may be set aside."""
    limit = source.unknown_limit if options.unknown_limit is None else options.unknown_limit
    total = float(scan["flows"]["value"].sum())
    problems = []
    for role, meaning in meanings.items():
        lost = checks.located(raw, meaning, role, _column(found, role))
        if role != "product" and lost and total:
            table = scan[f"{role}s"]
            unknown = table[role].map(_text).isin({code for code, _ in meaning.problems})
            share = float(table.loc[unknown, "value"].sum()) / total
            if share <= limit and limit > 0:
                codes = ", ".join(dict.fromkeys(code for code, _ in meaning.problems))
                notes.setdefault("set aside: unknown country", []).append(f"{role} {codes}")
                lost = []
        problems += lost
        step = "set aside: product without a code" if role == "product" else "read"
        if role == "product" and meaning.table["kind"].isin(["no_code"]).sum() == 0:
            step = "read"
        notes.setdefault(step, []).extend(meaning.notes)
    if not (meanings["product"].table["kind"] == "product").any() and not problems:
        kinds = ", ".join(sorted(set(meanings["product"].table["kind"])))
        fix = "download six-digit codes of the Harmonised System."
        problems.append(Problem(_place(raw, found, "product"), f"holds only {kinds}.", fix))
    if source.unknown_limit == 0:
        problems += _blank_codes(raw, meanings, found)
    return problems


def _blank_codes(raw: Raw, meanings: dict[str, Meaning], found: dict[str, str]) -> list[Problem]:
    fix = "give ISO 3166-1 alpha-3; NA (Namibia) is NAM."
    return [
        Problem(_place(raw, found, role), "a code is missing.", fix)
        for role in ("exporter", "importer")
        if (meanings[role].table["code"] == "").any()
    ]


def _missing_values(raw: Raw, found: dict[str, str]) -> list[Problem]:
    query = "select count(*) from typed where value is null"
    rows = raw.connection.execute(query).fetchall()[0][0]
    if not rows:
        return []
    fix = "leave the rows out and say so; missing is not zero."
    return [Problem(_place(raw, found, "value"), f"{rows} values are missing.", fix)]


def _write_reports(
    raw: Raw, layout: Layout, meanings: dict[str, Meaning], own: list[str], scan: checks.Scan
) -> None:
    """Write the view ``reports``: translated codes, and what becomes of every row."""
    kinds, codes, joins = {}, {}, []
    for role, meaning in meanings.items():
        by_year = role != "product"
        plain = (meaning.table["code"] == meaning.table["meaning"]).all()
        plain &= meaning.table["kind"].isin(["product", "country"]).all()
        if plain and scan[f"{role}s"][role].map(lambda code: isinstance(code, str)).all():
            kinds[role], codes[role] = "'plain'", f"t.{role}"
            continue
        _register(raw, role, meaning.table)
        kinds[role] = f"coalesce({role}_meant.kind, 'not_specified')"
        codes[role] = f"coalesce({role}_meant.meaning, '')"
        year = f"t.year = {role}_meant.year and " if by_year else ""
        joins.append(
            f"left join {role}_meanings {role}_meant on {year}t.{role} = {role}_meant.code"
        )
    rule = account.step_rule(
        {**kinds, "exporter_code": codes["exporter"], "importer_code": codes["importer"]}
    )
    valuation = " ".join(
        f"when '{flow}' then '{label}'" for flow, label in layout.valuation.items()
    )
    own_valuation = any(column.lower() == "valuation" for column in own)
    label = f"case t.flow {valuation} end as valuation, " if valuation and not own_valuation else ""
    parts = scan["flows"]
    one_part = parts["part"].all()
    raw.connection.execute(
        f"create view reports as select t.year, t.flow, {codes['exporter']} as exporter, "
        f"{codes['importer']} as importer, {codes['product']} as product, t.value, "
        "case when t.quantity > 0 then t.quantity end as quantity, "
        f"{label}{''.join(f't.{quoted(column)}, ' for column in own)}"
        f"{rule} as step from (select * {'replace (false as part)' if one_part else ''} "
        f"from typed) t {' '.join(joins)}"
    )


def _register(raw: Raw, role: str, table: pd.DataFrame) -> None:
    raw.connection.register(f"{role}_listed", table)
    kind = raw.connection.execute(f"select typeof({role}) from typed limit 1").fetchall()[0][0]
    where = "where code <> ''" if kind != "VARCHAR" else ""
    raw.connection.execute(
        f"create table {role}_meanings as select * replace (cast(code as {kind}) as code) "
        f"from {role}_listed {where}"
    )


def _check_totals(raw: Raw) -> None:
    """Compare the lines with the provider's own TOTAL rows, where there are some."""
    query = (
        "with totals as (select t.year, t.flow, t.exporter, t.importer, sum(t.value) as total "
        "from typed t where upper(cast(t.product as varchar)) = 'TOTAL' and not t.part "
        "group by all), lines as (select t.year, t.flow, t.exporter, t.importer, "
        "sum(t.value) as lines from typed t where length(cast(t.product as varchar)) = 6 "
        "and not t.part group by all) "
        "select year, flow, exporter, importer, total, lines from totals join lines "
        "using (year, flow, exporter, importer) where abs(lines - total) > ? * total limit 1"
    )
    found = raw.connection.execute(query, [TOTAL_TOLERANCE]).fetchall()
    if found:
        year, flow, exporter, importer, total, lines = found[0]
        message = (
            f"lines of {exporter} to {importer} ({flow}, {year}) add up to {lines:,.0f}, "
            f"the TOTAL row says {total:,.0f}."
        )
        fix = "download the lines again, with every code and without parts of totals."
        raise InputError(Problem(raw.place, message, fix))


def _settle_duplicates(raw: Raw, layout: Layout, scan: checks.Scan, options: Options) -> None:
    key = [*KEY, "flow"] if layout.sided else list(KEY)
    parts_added = bool(len(scan["flows"]) and scan["flows"]["part"].all())
    if options.unique:
        return
    if options.on_duplicate == "error" and not (options.allow_national or parts_added):
        problems = checks.repeated(raw, "kept", key)
        if problems:
            raise InputError(problems)
        return
    columns = [row[0] for row in raw.connection.execute("describe kept").fetchall()]
    rest = [c for c in columns if c not in (*key, "value", "quantity")]
    others = "".join(f", any_value({quoted(column)}) as {quoted(column)}" for column in rest)
    raw.connection.execute(
        f"create table added as select {', '.join(key)}, sum(value) as value, "
        f"sum(quantity) as quantity{others} from kept group by {', '.join(key)}"
    )
    raw.connection.execute("create or replace view kept as select * from added")


def _flows(raw: Raw) -> duckdb.DuckDBPyRelation:
    listed = raw.connection.execute("describe flows").fetchall()
    first = [*KEY, "value", "quantity"]
    rest = [quoted(row[0]) for row in listed if row[0] not in first]
    return raw.connection.sql(f"select {', '.join([*first, *rest])} from flows")
