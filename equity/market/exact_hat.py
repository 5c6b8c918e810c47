"""One-sector structural gravity solved in changes (Dekle, Eaton & Kortum 2008)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from equity.errors import ConvergenceError, InputError, Problem
from equity.market.arguments import number_of, one_of
from equity.market.matrices import labels, square

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ExactHat", "exact_hat"]

Floats = NDArray[np.float64]
Deficits = Literal["additive", "multiplicative"]

_NEWTON_STEPS = 100
_HALVINGS = 30
_DECREASE = 1e-4


@dataclass(frozen=True, eq=False)
class ExactHat:
    """Result of `exact_hat`; ratios after over before.

    Parameters
    ----------
    welfare : pandas.Series
        By country: real expenditure.
    wages : pandas.Series
        By country; world output is the numeraire.
    price_index : pandas.Series
        By country.
    flows : pandas.DataFrame
        exporter x importer, after the change.
    iterations : int
        Newton steps.
    residual : float
        Largest difference between output and sales, over world output.
    """

    welfare: pd.Series[float]
    wages: pd.Series[float]
    price_index: pd.Series[float]
    flows: pd.DataFrame
    iterations: int
    residual: float


def exact_hat(
    flows: pd.DataFrame,
    partial_effect: pd.DataFrame | float,
    *,
    trade_elasticity: float,
    deficits: Deficits = "additive",
    tolerance: float = 1e-12,
) -> ExactHat:
    """Solve the general equilibrium of one-sector gravity for a change of trade costs.

    With shares ``pi_ij = X_ij / E_j`` and ``b_ij = exp(partial_effect_ij)``:
    ``P_j^-theta = sum_i pi_ij b_ij w_i^-theta``,
    ``w_i Y_i = sum_j pi_ij b_ij w_i^-theta P_j^theta E'_j``,
    ``E'_j = w_j Y_j + D_j`` (additive deficits) or ``w_j E_j`` (multiplicative, scaled so that the
    world's output stays its expenditure), and welfare ``E'_j / (E_j P_j)`` (Baier, Yotov & Zylkin
    2019). World output is held at its baseline.

    Parameters
    ----------
    flows : pandas.DataFrame
        Square exporter x importer values with domestic sales on the diagonal.
    partial_effect : pandas.DataFrame or float
        Log change of trade at given prices; 0 for none.
    trade_elasticity : float
        theta > 0 (sigma - 1 in Armington form).
    deficits : {"additive", "multiplicative"}
        Whether trade deficits keep their amount or their share of output.
    tolerance : float
        Largest excess demand over world output.

    Returns
    -------
    ExactHat
        Welfare, wages, price_index and flows.

    Raises
    ------
    InputError
        Tables that are not square or do not share labels, countries that produce or buy nothing.
    ConvergenceError
        When no wages are found that clear all markets.
    """
    value = _checked(flows, trade_elasticity, deficits, tolerance)
    shift = np.exp(square(partial_effect, flows, "partial_effect"))
    made, spent = value.sum(axis=1), value.sum(axis=0)
    world = made.sum()
    model = _Model(value / spent * shift, made / world, spent / world, trade_elasticity, deficits)
    logs, iterations, residual = _newton(model, tolerance)
    return _record(flows, model, logs, world, iterations, residual)


@dataclass(frozen=True)
class _Model:
    """Shares at new trade costs and old wages, output and spending over world output."""

    pull: Floats
    made: Floats
    spent: Floats
    theta: float
    deficits: Deficits

    def state(self, logs: Floats) -> tuple[Floats, Floats, Floats]:
        """Return new shares by exporter and importer, spending and price indices at log wages."""
        bids = self.pull * np.exp(-self.theta * logs)[:, None]
        total = bids.sum(axis=0)
        wage = np.exp(logs)
        if self.deficits == "additive":
            spending = wage * self.made + (self.spent - self.made)
        else:
            scale = (wage * self.made).sum() / (wage * self.spent).sum()
            spending = scale * wage * self.spent
        return bids / total, spending, total ** (-1 / self.theta)

    def excess(self, logs: Floats) -> Floats:
        """Demand less output of every country."""
        shares, spending, _ = self.state(logs)
        return np.asarray(shares @ spending - np.exp(logs) * self.made, dtype=float)

    def slopes(self, logs: Floats) -> Floats:
        """Return the derivative of `excess` in log wages."""
        shares, spending, _ = self.state(logs)
        wage = np.exp(logs)
        sold = shares * spending
        through = self.theta * (sold @ shares.T)
        if self.deficits == "additive":
            income = shares * (wage * self.made)
        else:
            output, weight = wage * self.made, wage * self.spent
            moved = output / output.sum() - weight / weight.sum()
            income = sold + (shares @ spending)[:, None] * moved
        own = np.diag(self.theta * sold.sum(axis=1) + wage * self.made)
        return np.asarray(through + income - own, dtype=float)


def _newton(model: _Model, tolerance: float) -> tuple[Floats, int, float]:
    """Log wages with world output fixed; one market is dropped by Walras' law."""
    logs = np.zeros(len(model.made))
    gap = _system(model, logs)
    for step in range(_NEWTON_STEPS):
        size = float(np.abs(gap).max())
        if size <= tolerance:
            return logs, step, size
        slopes = model.slopes(logs)
        slopes[-1] = np.exp(logs) * model.made
        move = np.linalg.solve(slopes, -gap)
        length = 1.0
        for _ in range(_HALVINGS):
            trial = logs + length * move
            there = _system(model, trial)
            if np.abs(there).max() <= (1 - _DECREASE * length) * size:
                break
            length /= 2
        logs, gap = trial, there
    worst = int(np.argmax(np.abs(gap)))
    raise ConvergenceError(
        f"No wages found that clear every market: country {worst + 1} misses by "
        f"{np.abs(gap[worst]):.1e} of world output. Fix: check flows and partial_effect."
    )


