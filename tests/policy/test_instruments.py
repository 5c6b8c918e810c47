"""Instruments turn a scenario into another one; who pays adds up."""

from __future__ import annotations

import numpy as np
import pytest

from equity.assessment.scenario import Scenario
from equity.errors import InputError
from equity.policy import (
    Adoption,
    Binding,
    CostShare,
    Equivalence,
    GroupCertification,
    Harmonisation,
    Information,
    Instrument,
    LocalAdaptation,
    PhaseIn,
    Premium,
    PriceFloor,
    Recognition,
    SmallProducerExemption,
    TechnicalAssistance,
    under,
)

DRAWS = 3
SAME = [
    CostShare(share=0.0, payer="donor"),
    GroupCertification(members=1),
    TechnicalAssistance(saving=0.0),
    Information(),
    SmallProducerExemption(),
    SmallProducerExemption(max_sales=0.0),
    PhaseIn(years=5, after=5),
    PhaseIn(years=0, after=0),
    Adoption(),
    Adoption(join=("EU",)),
    Premium(premium=0.0),
    PriceFloor(price=0.0, unit="USD_2011/t"),
    Recognition(standard="fairtrade-coffee", held=0.0),
    Equivalence(share=0.0),
    LocalAdaptation(scale=1.0, where=("low",)),
    Harmonisation(standards=("globalgap",)),
]
CHANGES = [
    CostShare(share=0.5, payer="donor"),
    CostShare(share=0.5, payer="buyer", size_classes=("small",), where=("low",)),
    GroupCertification(members=50, control_cost=2000.0),
    GroupCertification(members=50, control_cost=2000.0, where=("KEN",)),
    TechnicalAssistance(saving=0.5, cost=1e5),
    Information(compliant_share=0.3, switching_loss=0.5, cost=1e4),
    SmallProducerExemption(size_classes=("small",)),
    SmallProducerExemption(max_sales=500.0),
    SmallProducerExemption(max_land=1.0, where=("low",)),
    PhaseIn(years=5, after=1),
    Adoption(join=("USA",)),
    Adoption(leave=("GBR",)),
    Binding(),
    Premium(premium=0.1),
    PriceFloor(price=4000.0, unit="USD_2011/t"),
    Recognition(standard="fairtrade-coffee", held=0.3),
    Equivalence(share=0.4, where=("lower_middle",)),
    LocalAdaptation(scale=0.5, where=("low",), common_minimum=0.2),
]


@pytest.fixture(scope="module")
def base() -> Scenario:
    return Scenario.of("globalgap")


@pytest.fixture(scope="module")
def as_it_is(base: Scenario):
    return base.assess(draws=DRAWS)


def named(instrument: Instrument) -> str:
    return instrument.name.replace(" ", "-")


def roles(result) -> dict[str, float]:
    return result.by("role").set_index("role")["amount"].to_dict()


@pytest.mark.parametrize("instrument", SAME, ids=named)
def test_an_instrument_that_does_nothing_changes_nothing(
    instrument: Instrument, base: Scenario, as_it_is
) -> None:
    found = instrument.apply(base).assess(draws=DRAWS)
    for measure in ("producer_net", "total_net", "fees", "small_not_complying"):
        now, was = (r.headline.set_index("measure").loc[measure] for r in (found, as_it_is))
        assert now["value"] == pytest.approx(was["value"], rel=1e-12)
        assert [now["low"], now["high"]] == pytest.approx([was["low"], was["high"]], rel=1e-9)


@pytest.mark.parametrize("instrument", CHANGES, ids=named)
def test_an_instrument_leaves_its_input_alone_and_says_what_it_does(
    instrument: Instrument, base: Scenario, as_it_is
) -> None:
    before = base.standard.model_dump_json(exclude={"scope"}), base.local, base.exemptions
    found = instrument.apply(base)
    assert (base.standard.model_dump_json(exclude={"scope"}), base.local, base.exemptions) == before
    assert found is not base
    result = found.assess(draws=DRAWS)
    assert result.checks["passed"].all()
    now = result.headline.set_index("measure")["value"]
    was = as_it_is.headline.set_index("measure")["value"]
    assert not np.isclose(now["total_net"], was["total_net"], rtol=1e-9)
    assert instrument.sentence.endswith(".") and len(instrument.sentence) > len(instrument.name)


