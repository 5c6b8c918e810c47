"""Worked examples of others, with the number that they print."""

from __future__ import annotations

import pytest

from equity import distribution as d

# R package phylotools 0.1.2, manual page "gini", example; method of the package ineq.
PHYLOTOOLS = [1, 3, 2, 1, 1, 1, 4]
# Stoermann (2009), Regionaloekonomik, as printed in the manual page "theil" of R package REAT;
# the measure is the mean log deviation. The book itself was not seen, so no page is given.
REGIONS = [10, 10, 10, 20, 50]


def test_gini_of_the_manual_page() -> None:
    assert d.gini(PHYLOTOOLS, 1) == pytest.approx(0.3076923, abs=5e-8)


def test_theil_of_stoermanns_regions() -> None:
    assert d.theil_l(REGIONS, 1) == pytest.approx(0.2326302, abs=5e-8)


def test_both_hold_for_the_grouped_form() -> None:
    assert d.gini([1, 2, 3, 4], [4, 1, 1, 1]) == pytest.approx(0.3076923, abs=5e-8)
    assert d.theil_l([10, 20, 50], [3, 1, 1]) == pytest.approx(0.2326302, abs=5e-8)
