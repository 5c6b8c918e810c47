"""The main job: a standard goes in; costs, choices, gains, losses and flags come out."""

from __future__ import annotations

from equity.assessment.pipeline import assess
from equity.assessment.record import Assessment

__all__ = ["Assessment", "assess"]
