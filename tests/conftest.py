"""Fixtures and the hypothesis profile shared by every test."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent

settings.register_profile(
    "equity",
    deadline=None,
    max_examples=50,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("equity")


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """Return a function from a path below ``../shared`` to the file; without it the test skips.

    Under CI=true a missing file is a failure: there every raw table must be present.
    """
    root = REPOSITORY.parent / "shared"

    def locate(relative: str) -> Path:
        path = root / relative
        if not path.exists():
            message = f"../shared/{relative} is not there"
            if os.environ.get("CI") == "true":
                pytest.fail(message)
            pytest.skip(message)
        return path

    return locate