class TestWhoPays:
    def test_a_cost_share_moves_money_and_changes_no_total_at_given_behaviour(
        self, base: Scenario, as_it_is
    ) -> None:
        shared = CostShare(share=0.4, payer="donor").apply(base).assess(draws=DRAWS)
        before = as_it_is.costs.groupby(["exporter", "size_class"])["annual_cost"].sum()
        after = shared.costs.groupby(["exporter", "size_class"])["annual_cost"].sum()
        assert after.to_numpy() == pytest.approx(before.to_numpy(), rel=1e-12)
        by_payer = shared.costs.groupby("payer")["annual_cost"].sum()
        assert by_payer["donor"] / by_payer.sum() == pytest.approx(0.4)

    def test_the_payer_loses_what_producers_are_spared(self, base: Scenario) -> None:
        shared = CostShare(share=0.4, payer="government").apply(base).assess(draws=DRAWS)
        paid = shared.payments.groupby("payer")["amount"].sum()
        assert paid["government"] / paid.sum() == pytest.approx(0.4)
        assert roles(shared)["government"] == pytest.approx(-paid["government"])

    def test_a_second_share_takes_its_part_of_what_is_left(self, base: Scenario) -> None:
        twice = [CostShare(share=0.5, payer="donor"), CostShare(share=0.5, payer="buyer")]
        for order in (twice, twice[::-1]):
            costs = under(base, order).assess(draws=DRAWS).costs
            part = costs.groupby("payer")["annual_cost"].sum() / costs["annual_cost"].sum()
            assert part["producer"] == pytest.approx(0.25)
            assert part[order[0].payer] == pytest.approx(0.5)
            assert part[order[1].payer] == pytest.approx(0.25)

    def test_the_same_payer_may_share_twice(self, base: Scenario) -> None:
        twice = [CostShare(share=0.5, payer="donor")] * 2
        costs = under(base, twice).assess(draws=DRAWS).costs
        part = costs.groupby("payer")["annual_cost"].sum() / costs["annual_cost"].sum()
        assert part["donor"] == pytest.approx(0.75)

    def test_a_share_reaches_only_those_named(self, base: Scenario) -> None:
        found = CostShare(share=0.5, payer="donor", size_classes=("small",), where=("KEN",))
        costs = found.apply(base).assess(draws=DRAWS).costs
        donor = costs[(costs["payer"] == "donor") & (costs["annual_cost"] > 0)]
        assert set(donor["exporter"]) == {"KEN"} and set(donor["size_class"]) == {"small"}

    def test_a_programme_is_paid_by_its_payer(self, base: Scenario, as_it_is) -> None:
        found = TechnicalAssistance(saving=0.0, cost=1e5, payer="donor").apply(base)
        assert roles(found.assess(draws=DRAWS))["donor"] == pytest.approx(-1e5)

    def test_the_whole_cost_paid_by_others_leaves_producers_without_cost(
        self, base: Scenario
    ) -> None:
        found = CostShare(share=1.0, payer="donor").apply(base).assess(draws=DRAWS)
        assert roles(found).get("producer", 0.0) == pytest.approx(0, abs=1e-6)


class TestOrder:
    def test_order_does_not_matter_where_it_is_not_documented(self, base: Scenario) -> None:
        done = [
            GroupCertification(members=20),
            LocalAdaptation(scale=0.8, where=("low",)),
            Premium(premium=0.05),
            Equivalence(share=0.2),
            SmallProducerExemption(max_sales=300.0),
        ]
        found = [
            under(base, order).assess(draws=DRAWS).headline.set_index("measure")["value"]
            for order in (done, done[::-1])
        ]
        told = found[0].notna()
        assert found[0][told].to_numpy() == pytest.approx(found[1][told].to_numpy(), rel=1e-9)


