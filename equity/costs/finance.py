"""Time value of money: capital recovery, present value, annual equivalent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from equity.errors import InputError, Problem

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "annual_equivalent", "annualise", "capital_recovery_factor", "check_discount_rate",
    "present_value",
]  # fmt: skip

Payment = Literal["start", "end"]


def check_discount_rate(discount_rate: float) -> float:
    """Refuse a rate outside 0 to 1.

    Parameters
    ----------
    discount_rate : float
        Real rate a year, as a fraction.

    Returns
    -------
    float
        The same rate.

    Raises
    ------
    InputError
        Negative, above one (5 for 5 %), or not a number.
    """
    if 0 <= discount_rate <= 1:
        return float(discount_rate)
    fix = "give a fraction from 0 to 1."
    if discount_rate > 1:
        fix = f"write {discount_rate / 100:g} for {discount_rate:g} %."
    raise InputError(Problem("discount_rate", f"{discount_rate} is not a rate a year.", fix))


def capital_recovery_factor(discount_rate: float, life: float) -> float:
    """Return the yearly payment at each year's end that repays one unit: ``r/(1-(1+r)^-n)``.

    Parameters
    ----------
    discount_rate : float
        r, a fraction a year; at 0 the factor is ``1/n``.
    life : float
        n, years.

    Returns
    -------
    float
        Per year.

    Raises
    ------
    InputError
        A rate outside 0 to 1, or a life that is not positive.

    Notes
    -----
    The ordinary annuity of any finance text; equals ``-pmt(r, n, 1)`` of a spreadsheet.
    """
    rate = check_discount_rate(discount_rate)
    if not 0 < life < np.inf:
        raise InputError(
            Problem("life", f"{life} years is no life.", "give a positive number of years.")
        )
    growth = life * np.log1p(rate)
    return float(rate / -np.expm1(-growth)) if growth > 0 else 1 / life


def annualise(
    due_once: npt.NDArray[np.float64],
    residual: npt.NDArray[np.float64] | float,
    *,
    discount_rate: float,
    life: float,
) -> npt.NDArray[np.float64]:
    """Spread an amount due once over its life: ``(I - S (1+r)^-n) r/(1-(1+r)^-n)``.

    Parameters
    ----------
    due_once : numpy.ndarray
        I, paid at the start.
    residual : numpy.ndarray or float
        S, got back at the end of the life.
    discount_rate : float
        r, a fraction a year.
    life : float
        n, years.

    Returns
    -------
    numpy.ndarray
        Per year, same shape and money as `due_once`.
    """
    factor = capital_recovery_factor(discount_rate, life)
    discounted = residual * (1 + discount_rate) ** -life
    yearly: npt.NDArray[np.float64] = factor * (due_once - discounted)
    return yearly


def present_value(
    amounts: npt.ArrayLike, *, discount_rate: float, payment: Payment = "start"
) -> float:
    """Return ``sum_t a_t (1+r)^-t``.

    Parameters
    ----------
    amounts : array_like
        Shape (years,); the amount of each year in order.
    discount_rate : float
        r, a fraction a year.
    payment : {"start", "end"}
        Whether the first amount falls now (t = 0) or a year from now (t = 1).

    Returns
    -------
    float
        In the money of `amounts`, now.
    """
    rate = check_discount_rate(discount_rate)
    flows = np.asarray(amounts, float)
    first = 0 if payment == "start" else 1
    return float(np.sum(flows * (1 + rate) ** -(first + np.arange(flows.size, dtype=float))))


def annual_equivalent(
    amounts: npt.ArrayLike, *, discount_rate: float, payment: Payment = "start"
) -> float:
    """Return the level yearly amount with the present value of a stream.

    Parameters
    ----------
    amounts : array_like
        Shape (years,).
    discount_rate : float
        r, a fraction a year.
    payment : {"start", "end"}
        When in the year the level amount falls.

    Returns
    -------
    float
        Per year.

    Raises
    ------
    InputError
        A stream without a year.

    Notes
    -----
    With ``payment="start"`` it is the equivalent annual net direct cost to business (EANDCB) of UK
    impact assessments, ``PV / sum_{t=0}^{n-1} (1+r)^-t``.
    """
    flows = np.asarray(amounts, float)
    if flows.size == 0:
        raise InputError(Problem("amounts", "no year is given.", "give one amount per year."))
    options: dict[str, Payment] = {"payment": payment}
    level = present_value(np.ones_like(flows), discount_rate=discount_rate, **options)
    return present_value(flows, discount_rate=discount_rate, **options) / level
