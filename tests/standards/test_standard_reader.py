"""Standards as files: what is refused, and how it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

import equity as eq
from equity import datasets
from equity.errors import InputError
from equity.evidence import cite
from equity.standards import parse_standard
from equity.standards.reader import numbers_of

TEXT = (datasets.folder() / "standards" / "globalgap.toml").read_text(encoding="utf-8")


def said(old: str, new: str) -> str:
    """Return the problems of the bundled file after one change."""
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        parse_standard(TEXT.replace(old, new, 1), "mine.toml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('setter = "GLO', 'seter = "GLO', "did you mean 'setter'"),
        ("markets = [", "market = [", "did you mean 'markets'"),
        ('recipient = "certifier"', 'recipent = "certifier"', "did you mean 'recipient'"),
        ('status = "assumption"', 'staus = "assumption"', "did you mean 'status'"),
        ('unit = "EUR_2024/test"', 'unit = "EUR/test"', "currency 'EUR' has no price year"),
        ('unit = "EUR_2024/test"', 'unit = "EUR_1990/test"', "no EUR prices of 1990"),
        ('unit = "hour"', 'unit = "hous"', "did you mean 'hour'"),
        ("value = 0.6\nlow = 0.4\nhigh = 0.85", "value = 60\nlow = 40\nhigh = 85", "0.6 for 60 %"),
        ("value = 0.6\nlow = 0.4", "value = 0.6\nlow = 0.7", "outside 0.7 to 0.85"),
        ("low = 0.4\n", "", "half a range"),
        ('requirement = "record-keeping"', 'requirement = "records"', "no requirement 'records'"),
        ('obligation = "voluntary"', 'obligation = "mandatory"', "has no demand_share"),
        ('products = ["070820"]', "products = [70820]", "valid string"),
        ('products = ["070820"]', 'products = ["70820"]', "pattern"),
        ("start = 2001-01-01", "start = 2001-01-01\nend = 1999-01-01", "before it starts"),
        ('timing = "one_off"\nlife = 8.0', 'timing = "one_off"', "has no life"),
        ("life = 8.0", "life = -8.0", "greater than 0"),
        ('id = "records-larger"', 'id = "records"', "occurs more than once"),
        ('id = "globalgap"', 'id = "../globalgap"', "pattern"),
        ("[scope]", "[scope", "no TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_fix(old: str, new: str, message: str) -> None:
    text = said(old, new)
    assert message in text
    assert "mine.toml" in text


def test_a_bare_number_and_a_missing_reason_are_refused() -> None:
    head, _, tail = TEXT.partition("[parameters.switching_loss]")
    with pytest.raises(InputError, match=r"0\.25 is a bare number"):
        parse_standard(head + "[parameters]\nswitching_loss = 0.25\n", "mine.toml")
    assert tail
    reason = next(line for line in TEXT.splitlines() if line.startswith("reason = "))
    assert "assumption without a reason" in said(reason + "\n", "")


def test_all_problems_of_a_file_come_at_once() -> None:
    broken = TEXT.replace('unit = "hour"', 'unit = "hous"').replace("setter =", "seter =")
    with pytest.raises(InputError) as caught:
        parse_standard(broken.replace("EUR_2012", "EUR"), "mine.toml")
    assert len(caught.value.problems) >= 6


def test_ids_name_bundled_standards_and_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'globalgap'"):
        eq.load_standard("globalgab")
    for sly in ("../defaults", "/etc/passwd", "standards/globalgap", "file:globalgap", ""):
        with pytest.raises(InputError, match="unknown standard"):
            eq.load_standard(sly)
    moved = tmp_path / "other.toml"
    moved.write_text(TEXT, encoding="utf-8")
    with pytest.raises(InputError, match=r"rename the file globalgap\.toml"):
        eq.load_standard(moved)
    own = tmp_path / "globalgap.toml"
    own.write_text(TEXT, encoding="utf-8")
    assert eq.load_standard(own) == eq.load_standard("globalgap")


def test_a_standard_cannot_be_changed() -> None:
    from pydantic import ValidationError

    with pytest.raises(ValidationError, match="frozen"):
        eq.load_standard("globalgap").name = "x"  # type: ignore[misc]


def test_the_catalogue_is_wide_and_every_number_is_accounted_for() -> None:
    table = eq.list_standards()
    assert len(table) >= 20
    assert set(table["kind"]) == {"labelling", "certification", "supply_chain_rule", "regulation"}
    for name in table["id"]:
        standard = eq.load_standard(name)
        numbers = list(numbers_of(standard))
        assert numbers
        ids = [number.id for number in numbers]
        assert len(set(ids)) == len(ids)
        for number in numbers:
            assert number.reason or number.status == "published"
            # Every row of the evidence table that is named exists.
            assert cite(number.source) is not None
        if not any(number.status in ("published", "estimated") for number in numbers):
            assert standard.evidence_note, name
        cite(standard.evidence_note)


def test_a_standard_describes_itself() -> None:
    tables = eq.load_standard("globalgap").describe()
    assert set(tables) == {"requirements", "costs", "benefits", "numbers", "status"}
    assert tables["status"]["share"].sum() == pytest.approx(1)
    assert tables["status"]["numbers"].sum() == len(tables["numbers"])


def test_standards_that_recognise_each_other_in_a_circle_are_refused() -> None:
    from equity.standards import check_recognition

    one, two = eq.load_standard("utz"), eq.load_standard("rainforest-alliance")
    check_recognition([one, two])
    back = one.recognition[0].model_copy(
        update={"standard": "utz", "requirements": ("annual-audit",)}
    )
    circle = two.model_copy(update={"recognition": (back,)})
    with pytest.raises(InputError, match="utz -> rainforest-alliance -> utz"):
        check_recognition([one, circle])
