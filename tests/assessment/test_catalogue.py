"""Every standard of the catalogue, through the whole job on the bundled trade."""

from __future__ import annotations

import numpy as np
import pytest

import equity as eq
from equity.assessment.inputs import bundled_trade
from equity.errors import InputError
from equity.standards import list_standards, load_standard

EXACT = 1e-9
# Their products are in no bundled table.
ELSEWHERE = {
    "bangladesh-accord", "cbam", "conflict-minerals-eu", "conflict-minerals-us", "fsc", "iso-14001",
    "kimberley-process", "msc", "reach", "sa8000", "svlk",
}  # fmt: skip


@pytest.mark.parametrize("name", list_standards()["id"])
def test_the_accounts_of_every_standard_add_up(name: str) -> None:
    standard = load_standard(name)
    if name in ELSEWHERE:
        with pytest.raises(InputError, match="bundled"):
            bundled_trade(standard)
        return
    trade = bundled_trade(standard)
    for year in sorted(set(trade.table["year"])):
        result = eq.assess(standard, trade, year=int(year), draws=2)
        assert result.checks["passed"].all()
        total = result.incidence["amount"].sum()
        size = np.abs(result.incidence["amount"]).sum()
        for column in ("role", "country", "income_group", "size_class", "component", "product"):
            assert result.by(column)["amount"].sum() == pytest.approx(total, abs=EXACT * size)
        assert result.by("importer")["amount"].sum() == pytest.approx(total, abs=EXACT * size)
        response = result.response
        shares = response[["complying_number", "diverting_number", "exiting_number"]].sum(axis=1)
        assert np.allclose(shares, 1.0, atol=EXACT)
