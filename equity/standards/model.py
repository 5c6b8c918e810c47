"""What a standard is: scope, obligation, requirements, costs, benefits, recognition."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from equity.evidence import Parameter
from equity.schema import ROLES, SIZE_CLASSES

__all__ = ["Benefit", "CostItem", "Recognition", "Requirement", "Scope", "Standard"]

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Prefix = Annotated[str, Field(pattern=r"^(\d{2}|\d{4}|\d{6})$")]
Text = Annotated[str, Field(min_length=1)]
Role = Literal[ROLES]  # type: ignore[valid-type]
SizeClass = Literal[SIZE_CLASSES]  # type: ignore[valid-type]
COUNTRY = re.compile(r"^(local|[A-Z]{3})$")


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Scope(_Frozen):
    """What the standard is about.

    Parameters
    ----------
    products : tuple of str
        HS prefixes of two, four or six digits.
    hs_revision : str
        Revision that the prefixes are written in.
    markets : tuple of str
        ISO3 codes or groups such as EU.
    start, end : date
        In force from and, when it has ended, to.
    producer_kind : {"farm", "enterprise"}
        Which structure its producers are built from.
    size_classes : tuple of str
        Who may take part; all when not given.
    """

    products: Annotated[tuple[Prefix, ...], Field(min_length=1)]
    hs_revision: Literal["HS92", "HS96", "HS02", "HS07", "HS12", "HS17", "HS22"]
    markets: Annotated[tuple[Text, ...], Field(min_length=1)]
    start: date
    end: date | None = None
    producer_kind: Literal["farm", "enterprise"] = "farm"
    size_classes: Annotated[tuple[SizeClass, ...], Field(min_length=1)] = SIZE_CLASSES

    @model_validator(mode="after")
    def _in_order(self) -> Scope:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"ends {self.end}, before it starts {self.start}.")
        return self


class Requirement(_Frozen):
    """One thing that a producer has to do.

    Parameters
    ----------
    id : str
        Unique in the standard; the same id in another standard means the same requirement.
    title : str
        In words.
    equivalence : float
        Part of it that is met by meeting the requirement of the same id elsewhere, 0 to 1.
    """

    id: Id
    title: Text
    equivalence: Annotated[float, Field(ge=0, le=1)] = 1.0


class CostItem(_Frozen):
    """One cost of meeting a requirement.

    Parameters
    ----------
    id, requirement : str
        Its id, and the requirement that it belongs to.
    model : str
        Name of the cost model.
    behaviour : {"fixed", "variable"}
        A hurdle to taking part, or a wedge in the price.
    timing : {"one_off", "recurring"}
        Once per life, or every year.
    life : float or None
        Years between two payments of a one-off cost.
    payer, recipient : str
        Roles; recipient ``own`` is the producer's own time and inputs.
    recipient_country : str
        ``local`` or ISO3.
    applies_to : tuple of str
        Size classes that bear it.
    note : str
        For a reader.
    parameters : dict of str to Parameter
        By the names of the cost model.
    """

    id: Id
    requirement: Id
    model: Text
    behaviour: Literal["fixed", "variable"]
    timing: Literal["one_off", "recurring"]
    life: Annotated[float | None, Field(gt=0)] = None
    payer: Role = "producer"
    recipient: Role | Literal["own"] = "own"
    recipient_country: Annotated[str, Field(pattern=COUNTRY.pattern)] = "local"
    applies_to: Annotated[tuple[SizeClass, ...], Field(min_length=1)] = SIZE_CLASSES
    note: str = ""
    parameters: dict[str, Parameter]

    @model_validator(mode="after")
    def _has_a_life(self) -> CostItem:
        if self.timing == "one_off" and self.life is None:
            raise ValueError("is due once but has no life; give it in years.")
        return self


class Benefit(_Frozen):
    """One thing that the standard brings.

    Parameters
    ----------
    id : str
        Unique in the standard.
    kind : str
        premium, price_floor, yield, rejections_avoided, input_saving, harm_avoided or assurance.
    role : str
        Who gains.
    parameter : Parameter
        How much: a share of the price, or money per weight.
    exporters : tuple of str
        ISO3 codes it is limited to; empty for all.
    note : str
        For a reader.
    """

    id: Id
    kind: Literal[
        "premium", "price_floor", "yield", "rejections_avoided", "input_saving", "harm_avoided",
        "assurance",
    ]  # fmt: skip
    role: Role
    parameter: Parameter
    exporters: tuple[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], ...] = ()
    note: str = ""


class Recognition(_Frozen):
    """Another standard whose audit or certificate is accepted.

    Parameters
    ----------
    standard : str
        Id of the other standard.
    requirements : tuple of str
        Requirements of this one that it meets.
    """

    standard: Id
    requirements: tuple[Id, ...]


class Standard(_Frozen):
    """A standard as data; equal files give equal objects.

    Parameters
    ----------
    id, name : str
        Short id and full name.
    kind : str
        labelling, certification, supply_chain_rule or regulation.
    obligation : {"mandatory", "voluntary"}
        Whether the market may be served without it.
    setter, summary : str
        Who makes it, and what it asks, in a sentence or two.
    scope : Scope
        Products, markets and dates.
    demand_share : Parameter or None
        Share of the markets' demand that asks for a voluntary standard.
    requirements, costs, benefits, recognition : tuple
        What it asks, costs and brings, and what it accepts.
    parameters : dict of str to Parameter
        Values that replace the model's defaults.
    evidence_note : str
        Said at the top when there is no readable cost evidence.
    """

    id: Id
    name: Text
    kind: Literal["labelling", "certification", "supply_chain_rule", "regulation"]
    obligation: Literal["mandatory", "voluntary"]
    setter: Text
    summary: Text
    scope: Scope
    demand_share: Parameter | None = None
    requirements: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    costs: tuple[CostItem, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    recognition: tuple[Recognition, ...] = ()
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    evidence_note: str = ""

    @model_validator(mode="after")
    def _hangs_together(self) -> Standard:
        problems = [*_repeated("requirement", [r.id for r in self.requirements])]
        problems += _repeated("cost", [item.id for item in self.costs])
        problems += _repeated("benefit", [benefit.id for benefit in self.benefits])
        known = {requirement.id for requirement in self.requirements}
        for item in self.costs:
            if item.requirement not in known:
                problems.append(f"cost {item.id} belongs to no requirement {item.requirement!r}.")
        for other in self.recognition:
            if other.standard == self.id:
                problems.append("recognises itself.")
            problems += [
                f"recognition of {other.standard} names no requirement {name!r}."
                for name in other.requirements
                if name not in known
            ]
        if self.obligation == "voluntary" and self.demand_share is None:
            problems.append("is voluntary but has no demand_share.")
        if self.obligation == "mandatory" and self.demand_share is not None:
            problems.append("is mandatory, so it has no demand_share: all demand asks for it.")
        if problems:
            raise ValueError(" ".join(problems))
        return self

    def describe(self) -> dict[str, Any]:
        """Return the standard as tables for a reader.

        Returns
        -------
        dict of str to pandas.DataFrame
            requirements, costs, benefits, numbers and status.
        """
        from equity.standards.description import describe

        return describe(self)


def _repeated(kind: str, ids: list[str]) -> list[str]:
    twice = sorted({name for name in ids if ids.count(name) > 1})
    return [f"{kind} {name!r} occurs more than once." for name in twice]
