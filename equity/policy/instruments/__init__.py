"""What can be done about a standard: frozen records that compose."""

from __future__ import annotations

from equity.policy.instruments.contract import Instrument, under
from equity.policy.instruments.fitting import (
    Equivalence,
    Harmonisation,
    LocalAdaptation,
    Recognition,
)
from equity.policy.instruments.payment import Premium, PriceFloor
from equity.policy.instruments.reach import Adoption, Binding, PhaseIn, SmallProducerExemption
from equity.policy.instruments.support import (
    CostShare,
    GroupCertification,
    Information,
    TechnicalAssistance,
)

__all__ = [
    "Adoption", "Binding", "CostShare", "Equivalence", "GroupCertification", "Harmonisation",
    "Information", "Instrument", "LocalAdaptation", "PhaseIn", "Premium", "PriceFloor",
    "Recognition", "SmallProducerExemption", "TechnicalAssistance", "under",
]  # fmt: skip
