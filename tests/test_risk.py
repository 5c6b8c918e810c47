"""Flags: levels, sentences, missing data and the rule table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity import risk
from equity.errors import InputError
from equity.schema import validate

RULES = {rule.id: rule for rule in risk.load_rules()}


def rows(**measure: list[float]) -> pd.DataFrame:
    (name, values), *_ = measure.items()
    size = len(values)
    return pd.DataFrame(
        {
            "exporter": [f"K{n:02d}" for n in range(size)], "product": ["070820"] * size,
            "size_class": ["small"] * size, name: values, "exporter_name": ["Kenya"] * size,
            "product_name": ["Green beans"] * size,
        }
    ).assign(**({} if name == "market_share" else {"market_share": 0.99}))  # fmt: skip


def test_levels_follow_the_lines_and_missing_is_not_assessed() -> None:
    flags = risk.flag(rows(burden=[0.0, 0.01, 0.029, 0.03, np.nan]), RULES["burden"])
    assert flags["level"].tolist() == ["green", "amber", "amber", "red", "not_assessed"]
    validate(flags, "flags")
    assert flags.loc[4, "reason"].startswith("Not assessed")
    assert "3 %" in flags.loc[3, "reason"]
    assert flags.loc[2, "margin"] == pytest.approx(0.019)


def test_a_rule_that_rises_as_the_value_falls() -> None:
    flags = risk.flag(rows(rule_of_law=[0.9, 0.5, 0.1]), RULES["capacity"])
    assert flags["level"].tolist() == ["green", "amber", "red"]


def test_probability_counts_draws_at_or_above_amber() -> None:
    draws = np.array([[0.0], [0.01], [0.02], [0.005]])
    flags = risk.flag(rows(burden=[0.009]), RULES["burden"], draws)
    assert flags.loc[0, "level"] == "green"
    assert flags.loc[0, "probability"] == 0.5


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.sampled_from(sorted(RULES)))
def test_a_worse_value_never_lowers_the_level(values: list[float], name: str) -> None:
    rule = RULES[name]
    order = sorted(values, reverse=rule.direction == "below")
    severity = {"green": 0, "amber": 1, "red": 2}
    found = [severity[level] for level in risk.levels(np.array(order), rule)]
    assert found == sorted(found)


def test_ranking_puts_red_first_and_not_assessed_last() -> None:
    flags = risk.flag(rows(burden=[np.nan, 0.0, 0.02, 0.04, 0.3]), RULES["burden"])
    stake = pd.Series(
        [9.0, 9.0, 1.0, 1.0, 5.0], index=flags.set_index(["exporter", "product"]).index
    )
    ranked = risk.rank(flags, stake)
    assert ranked["level"].tolist() == ["red", "red", "amber", "green", "not_assessed"]
    # The larger trade comes first, whatever its margin.
    assert ranked.loc[0, "value"] == 0.3


def test_every_bundled_line_has_a_source_or_says_that_it_is_an_assumption() -> None:
    for rule in RULES.values():
        assert rule.status == "assumption" or rule.source
        assert rule.reason


def test_all_problems_of_a_rule_table_are_reported(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    row = {
        "id": "burden", "measure": "burden", "level": "sell", "direction": "above", "amber": 0.05,
        "red": 0.01, "unit": "share", "status": "assumption", "source": "", "reason": "mine",
        "text": "x",
    }  # fmt: skip
    lines = ["[[rules]]", *(f"{k} = {v!r}" for k, v in row.items()), "ambre = 3"]
    file.write_text("\n".join([*lines, *lines]), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        risk.load_rules(file)
    text = str(caught.value)
    assert "'ambre'" in text
    assert "did you mean 'amber'" in text
    assert "unknown level 'sell'" in text
    assert "milder than amber" in text
    assert "more than once" in text


def test_the_trade_is_weighed_by_the_worst_flag_of_its_chain() -> None:
    flags = pd.concat(
        [
            risk.flag(rows(burden=[0.5, 0.02, np.nan]), RULES["burden"]),
            risk.flag(rows(market_share=[0.1, 0.1, 0.1]), RULES["exposure"]),
        ]
    )
    chains = [(f"K{n:02d}", "070820") for n in range(3)]
    at_stake = pd.Series([60.0, 30.0, 10.0], pd.MultiIndex.from_tuples(chains))
    share = risk.weight(flags, at_stake)
    assert share.to_dict() == {"red": 0.6, "amber": 0.3, "green": 0.1, "not_assessed": 0.0}