class TestSizes:
    def test_group_fees_by_hand(self, base: Scenario, as_it_is) -> None:
        made = GroupCertification(members=25, control_cost=500.0, size_classes=("large",))
        found = made.apply(base).assess(draws=DRAWS)
        now, was = (
            r.costs.query("exporter == 'KEN' and size_class == 'large'").set_index("item")[
                "annual_cost"
            ]
            for r in (found, as_it_is)
        )
        fees = [c.id for c in base.standard.costs if c.recipient == "certifier"
                and c.behaviour == "fixed" and c.id in was.index]  # fmt: skip
        assert len(fees) >= 2
        assert now[fees].to_numpy() == pytest.approx(was[fees].to_numpy() / 5)
        assert now["group-control"] == pytest.approx(20.0)
        others = found.costs.query("size_class != 'large' and item == 'group-control'")
        assert (others["annual_cost"] == 0).all()

    def test_harmonisation_shares_requirements_of_the_same_id(self) -> None:
        base = Scenario.of("fairtrade-coffee")
        mine = {r.id for r in base.standard.requirements}
        from equity.standards import list_standards, load_standard

        others = [name for name in list_standards()["id"] if name != "fairtrade-coffee"
                  and mine & {r.id for r in load_standard(name).requirements}]  # fmt: skip
        assert others
        other = others[0]
        common = mine & {r.id for r in load_standard(other).requirements}
        found = Harmonisation(standards=(other,)).apply(base).assess(draws=DRAWS)
        was = base.assess(draws=DRAWS)
        now_, was_ = (r.costs.groupby("requirement")["annual_cost"].sum() for r in (found, was))
        for requirement in common:
            assert now_[requirement] == pytest.approx(was_[requirement] / 2)
        for requirement in mine - common:
            assert now_.get(requirement, 0) == pytest.approx(was_.get(requirement, 0))

    def test_binding_and_back(self, base: Scenario) -> None:
        share = base.standard.demand_share
        assert share is not None
        back = under(base, [Binding(), Binding(demand_share=share)])
        assert back.standard == base.standard


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: CostShare(share=1.2, payer="donor"), "1.2 is no share"),
        (lambda: CostShare(share=0.5, payer="sponsor"), "sponsor"),
        (lambda: CostShare(share=0.5, payer="donor", size_classes=("tiny",)), "tiny"),
        (lambda: GroupCertification(members=0.5), "group certification"),
        (lambda: GroupCertification(members=5, control_cost=-1), "control_cost"),
        (lambda: TechnicalAssistance(saving=-0.1), "saving"),
        (lambda: Information(switching_loss=2), "switching_loss"),
        (lambda: SmallProducerExemption(size_classes=("small", "medium", "large")), "large"),
        (lambda: SmallProducerExemption(max_sales=-1), "max_sales"),
        (lambda: PhaseIn(years=-1, after=0), "years"),
        (lambda: Adoption(join=("USA",), leave=("USA",)), "both join and leave"),
        (lambda: Binding(demand_share=1.5), "demand_share"),
        (lambda: Premium(premium=-0.1), "take money from those who comply"),
        (lambda: PriceFloor(price=-1, unit="USD_2011/t"), "take money"),
        (lambda: Recognition(standard="fairtrade-cofee", held=0.5), "fairtrade-coffee"),
        (lambda: Equivalence(share=3), "share"),
        (lambda: Harmonisation(standards=("nothing-known",)), "nothing-known"),
        (lambda: Harmonisation(standards=()), "names no standard"),
        (lambda: LocalAdaptation(scale=0.1, where=("low",), common_minimum=0.5), "minimum"),
    ],
)
def test_contradictory_options_are_refused(make, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make()


@pytest.mark.parametrize(
    ("instrument", "said"),
    [
        (CostShare(share=0.5, payer="donor", items=("adit",)), "adit"),
        (Recognition(standard="globalgap", held=0.5), "itself"),
        (Recognition(standard="rspo", held=0.5, requirements=("nothing",)), "nothing"),
        (LocalAdaptation(scale=0.5, where=("low",), requirement="nothing"), "nothing"),
        (LocalAdaptation(scale=0.5, where=("LOWW",)), "LOWW"),
        (Adoption(leave=("EU",)), "no market is left"),
        (PriceFloor(price=100.0, unit="USD"), "USD"),
    ],
)
def test_what_does_not_fit_the_standard_is_refused(
    instrument: Instrument, said: str, base: Scenario
) -> None:
    with pytest.raises(InputError, match=said):
        instrument.apply(base).assess(draws=1)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(InputError) as told:
        CostShare(share=2.0, payer="sponsor", size_classes=("tiny",))
    assert len(told.value.problems) == 3
