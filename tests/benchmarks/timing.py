"""Times of two calls against each other on a machine that does other things as well."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

ROUNDS, MOST_ROUNDS = 3, 12
# Waited after every further turn, so that whatever else runs comes to its end.
PAUSE = 2.0


def seconds(call: Callable[[], Any], repeats: int = 3) -> float:
    """Shortest of several runs."""
    return min(_once(call) for _ in range(repeats))


def ratio(ours: Callable[[], Any], theirs: Callable[[], Any], allowed: float) -> float:
    """Shortest of our runs over the shortest of theirs, in turns; more turns while above a limit.

    Only a slow machine makes a run longer, so that the shortest says most.
    """
    mine, other = float("inf"), float("inf")
    for turn in range(MOST_ROUNDS):
        mine, other = min(mine, _once(ours)), min(other, _once(theirs))
        if turn + 1 >= ROUNDS and mine <= allowed * other:
            break
        if turn + 1 >= ROUNDS:
            time.sleep(PAUSE)
    return mine / other


def _once(call: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin
