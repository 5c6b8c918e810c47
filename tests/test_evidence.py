"""Parameters and figures from the literature."""

from __future__ import annotations

import pytest

import equity as eq
from equity import evidence
from equity.errors import EvidenceError, InputError
from equity.evidence import Parameter


def test_known_answers_of_the_evidence() -> None:
    value = evidence.literature().set_index("id")["value"]
    # The five parts of the Tulane survey, and its mean over 1,300 issuers.
    assert value[["F001", "F002", "F003", "F004", "F005"]].sum() == 709_751_142
    assert round(value["A021"] / 1300) == value["A022"] == 545_962
    # 20 people, 52 weeks, 6 hours, NOK 600.
    assert value["F006"] == 20 * 52 * 6 * 600
    # Wage plus fringe, with 20 % overhead: 53.10 + 24.46.
    assert value["E020"] == pytest.approx((53.10 + 24.46) * (1 + value["E019"]), abs=0.005)


def test_contested_answers_stay_side_by_side() -> None:
    assert evidence.choose("aflatoxin-trade-effect", "otsuki-wilson-sewadeh-2001")["value"] == -0.64
    assert evidence.choose("aflatoxin-trade-effect", "xiong-beghin-2012")["value"] == 0
    with pytest.raises(InputError, match="did you mean 'xiong-beghin-2012'"):
        evidence.choose("aflatoxin-trade-effect", "xiong-beghin")
    with pytest.raises(InputError, match="did you mean 'aflatoxin-trade-effect'"):
        evidence.choose("aflatoxin-trade", "x")


def test_the_words_of_the_pages_stay_behind() -> None:
    assert "quote" not in evidence.literature().columns


def test_sources_are_named_in_full() -> None:
    assert "ProCert" in evidence.cite("A042")
    assert evidence.cite("Smith (2001)") == "Smith (2001)"
    with pytest.raises(EvidenceError, match="A999"):
        evidence.cite("A042, A999")
    found = evidence.source("A042")
    assert found.data_year == 2024
    assert found.address.startswith("http")
    with pytest.raises(InputError, match="unknown row"):
        evidence.source("Z1")


def test_old_figures_can_be_listed() -> None:
    old = evidence.stale(2005)
    known = old["data_year"].dropna()
    assert (known < 2005).all()
    assert known.is_monotonic_increasing
    assert len(evidence.stale(1900)) == evidence.literature()["data_year"].isna().sum()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"low": 3.0, "high": 4.0}, "outside 3 to 4"),
        ({"low": 1.0}, "half a range"),
        ({"reason": ""}, "without a reason"),
        ({"status": "published"}, "without a source"),
        ({"value": float("nan")}, "not a number"),
    ],
)
def test_a_number_without_its_papers_is_refused(change: dict[str, object], said: str) -> None:
    whole = {"id": "fee", "value": 2.0, "unit": "USD_2015/test", "reason": "why"}
    with pytest.raises(EvidenceError, match=said):
        Parameter(**{**whole, **change})  # type: ignore[arg-type]


def test_every_number_of_an_assessment_has_its_papers() -> None:
    table = eq.assess("eudr", draws=5).assumptions
    assert table["parameter"].is_unique
    assert set(table["status"]) <= {"observed", "published", "estimated", "assumption"}
    assumed = table[table["status"] == "assumption"]
    assert (assumed["reason"].str.len() > 10).all()
    cited = table[table["status"].isin(["observed", "published"])]
    assert (cited["source"].str.len() > 5).all()