def _system(model: _Model, logs: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        gap = model.excess(logs)
        gap[-1] = (np.exp(logs) * model.made).sum() - 1
    return np.where(np.isfinite(gap), gap, np.inf)


def _checked(
    flows: pd.DataFrame, trade_elasticity: float, deficits: str, tolerance: float
) -> Floats:
    one_of("treatment of deficits", deficits, get_args(Deficits), "deficits")
    number_of("trade_elasticity", trade_elasticity, "give theta > 0.", low=0.0, strict=True)
    number_of("tolerance", tolerance, "give a small positive number.", low=0.0, strict=True)
    rows, columns = labels(flows)
    if len(rows) != len(columns) or len(rows.symmetric_difference(columns)):
        raise InputError(
            Problem("flows", "exporters and importers differ.", "give a square table.")
        )
    value = square(flows.loc[:, rows], flows.loc[:, rows], "flows", low=0.0)
    for total, what in ((value.sum(axis=1), "sells"), (value.sum(axis=0), "buys")):
        if (total <= 0).any():
            name = rows[int(np.argmax(total <= 0))]
            raise InputError(
                Problem(f"flows, {name}", f"{what} nothing.", "leave the country out.")
            )
    return value


def _record(
    flows: pd.DataFrame,
    model: _Model,
    logs: Floats,
    world: float,
    iterations: int,
    residual: float,
) -> ExactHat:
    import pandas as pd

    shares, spending, index = model.state(logs)
    names = flows.index
    table = pd.DataFrame(shares * spending * world, names, names)
    return ExactHat(
        welfare=pd.Series(spending / model.spent / index, names),
        wages=pd.Series(np.exp(logs), names),
        price_index=pd.Series(index, names),
        flows=table.loc[:, flows.columns],
        iterations=iterations,
        residual=residual,
    )
