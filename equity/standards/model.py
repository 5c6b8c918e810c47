"""What a standard is: scope, obligation, requirements, costs, benefits, recognition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from equity.errors import unknown
from equity.evidence import Parameter
from equity.schema import ROLES, SIZE_CLASSES

__all__ = ["Benefit", "CostItem", "Recognition", "Requirement", "Scope", "Standard"]

ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
PREFIX = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$"
COUNTRY = r"^(local|[A-Z]{3})$"
Id = Annotated[str, Field(pattern=ID, max_length=60)]
Prefix = Annotated[str, Field(pattern=PREFIX)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Day = Annotated[date, Field(strict=True)]
Role = Literal[ROLES]  # type: ignore[valid-type]
Recipient = Literal[(*ROLES, "own")]  # type: ignore[valid-type]
SizeClass = Literal[SIZE_CLASSES]  # type: ignore[valid-type]


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
    start: Day
    end: Day | None = None
    producer_kind: Literal["farm", "enterprise"] = "farm"
    size_classes: Annotated[tuple[SizeClass, ...], Field(min_length=1)] = SIZE_CLASSES

    @model_validator(mode="after")
    def _in_order(self) -> Scope:
        problems = [
            *_repeated("product", self.products),
            *_repeated("market", self.markets),
            *_repeated("size class", self.size_classes),
        ]
        if self.end is not None and self.end < self.start:
            problems.append(f"ends {self.end}, before it starts {self.start}.")
        _refuse(problems)
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
    equivalence: Annotated[float, Field(ge=0, le=1, strict=True)] = 1.0


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
    life: Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)] | None = None
    payer: Role = "producer"
    recipient: Recipient = "own"
    recipient_country: Annotated[str, Field(pattern=COUNTRY)] = "local"
    applies_to: Annotated[tuple[SizeClass, ...], Field(min_length=1)] = SIZE_CLASSES
    note: str = ""
    parameters: dict[str, Parameter]

    @model_validator(mode="after")
    def _has_a_life(self) -> CostItem:
        problems = _repeated("size class", self.applies_to)
        if self.timing == "one_off" and self.life is None:
            problems.append("is due once but has no life. Fix: give it in years.")
        if self.timing == "recurring" and self.life is not None:
            problems.append(
                "is due every year, so its life means nothing. Fix: drop life, or set timing to "
                "one_off."
            )
        _refuse(problems)
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

    @property
    def counted(self) -> bool:
        """Whether it has a money value: harm avoided per weight, assurance as a share of price."""
        money = "/" in self.parameter.unit
        willing = self.kind == "assurance" and self.parameter.unit == "share"
        return money or willing or self.kind not in ("harm_avoided", "assurance")


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
        problems = [
            *_repeated("requirement", [r.id for r in self.requirements]),
            *_repeated("cost", [item.id for item in self.costs]),
            *_repeated("benefit", [benefit.id for benefit in self.benefits]),
            *_repeated("recognition of", [other.standard for other in self.recognition]),
        ]
        known = [requirement.id for requirement in self.requirements]
        for item in self.costs:
            problems += _lost(f"cost {item.id} belongs to", item.requirement, known)
        for other in self.recognition:
            if other.standard == self.id:
                problems.append("recognises itself. Fix: name another standard.")
            for name in other.requirements:
                problems += _lost(f"recognition of {other.standard} names", name, known)
        if self.obligation == "voluntary" and self.demand_share is None:
            problems.append("is voluntary but has no demand_share. Fix: add the share of demand.")
        if self.obligation == "mandatory" and self.demand_share is not None:
            problems.append(
                "is mandatory, so it has no demand_share: all demand asks for it. Fix: drop it."
            )
        if self.demand_share is not None and self.demand_share.unit != "share":
            problems.append(
                f"counts its demand_share in {self.demand_share.unit}. Fix: give a share."
            )
        _refuse(problems)
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


def _repeated(kind: str, ids: Sequence[str]) -> list[str]:
    twice = sorted({name for name in ids if ids.count(name) > 1})
    return [f"{kind} {name!r} occurs more than once. Fix: keep one." for name in twice]


def _lost(what: str, name: str, known: list[str]) -> list[str]:
    if name in known:
        return []
    found = unknown("requirement", name, known)
    return [f"{what} no requirement {name!r}. Fix: {found.fix}"]


def _refuse(problems: list[str]) -> None:
    """Hand every problem to pydantic, one a line."""
    if problems:
        raise ValueError("\n".join(problems))
