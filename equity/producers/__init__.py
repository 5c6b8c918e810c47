"""Producer cells: who stands behind the exports, by size class."""

from __future__ import annotations

from equity.producers.synthesis import Move, Synthesis, synthesise
from equity.producers.table import (
    check_producers,
    read_producers,
    scaled_to_trade,
    sold_in_part,
)

__all__ = [
    "Move",
    "Synthesis",
    "check_producers",
    "read_producers",
    "scaled_to_trade",
    "sold_in_part",
    "synthesise",
]
