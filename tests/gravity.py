"""A world that structural gravity fits exactly, gegravity's answer to it, and the step it takes."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

SIGMA, YEAR, REFERENCE = 5, "2006", "C000"
DISTANCE, AGREEMENT = -1.0, 0.4
STEPS, CLOSE = 10_000, 1e-14


def world(size: int) -> pd.DataFrame:
    """Flows with distance and an agreement, output and spending, one row a pair."""
    rng = np.random.default_rng(0)
    names = [f"C{n:03d}" for n in range(size)]
    place = rng.random((size, 2))
    distance = np.log1p(10 * np.hypot(*(place[:, None] - place[None]).T)).T
    agreement = (rng.random((size, size)) < 0.2).astype(float)
    np.fill_diagonal(agreement, 0.0)
    weight = rng.lognormal(0, 1, size)
    trade = weight[:, None] * np.exp(DISTANCE * distance + AGREEMENT * agreement) * weight[None]
    i, j = np.divmod(np.arange(size * size), size)
    return pd.DataFrame(
        {
            "exporter": np.array(names)[i],
            "importer": np.array(names)[j],
            "year": YEAR,
            "trade": trade.ravel(),
            "distance": distance.ravel(),
            "agreement": agreement.ravel(),
            "output": trade.sum(1)[i],
            "spending": trade.sum(0)[j],
        }
    )


def agreed(data: pd.DataFrame) -> pd.DataFrame:
    """The same world where the first two countries trade freely."""
    pair = {"C000", "C001"}
    both = data["exporter"].isin(pair) & data["importer"].isin(pair)
    abroad = data["exporter"] != data["importer"]
    return data.assign(agreement=data["agreement"].where(~(both & abroad), 1.0))


def wide(data: pd.DataFrame, column: str) -> pd.DataFrame:
    """One column as exporter x importer."""
    return data.pivot(index="exporter", columns="importer", values=column)


def effect(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Log change of trade at given prices."""
    return AGREEMENT * (wide(after, "agreement") - wide(before, "agreement"))


def one_sector(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Country results of gegravity's OneSectorGE."""
    import gegravity

    known = gegravity.CostCoeffs(
        pd.DataFrame({"name": ["distance", "agreement"], "value": [DISTANCE, AGREEMENT]}),
        identifier_col="name",
        coeff_col="value",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = gegravity.OneSectorGE(
            baseline=gegravity.BaselineData(
                before, trade_var_name="trade", expend_var_name="spending", output_var_name="output"
            ),
            year=YEAR,
            reference_importer=REFERENCE,
            sigma=SIGMA,
            cost_variables=["distance", "agreement"],
            cost_coeff_values=known,
            quiet=True,
        )
        model.build_baseline()
        model.define_experiment(after)
        model.simulate()
    return model.country_results


def one_step(flows: pd.DataFrame, shift: pd.DataFrame) -> pd.DataFrame:
    """The step of gegravity: flows at new costs that still add up to the old output and spending.

    The factors that balance them are the changes of the multilateral resistances; the exporter's
    gives its price in one step, and nothing goes back from prices to output.
    """
    moved = (flows * np.exp(shift)).to_numpy()
    made, spent = flows.sum(axis=1).to_numpy(), flows.sum(axis=0).to_numpy()
    column = np.ones(len(flows))
    for _ in range(STEPS):
        row = made / (moved @ column)
        again = spent / (row @ moved)
        done = np.abs(again / column - 1).max() < CLOSE
        column = again
        if done:
            break
    scale = column[flows.columns.get_loc(REFERENCE)]
    price = (row * scale) ** (1 / (1 - SIGMA))
    index = (column / scale) ** (1 / (SIGMA - 1))
    return pd.DataFrame({"price": price, "index": index}, flows.index)
