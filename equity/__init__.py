"""Who pays for a standard, who gains from it, and who may lose access to the market.

>>> import equity as eq
>>> result = eq.assess("globalgap")
>>> result.by("income_group", "size_class")  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equity.assessment import Assessment, assess
    from equity.costs import CostModel
    from equity.datasets import list_datasets, load_dataset
    from equity.errors import EquityError, InputError
    from equity.evidence import Parameter
    from equity.standards import Standard, list_standards, load_standard
    from equity.trade import Trade, read_trade

__version__ = "0.1.0"

# Nothing is imported before its name is used.
_HOME = {
    "Assessment": "equity.assessment",
    "CostModel": "equity.costs",
    "EquityError": "equity.errors",
    "InputError": "equity.errors",
    "Parameter": "equity.evidence",
    "Standard": "equity.standards",
    "Trade": "equity.trade",
    "assess": "equity.assessment",
    "list_datasets": "equity.datasets",
    "list_standards": "equity.standards",
    "load_dataset": "equity.datasets",
    "load_standard": "equity.standards",
    "read_trade": "equity.trade",
}

__all__ = [
    "Assessment",
    "CostModel",
    "EquityError",
    "InputError",
    "Parameter",
    "Standard",
    "Trade",
    "assess",
    "list_datasets",
    "list_standards",
    "load_dataset",
    "load_standard",
    "read_trade",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        return import_module(f"equity.{name}")
    raise AttributeError(f"module 'equity' has no attribute {name!r}")


_MODULES = ("costs", "distribution", "market", "policy", "prices", "trade", "units")


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES, "__version__"])
