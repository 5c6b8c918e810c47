"""The command line: the same verbs as the library, for people who do not program."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from equity.errors import EquityError

__all__ = ["main"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Who pays for a standard, who gains, and who may lose access to the market.",
)

data = typer.Typer(no_args_is_help=True, help="Bundled tables, and downloads of raw ones.")
app.add_typer(data, name="data")

SOURCES = "Whose columns: table, baci, comtrade, faostat or wits."
MIRROR = (
    "Whose report counts: importer, exporter, importer_only, exporter_only or reliability; needed "
    "where both sides report."
)
CIF_MARGIN = "What c.i.f. adds to f.o.b., as a share; 0 leaves values as reported."
HS_REVISION = "Revision of the product codes, such as HS12."
OutFolder = Annotated[Path, typer.Option("--out", help="Folder for the files written.")]


def main() -> None:
    """Run the command line; a problem with an input ends with its message and exit code 1."""
    try:
        app()
    except EquityError as error:
        typer.secho(str(error), err=True, fg="red")
        sys.exit(1)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        from equity import __version__

        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def standards() -> None:
    """List the bundled standards."""
    from equity.standards import list_standards

    _table(list_standards()[["id", "name", "kind", "obligation"]], "Standards")


@app.command()
def show(
    standard: Annotated[str, typer.Argument(help="Id of a standard, or the path of a TOML file.")],
) -> None:
    """Show what a standard asks, costs and brings, and where its numbers come from."""
    from equity.evidence import cite
    from equity.standards import load_standard

    found = load_standard(standard)
    scope = found.scope
    typer.secho(f"{found.name} ({found.id})", bold=True)
    if found.evidence_note:
        typer.secho(cite(found.evidence_note), fg="yellow")
    typer.echo(found.summary)
    typer.echo(
        f"{found.obligation} {found.kind.replace('_', ' ')}; products {', '.join(scope.products)} "
        f"({scope.hs_revision}); markets {', '.join(scope.markets)}; from {scope.start}"
        + (f" to {scope.end}" if scope.end else "")
    )
    for title, table in found.describe().items():
        _table(table, title.replace("_", " ").capitalize())
    _costs_by_size(found)


def _costs_by_size(standard: Any) -> None:
    from equity.assessment.preview import costs_by_size
    from equity.errors import InputError

    try:
        _table(costs_by_size(standard), "Yearly cost by size class, mean of producers")
    except InputError as error:
        typer.echo(f"Costs by size class need your own trade: {error.problems[0].message}")


@app.command()
def assess(
    standard: Annotated[str, typer.Argument(help="Id of a standard, or the path of a TOML file.")],
    trade: Annotated[
        str, typer.Option(help="Your own trade table, folder or pattern; else bundled data.")
    ] = "",
    source: Annotated[str, typer.Option(help=SOURCES)] = "table",
    mirror: Annotated[str, typer.Option(help=MIRROR)] = "",
    cif_margin: Annotated[float, typer.Option(help=CIF_MARGIN)] = math.nan,
    hs_revision: Annotated[str, typer.Option(help=HS_REVISION)] = "",
    producers: Annotated[
        Path | None, typer.Option(help="Your own producers table (CSV); else synthesised.")
    ] = None,
    year: Annotated[int | None, typer.Option(help="Year of the trade to assess.")] = None,
    rules: Annotated[Path | None, typer.Option(help="Your own rule table (TOML).")] = None,
    closure: Annotated[
        str, typer.Option(help="How prices react: fixed, equilibrium, gsim or smart.")
    ] = "fixed",
    draws: Annotated[int, typer.Option(help="Draws behind the ranges.")] = 500,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    out: OutFolder = Path("out"),
) -> None:
    """Assess a standard and write report.html and results.xlsx."""
    from rich.console import Console

    from equity.assessment import assess as run
    from equity.producers import read_producers

    with Console(stderr=True).status("assessing"):
        result = run(
            standard,
            trade=_read(trade, source, mirror, cif_margin, hs_revision) if trade else None,
            producers=None if producers is None else read_producers(producers),
            year=year,
            rules=rules,
            closure=closure,
            draws=draws,
            seed=seed,
        )
        page, book = out / "report.html", out / "results.xlsx"
        result.to_html(page)
        result.to_excel(book)
    typer.echo(result.summary())
    typer.echo(f"Written: {page} and {book}")


@app.command()
def check(
    file: Annotated[
        str, typer.Argument(help="A trade table, folder or pattern, or a standard's TOML file.")
    ],
    source: Annotated[str, typer.Option(help=SOURCES)] = "table",
    mirror: Annotated[str, typer.Option(help=MIRROR)] = "",
    cif_margin: Annotated[float, typer.Option(help=CIF_MARGIN)] = math.nan,
    hs_revision: Annotated[str, typer.Option(help=HS_REVISION)] = "",
    save: Annotated[
        Path | None, typer.Option(help="Keep the checked flows as parquet, for --trade.")
    ] = None,
) -> None:
    """Check a file: list everything that is wrong with it, or what became of its rows."""
    if file.endswith(".toml"):
        from equity.costs import check_items
        from equity.standards import load_standard

        found = load_standard(Path(file))
        check_items(found.costs)
        typer.echo(f"{file}: {found.name}, no problems.")
        return
    trade = _read(file, source, mirror, cif_margin, hs_revision)
    _table(trade.ledger, f"{file}: no problems")
    if save is not None:
        typer.echo(f"Written: {trade.save(save)}")


def _read(file: str, source: str, mirror: str, cif_margin: float, hs_revision: str) -> Any:
    from equity.trade import load_trade, read_trade
    from equity.trade.stored import is_stored

    if source == "table" and is_stored(Path(file)):
        return load_trade(file)
    return read_trade(
        file, source=cast(Any, source), mirror=cast(Any, mirror or None),
        cif_margin=None if math.isnan(cif_margin) else cif_margin,
        hs_revision=hs_revision or None,
    )  # fmt: skip


@data.command("list")
def data_list() -> None:
    """List the bundled tables, and the downloads that have a name."""
    from equity.datasets import list_datasets
    from equity.downloads import known_downloads

    _table(list_datasets()[["name", "title", "rows", "licence", "vintage"]], "Bundled tables")
    for name, entry in known_downloads().items():
        typer.echo(f"{name}: {entry['title']} ({entry['licence']})")


@data.command("path")
def data_path(name: Annotated[str, typer.Argument(help="Such as trade/agrifood.")]) -> None:
    """Say where a bundled table is."""
    from equity.datasets import path

    typer.echo(str(path(name)))


@data.command("build")
def data_build(
    raw: Annotated[Path, typer.Option(help="Folder of the raw tables, with data/ in it.")],
    tables: Annotated[
        list[str] | None, typer.Argument(help="Such as trade/agrifood; all when none is named.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write here; else replace the bundled.")] = None,
    check: Annotated[bool, typer.Option(help="Compare with the bundled; write nothing.")] = False,
) -> None:
    """Build bundled tables again from the raw ones."""
    from equity.datasets import build, folder

    build(tables or [], raw, out=out, check=check)
    typer.echo("As bundled." if check else f"Written to {out or folder()}.")


@data.command("fetch")
def data_fetch(
    name: Annotated[str, typer.Argument(help="Name of a download, or an address.")],
    out: Annotated[Path, typer.Option(help="Folder for the file and its hash.")] = Path("raw"),
    sha256: Annotated[str, typer.Option(help="What the hash must be.")] = "",
) -> None:
    """Download a raw table; nothing else in the library uses the network."""
    from rich.progress import Progress

    from equity.downloads import HASHES, fetch

    with Progress(transient=True) as bar:
        task = bar.add_task(name, total=None)
        file = fetch(
            name, out, sha256=sha256,
            progress=lambda done, size: bar.update(task, completed=done, total=size or None),
        )  # fmt: skip
    typer.echo(f"Written: {file}; its hash is in {file.with_name(HASHES)}.")


@app.command()
def evidence(
    contains: Annotated[str, typer.Argument(help="Word to look for; everything when empty.")] = "",
    contested: Annotated[bool, typer.Option(help="Only where studies disagree.")] = False,
    before: Annotated[int, typer.Option(help="Only data older than this year.")] = 0,
) -> None:
    """List figures from the literature with their citations."""
    from equity.evidence import literature, stale

    rows = stale(before) if before else literature()
    text = rows["id"]
    for column in ("standard", "product", "country", "quantity", "citation", "contested"):
        text = text + " " + rows[column]
    rows = rows[text.str.lower().str.contains(contains.lower(), regex=False)]
    if contested:
        rows = rows[rows["contested"] != ""].sort_values(["contested", "id"])
    for row in rows.to_dict("records"):
        numbers = [f"{row[name]:g}" for name in ("value", "low", "high") if row[name] == row[name]]
        amount = " / ".join(numbers) or "sign only"
        typer.secho(
            f"{row['id']}  {row['standard']}, {row['country']}: {row['quantity']}", bold=True
        )
        typer.echo(f"      {amount} {row['unit']} ({row['currency_year']}); {row['citation']}")
        if row["contested"]:
            typer.echo(f"      contested: {row['contested']}, study {row['study']}")
    typer.echo(f"{len(rows)} figures; where three numbers stand they are value, low and high.")


def _table(frame: Any, title: str) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(title), title_justify="left", title_style="bold")
    for column in frame.columns:
        table.add_column(escape(str(column).replace("_", " ")), overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(escape(_cell(value)) for value in row))
    Console().print(table)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:,.6g}"
    return str(value)
