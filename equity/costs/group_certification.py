"""Certification alone, as a member of a group, or under the exporter's certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np

from equity.costs.contract import CostModel
from equity.errors import InputError, Problem, unknown

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from equity.costs.contract import Column

__all__ = ["GroupCertification"]

_HOLDERS = ("individual", "group", "exporter")


@dataclass(frozen=True, kw_only=True)
class GroupCertification(CostModel):
    """Own cost, a share of the internal control system and of the audits of a sample of members.

    ``own_cost + (internal_control_cost + audit_fee sqrt(n)) / n``; alone:
    ``own_cost + audit_fee``.

    Parameters
    ----------
    own_cost : float
        Each member's own cost a year.
    internal_control_cost : float
        Cost of the group's internal control system a year.
    audit_fee : float
        Fee of the external audit of one member.
    members : float or None
        n, members of the group; None takes the column ``members``.
    holder : {"group", "individual", "exporter"}
        Who holds the certificate. Under the exporter's the sum is the same and the exporter, a
        trader, pays it.

    Raises
    ------
    InputError
        An unknown holder or a group of less than one.

    Notes
    -----
    Producer groups of GLOBALG.A.P. General Regulations (Option 2): the certifier inspects at least
    the square root of the number of producers. The sample is not rounded to whole audits, because
    a mean group size is no whole number either.
    """

    behaviour = "fixed"
    recipient = "certifier"
    own_cost: Annotated[float, "USD_2023/member"] = 0.0
    internal_control_cost: Annotated[float, "USD_2023/group"] = 0.0
    audit_fee: Annotated[float, "USD_2023/audit"] = 0.0
    members: Annotated[float | None, "member/group"] = None
    holder: Literal["group", "individual", "exporter"] = "group"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.holder not in _HOLDERS:
            raise InputError(unknown("holder", self.holder, _HOLDERS, "GroupCertification.holder"))
        if self.members is not None and self.members < 1:
            raise InputError(
                Problem(
                    "GroupCertification.members",
                    f"{self.members:g} is less than one.",
                    "give the number of members of a group.",
                )
            )

    def columns_needed(self) -> tuple[str, ...]:
        """Return ``members`` when the group size is not a parameter.

        Returns
        -------
        tuple of str
            Names of columns of the producers table.
        """
        return () if self.holder == "individual" or self.members is not None else ("members",)

    def paid_by(self) -> str:
        """Return the trader for a certificate that the exporter holds.

        Returns
        -------
        str
            A role.
        """
        return "trader" if self.holder == "exporter" else self.payer

    def annual_cost(self, producers: pd.DataFrame) -> Column:
        """Return the cost per member.

        Parameters
        ----------
        producers : pandas.DataFrame
            One row per cell.

        Returns
        -------
        numpy.ndarray
            Shape (rows,), USD/year per producer.
        """
        if self.holder == "individual":
            return np.full(len(producers), self.own_cost + self.audit_fee)
        if self.members is not None:
            members = np.full(len(producers), self.members)
        else:
            members = producers["members"].to_numpy(float)
            _check_members(members)
        shared = self.internal_control_cost + self.audit_fee * np.sqrt(members)
        cost: npt.NDArray[np.float64] = self.own_cost + shared / members
        return cost


def _check_members(members: npt.NDArray[np.float64]) -> None:
    small = members < 1
    if small.any():
        row = int(np.argmax(small))
        raise InputError(
            Problem(
                f"producers table, column members, row {row + 1}",
                f"{members[row]:g} is less than one.",
                "give the number of members of the producer's group; 1 for one who is alone.",
            )
        )
