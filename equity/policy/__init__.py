"""What can be done, who decides, and what was learnt."""

from __future__ import annotations

from equity.policy.comparison import RANKS, Comparison, compare
from equity.policy.incidents import (
    Figure,
    Incident,
    incident_figures,
    list_incidents,
    load_incident,
    parse_incident,
)
from equity.policy.incidents_harm import (
    Governance,
    HarmAvoided,
    expected_harm_avoided,
    harm_avoided,
    incident_rate,
)
from equity.policy.incidents_liability import (
    PARTIES,
    LiabilityRule,
    LiabilitySplit,
    liability_split,
    whole_dollars,
)
from equity.policy.instruments import (
    Adoption,
    Binding,
    CostShare,
    Equivalence,
    GroupCertification,
    Harmonisation,
    Information,
    Instrument,
    LocalAdaptation,
    PhaseIn,
    Premium,
    PriceFloor,
    Recognition,
    SmallProducerExemption,
    TechnicalAssistance,
    under,
)
from equity.policy.review import Need, Review, Statement
from equity.policy.review_concordance import Concordance, kendall_w
from equity.policy.review_learning import Lesson, flag_hits, learn
from equity.policy.search import (
    LEVERS,
    Allocation,
    BreakEven,
    allocate,
    assistance_needed,
    break_even,
    naive_split,
    support_options,
)
from equity.policy.settings import (
    Governed,
    cost_shares,
    governed,
    representation_distance,
    representation_gap,
)
from equity.policy.settings_comparison import (
    MEASURES,
    SettingComparison,
    compare_settings,
)
from equity.policy.settings_model import Adopters, Seats, Setting, Support, with_number
from equity.policy.settings_reader import list_settings, load_setting, parse_setting
from equity.policy.settings_sensitivity import ranking_sensitivity

__all__ = [
    "LEVERS",
    "MEASURES",
    "PARTIES",
    "RANKS",
    "Adopters",
    "Adoption",
    "Allocation",
    "Binding",
    "BreakEven",
    "Comparison",
    "Concordance",
    "CostShare",
    "Equivalence",
    "Figure",
    "Governance",
    "Governed",
    "GroupCertification",
    "HarmAvoided",
    "Harmonisation",
    "Incident",
    "Information",
    "Instrument",
    "Lesson",
    "LiabilityRule",
    "LiabilitySplit",
    "LocalAdaptation",
    "Need",
    "PhaseIn",
    "Premium",
    "PriceFloor",
    "Recognition",
    "Review",
    "Seats",
    "Setting",
    "SettingComparison",
    "SmallProducerExemption",
    "Statement",
    "Support",
    "TechnicalAssistance",
    "allocate",
    "assistance_needed",
    "break_even",
    "compare",
    "compare_settings",
    "cost_shares",
    "expected_harm_avoided",
    "flag_hits",
    "governed",
    "harm_avoided",
    "incident_figures",
    "incident_rate",
    "kendall_w",
    "learn",
    "liability_split",
    "list_incidents",
    "list_settings",
    "load_incident",
    "load_setting",
    "naive_split",
    "parse_incident",
    "parse_setting",
    "ranking_sensitivity",
    "representation_distance",
    "representation_gap",
    "support_options",
    "under",
    "whole_dollars",
    "with_number",
]
