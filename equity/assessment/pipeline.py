"""A standard becomes a cost, the cost a choice, the choices gains and losses, and these a flag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity import countries, datasets, products, risk
from equity.assessment.accounts import check_identities, flows_table, payments_table, response
from equity.assessment.balance import balance
from equity.assessment.cells import build_cells, model_parameters
from equity.assessment.evenness import burdens, evenness
from equity.assessment.exemption import Exemption, Outlay, exempted, outlay_entries
from equity.assessment.gains import incidence_table
from equity.assessment.headline import at_stake, group_ranges, headline
from equity.assessment.inputs import bundled_trade, choose_year, market_flows, unit_values
from equity.assessment.levers import Terms, cost_levers, producer_levers
from equity.assessment.measured import raise_flags
from equity.assessment.points import producer_points
from equity.assessment.provenance import assumptions, facts, ledger, limits
from equity.assessment.record import Assessment
from equity.assessment.simulation import measures
from equity.assessment.solution import CLOSURES, solve
from equity.assessment.spread import drawn_incidence
from equity.distribution import transfers
from equity.errors import InputError, Problem, unknown
from equity.producers import Synthesis, check_producers, scaled_to_trade, sold_in_part, synthesise
from equity.standards import Standard, load_standard
from equity.trade import Trade, exposure, read_trade
from equity.uncertainty import importance

if TYPE_CHECKING:
    from equity.costs import CostModel, LocalConditions
    from equity.evidence import Parameter

__all__ = ["assess"]

CHAIN = ["exporter", "product"]
# A closure of whole economies, not of a product's market.
NATIONAL = "exact_hat"
DRAWS = 500
SHOWN = 10
ORIGIN = {True: "synthesised from farm or firm structure", False: "given by the caller"}


def assess(
    standard: Standard | str | Path,
    trade: Trade | pd.DataFrame | None = None,
    producers: pd.DataFrame | None = None,
    *,
    year: int | None = None,
    income_year: int | None = None,
    models: Sequence[CostModel] = (),
    local: LocalConditions | None = None,
    parameters: Mapping[str, float] | None = None,
    choices: Mapping[str, str] | None = None,
    rules: str | Path | None = None,
    closure: str = "fixed",
    exemptions: Sequence[Exemption] = (),
    outlays: Sequence[Outlay] = (),
    draws: int = DRAWS,
    seed: int = 0,
) -> Assessment:
    """Estimate what a standard costs and brings, to whom, and who may lose access to the market.

    Parameters
    ----------
    standard : Standard, str or Path
        A standard, the id of a bundled one, or the path of a TOML file.
    trade : Trade or pandas.DataFrame, optional
        Canonical trade table; bundled data with the standard's products when not given.
    producers : pandas.DataFrame, optional
        Canonical producers table; synthesised from farm or firm structure when not given.
    year : int, optional
        Year of the trade to assess; needed when the table holds several.
    income_year : int, optional
        Year of the income groups; the year of the trade when not given.
    models : sequence of CostModel, optional
        Further cost models, added to the standard's own items.
    local : LocalConditions, optional
        Price levels, absent certifiers, governance and adapted requirements; off when not given.
    parameters : mapping of str to float, optional
        Values for switching_loss, supply_elasticity, certifier_margin, compliant_share,
        share_sold, smallest_trade, discount_rate.
    choices : mapping of str to str, optional
        Which study to follow on a contested smallholder share, by ``exporter/product``, such as
        ``{"KEN/070820": "dolan-sutherland-2002"}``.
    rules : str or Path, optional
        A rule table for the flags; the bundled one when not given.
    closure : {"fixed", "equilibrium", "gsim", "smart"}
        How prices react: not at all, until every market clears, or as GSIM or SMART have it;
        producers choose by size under each.
    exemptions : sequence of Exemption, optional
        Producers who keep the market at no cost.
    outlays : sequence of Outlay, optional
        Money spent on the standard outside its own bills.
    draws : int, optional
        Number of draws behind the ranges.
    seed : int, optional
        Seed of the draws.

    Returns
    -------
    Assessment
        Tables, headline with ranges, flags, checks, assumptions and limits.

    Raises
    ------
    InputError
        Anything in the inputs that cannot be used, with its place and a fix.
    IdentityError
        When the accounts of the run do not add up.

    Examples
    --------
    >>> import equity as eq
    >>> result = eq.assess("eu-aflatoxin")
    >>> result.by("income_group", "size_class")  # doctest: +SKIP
    """
    _check_arguments(closure, draws)
    standard = standard if isinstance(standard, Standard) else load_standard(standard)
    numbers = model_parameters(standard, parameters)
    rule_table = risk.load_rules(rules)

    source = _trade(trade, standard)
    chosen = choose_year(source.table, year)
    flows, set_aside = market_flows(standard, source.table, chosen)
    exposed = exposure(flows)
    priced = unit_values(flows)

    cells_of = _producers(producers, standard, exposed, priced, chosen, choices, numbers)
    made = sold_in_part(cells_of.table, numbers["share_sold"].value)
    made = exempted(made, exemptions, prices_move=closure != "fixed")
    terms = Terms(
        price_year=chosen, discount_rate=numbers["discount_rate"], local=local,
        year=max(chosen, standard.scope.start.year),
    )  # fmt: skip
    log: list[Any] = []
    costs = terms.costs(standard.costs, made, models=models, log=log)
    cells, levers = build_cells(
        standard, exposure=exposed, producers=made, costs=costs, unit_values=priced,
        parameters=numbers, price_year=chosen, log=log,
        outlay=sum(outlay.amount for outlay in outlays),
    )  # fmt: skip
    levers += cost_levers(standard, made, costs, terms)
    levers += producer_levers(standard, cells_of, costs, terms)
    names = _names(exposed)
    solved = solve(standard, cells, levers, flows, numbers, closure=closure, draws=draws, seed=seed)
    central, drawn = solved.central, solved.drawn
    spread = pd.DataFrame(measures(drawn))
    income = income_year if income_year is not None else chosen
    paid = payments_table(central)
    after = flows_table(central, flows, solved.flows)
    group = _income_groups(flows, paid, income)
    extra = [*solved.entries, *outlay_entries(outlays, flows)]
    incidence = incidence_table(central, paid, flows, group, extra)
    cost_table = costs.table()
    checks = check_identities(
        central, flows=flows, flows_after=after, costs=cost_table, payments=paid,
        incidence=incidence, ledger=set_aside, other_sales=solved.other_sales,
    )  # fmt: skip
    flags = raise_flags(
        rule_table, central, drawn, chains=_chains(exposed, chosen), names=names,
        known=(made["status"] != "assumption").to_numpy(), least=numbers["smallest_trade"].value,
    )  # fmt: skip
    cell_group = group.reindex(cells.key["exporter"]).to_numpy(str)
    known = facts(
        standard, source, year=chosen, income_year=income, closure=closure, draws=draws, seed=seed,
        structure=ORIGIN[producers is None], at_stake=at_stake(exposed, names),
    )  # fmt: skip
    stated = limits(
        standard, made, numbers, year=chosen, closure=closure, left_out=solved.left_out
    )  # fmt: skip
    return Assessment(
        standard=standard,
        facts=known,
        exposure=exposed,
        producers=made,
        costs=cost_table,
        response=response(central),
        incidence=incidence,
        flows=after,
        flags=flags,
        payments=paid,
        transfers=transfers(paid, flows, group),
        balance=balance(central, standard.benefits),
        evenness=evenness(central, cell_group),
        burdens=burdens(central, drawn, cell_group),
        points=producer_points(central),
        headline=headline(central, drawn),
        groups=group_ranges(central, drawn, cell_group),
        importance=importance(solved.values, spread["all_producers_net"]),
        checks=checks,
        assumptions=assumptions(standard, solved.numbers, cells_of.parameters),
        ledger=ledger(source, set_aside, cells_of.steps, priced, log),
        rules=risk.rules_table(rule_table),
        income_groups=group,
        beside=solved.beside,
        limits=stated,
        drawn=spread,
        drawn_incidence=drawn_incidence(drawn, flows, group, solved.drawn_entries, outlays),
    )


def _check_arguments(closure: str, draws: int) -> None:
    problems = []
    if closure == NATIONAL:
        text = f"{NATIONAL!r} needs sales at home and one wage for a whole country."
        fix = f"call equity.market.{NATIONAL} with a table that has them."
        problems.append(Problem("closure", text, fix))
    elif closure not in CLOSURES:
        problems.append(unknown("closure", closure, CLOSURES, "closure"))
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 1:
        problems.append(Problem("draws", f"{draws!r} is no number of draws.", "give 1 or more."))
    if problems:
        raise InputError(problems)


def _trade(trade: Trade | pd.DataFrame | None, standard: Standard) -> Trade:
    if trade is None:
        return bundled_trade(standard)
    read = trade if isinstance(trade, Trade) else read_trade(trade)
    # Of a file that may be larger than memory only the standard's products are taken in.
    asked = read.select(standard.scope.products)
    return asked if len(asked.table) else read


def _income_groups(flows: pd.DataFrame, payments: pd.DataFrame, year: int) -> pd.Series[Any]:
    codes = {*flows["exporter"], *flows["importer"], *payments["recipient_country"]}
    listed = pd.Series(sorted(codes), dtype="str")
    return pd.Series(countries.income_group(listed, year).to_numpy(), index=listed.to_numpy())


def _names(exposed: pd.DataFrame) -> pd.DataFrame:
    return exposed[CHAIN].assign(
        exporter_name=countries.names(exposed["exporter"]).to_numpy(),
        product_name=products.names(exposed["product"]).to_numpy(),
    )


def _chains(exposed: pd.DataFrame, year: int) -> pd.DataFrame:
    columns = [*CHAIN, "regulated_value", "market_share", "destination_concentration"]
    held = exposed.loc[exposed["regulated_value"] > 0, columns].reset_index(drop=True)
    governance = datasets.load_dataset("countries/governance")
    law = governance.loc[governance["year"] == year, ["iso3", "rule_of_law"]]
    return held.merge(
        law.rename(columns={"iso3": "exporter"}), on="exporter", how="left", validate="many_to_one"
    )


def _producers(
    producers: pd.DataFrame | None,
    standard: Standard,
    exposed: pd.DataFrame,
    priced: pd.DataFrame,
    year: int,
    choices: Mapping[str, str] | None,
    numbers: Mapping[str, Parameter],
) -> Synthesis:
    if producers is None:
        return synthesise(
            exposed, priced, year=year, producer_kind=standard.scope.producer_kind,
            size_classes=standard.scope.size_classes, choices=choices,
            compliant_share=numbers["compliant_share"].value,
        )  # fmt: skip
    given = check_producers(producers)
    wanted = pd.MultiIndex.from_frame(exposed.loc[exposed["regulated_value"] > 0, CHAIN])
    found = pd.MultiIndex.from_frame(given[CHAIN])
    missing = wanted.difference(found.unique())
    if len(missing):
        shown = "; ".join(", ".join(pair) for pair in missing[:SHOWN])
        problem = f"no rows for {len(missing)} exporters and products: {shown}."
        raise InputError(Problem("producers table", problem, "add them, or leave producers out."))
    kept = given[found.isin(wanted)].reset_index(drop=True)
    steps = pd.DataFrame(
        [("rows without regulated exports, left out", float(len(given) - len(kept)), "")],
        columns=["step", "value", "note"],
    )  # fmt: skip
    return Synthesis(table=scaled_to_trade(kept, exposed), steps=steps, parameters=(), moves=())
