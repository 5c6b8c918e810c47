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
        ('products = ["070820"]', "products = [70820]", "70820 is not text"),
        ('products = ["070820"]', 'products = ["70820"]', "no HS code of two, four or six digits"),
        ('products = ["070820"]', 'products = ["٠٧٠٨٢٠"]', "no HS code of two, four or six"),
        ('products = ["070820"]', 'products = ["070820", "070820"]', "occurs more than once"),
        ('products = ["070820"]', 'products = "070820"', "is no list"),
        ('products = ["070820"]', "products = []", "is empty"),
        ('markets = ["EU"]', 'markets = ["EEU"]', "did you mean 'EU'"),
        ('markets = ["EU"]', 'markets = ["Niger Delta"]', "unknown country"),
        ('recipient_country = "DEU"', 'recipient_country = "GER"', "unknown country 'GER'"),
        ('recipient_country = "DEU"', 'recipient_country = "de"', "no country code"),
        ("start = 2001-01-01", 'start = "2001"', "write year, month and day without quotes"),
        ('behaviour = "fixed"', 'behaviour = "fix"', "did you mean 'fixed'"),
        ('status = "assumption"', 'status = "assumed"', "unknown status 'assumed'"),
        ('source = "A042"', 'source = "A942"', "unknown row of the evidence table 'A942'"),
        ('source = "A042"', 'source = " "', "published without a source"),
        ("value = 250\n", 'value = "250"\n', "is text, not a number"),
        ("value = 250\n", "value = true\n", "True is not a number"),
        ("value = 250\nlow = 100", "value = -250\nlow = -300", "negative"),
        ("value = 250\n", "value = nan\n", "finite size"),
        ("value = 250\n", f"value = 1{'0' * 400}\n", "finite size"),
        ("value = 0.6\nlow", 'value = "60%"\nlow', "0.05 for 5 %"),
        ('unit = "hour"', "unit = 5", "unit 5 is not text"),
        ("[parameters.switching_loss]", "[parameters.swiching_loss]", "mean 'switching_loss'"),
        ("start = 2001-01-01", "start = 2001-01-01\nend = 1999-01-01", "before it starts"),
        ('timing = "one_off"\nlife = 8.0', 'timing = "one_off"', "has no life"),
        ('timing = "recurring"', 'timing = "recurring"\nlife = 8.0', "its life means nothing"),
        ("life = 8.0", "life = -8.0", "(store-small), life: -8.0 is not greater than 0"),
        ("life = 8.0", 'life = "8"', "write it without quotes"),
        ("life = 8.0", "life = inf", "finite size"),
        ('id = "records-larger"', 'id = "records"', "occurs more than once"),
        ('id = "globalgap"', 'id = "../globalgap"', "is no id"),
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
    assert "cost 2 (audit), fee: currency 'EUR' has no price year" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("costs = 5", "costs: 5 is no list"),
        ('costs = ["a"]', "cost 1: 'a' is no table"),
        ('benefits = ["a"]', "benefit 1: 'a' is no table"),
        ("parameters = 5", "parameters: 5 is no table"),
        ('[[costs]]\nid = "a"\nparameters = 5', "cost 1 (a), parameters: 5 is no table"),
        ("[[costs]]\nid = 5\n[costs.parameters]\nfee = 5", "fee: 5 is a bare number"),
        ("scope = []", "scope: [] is no table"),
        ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_standard(text, "mine.toml")
    assert message in str(caught.value)


def test_a_benefit_is_counted_in_what_it_can_be() -> None:
    kind = 'kind = "harm_avoided"'
    assert "money per weight" in said_after(kind, 'kind = "premium"', unit="hour")
    assert "money per weight" in said_after(kind, 'kind = "price_floor"', unit="share")
    assert "give it as share" in said_after(kind, 'kind = "yield"', unit="USD_2011/t")


def said_after(old: str, new: str, *, unit: str) -> str:
    """Return the problems after changing the benefit and its unit."""
    head, tail = TEXT.split("[[benefits]]")
    changed = tail.replace(old, new).replace('unit = "share"', f'unit = "{unit}"', 1)
    with pytest.raises(InputError) as caught:
        parse_standard(f"{head}[[benefits]]{changed}", "mine.toml")
    return str(caught.value)


def test_a_byte_order_mark_is_no_mistake_and_another_encoding_is(tmp_path: Path) -> None:
    own = tmp_path / "globalgap.toml"
    own.write_text(TEXT, encoding="utf-8-sig")
    assert eq.load_standard(own) == eq.load_standard("globalgap")
    own.write_bytes("# Côte d'Ivoire\n".encode("cp1252") + TEXT.encode())
    with pytest.raises(InputError, match="save it as UTF-8"):
        eq.load_standard(own)


def test_a_citation_of_ones_own_may_look_like_a_row() -> None:
    own = TEXT.replace('source = "A042"', 'source = "Smith 2001, annex A942"')
    fees = [number.source for number in numbers_of(parse_standard(own, "mine.toml"))]
    assert "Smith 2001, annex A942" in fees


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
