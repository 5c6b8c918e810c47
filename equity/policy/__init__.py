"""What can be done, who decides, and what was learnt."""

from __future__ import annotations

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
    "MEASURES",
    "Adopters",
    "Governed",
    "Seats",
    "Setting",
    "SettingComparison",
    "Support",
    "compare_settings",
    "cost_shares",
    "governed",
    "list_settings",
    "load_setting",
    "parse_setting",
    "ranking_sensitivity",
    "representation_distance",
    "representation_gap",
    "with_number",
]
