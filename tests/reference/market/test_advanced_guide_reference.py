"""exact_hat beside two applications of the guide of Yotov, Piermartini, Monteiro & Larch (2016), An
Advanced Guide to Trade Policy Analysis: The Structural Gravity Model (UNCTAD and WTO), chapter 2.

Application 1 takes the borders of 69 countries away in 2006 (pp. 103-110), application 2 measures
what NAFTA did in 1994 (pp. 112-116). The guide itself was not seen. Coefficients, summaries of the
iterations and country results were read in a replication of it, M. Vargas Sepulveda's repository
pachadotdev/tradepolicy (CC BY 4.0: the logs of the guide's Stata programs, tables of a run in R),
and the page numbers are as the replication gives them. The data are the guide's own.

The guide starts from fitted flows. With the published coefficients only the fixed effects are to be
found, by scaling until the sums of the effects agree: no regression is run here. The fit matters:
with the trade that was observed in 1994 Canada's real GDP moves by 3.08 per cent, not by 3.40.

The guide iterates regressions, exact_hat solves for wages, and the two do not meet entirely. The
guide carries its importer effects from round to round by multiplication and never imposes what
buyers spend. In a rerun of its loop sellers clear where application 1 comes to rest, while
purchases are off by 0.1 to 5 per cent of spending, most in Macao and Hong Kong. exact_hat clears
both sides. Application 2 stops after three rounds, its tolerance being 0.01. By then Canada sells
1.3 per cent less than its output at the new price, Mexico 1.1 and the United States 0.4; carried on
for a hundred rounds the same loop drifts away. The tolerances below leave room for that.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

import duckdb
import numpy as np
import pandas as pd
import pytest

from equity.market import ExactHat, exact_hat
from tests.gravity import one_step, wide

RAW = "data/gravity/agtpa_1986_2006.parquet"
SIGMA, REFERENCE, COUNTRIES = 7, "DEU", 69
ROUNDS, CLOSE = 5_000, 1e-13
# Coefficients have seven printed digits, the border's half a unit of 5e-7: sums meet no closer.
PRINTED = 5e-7

BORDERS_YEAR = 2006
BORDERS = {"distance": -0.7912879, "contiguity": 0.6736456, "border": -2.47445}

YEARS, NAFTA_YEAR = (1986, 1990, 1994, 1998, 2002, 2006), 1994
NAFTA, AGREEMENT = ["CAN", "MEX", "USA"], 0.5571853
PAIRS = {"distance": -0.8475027, "contiguity": 0.2940831, "lang": 0.3632659, "clny": 0.2394163}
OBSERVATIONS, PAIR_OBSERVATIONS = 28_482, 4_678

# First round of each log: mean, standard deviation, least and greatest change of prices.
FIRST_ROUND = {
    "borders": ("1.305293", ".0796225", ".9666225", "1.468882"),
    "nafta": (".9994758", ".0031412", ".978553", "1.000545"),
}

# Real GDP without borders, per cent (figure 7, p. 110). HKG is not in the replication's table. NER
# is left out: there the run in R contradicts the gravity that it solves. Its exports at unchanged
# sizes fall by 3.9 per cent where flows balanced to the same sums have them rise by 1.2 (elsewhere
# the two agree within 0.03 points), and its GDP is 3.5 points away.
BORDERS_GDP = """
    ARG 48.98525 AUS 28.60991 AUT 49.08699 BEL 27.74768 BGR 59.40430 BOL 68.57125
    BRA 25.21642 CAN 54.28184 CHE 39.79910 CHL 37.19579 CHN 14.35432 CMR 68.38720
    COL 49.10560 CRI 46.54359 CYP 52.78567 DEU 24.36149 DNK 48.37477 ECU 54.71510
    EGY 51.01937 ESP 32.34363 FIN 41.74319 FRA 35.96100 GBR 24.15030 GRC 41.31735
    HUN 45.20307 IDN 38.30071 IND 33.92128 IRL 40.95840 IRN 49.74479 ISL 59.21943
    ISR 27.94090 ITA 27.44041 JOR 46.81432 JPN 12.37775 KEN 60.51586 KOR 19.27448
    KWT 32.15095 LKA 44.40452 MAC 42.35454 MAR 56.12252 MEX 45.83101 MLT 47.93123
    MMR 63.96491 MUS 46.40330 MWI 69.19447 MYS 37.65405 NGA 40.73272 NLD 35.58638
    NOR 50.61375 NPL 72.42655 PAN 57.98568 PHL 44.41653 POL 44.26218 PRT 47.58396
    QAT 38.11574 ROM 51.81012 SEN 64.93638 SGP 8.66308 SWE 40.97453 THA 28.51751
    TTO 40.87650 TUN 58.71101 TUR 37.47189 TZA 69.38419 URY 58.79683 USA 10.60183
    ZAF 30.03603
"""
BORDERS_MEDIAN, BORDERS_NEAR, BORDERS_SHARE, BORDERS_FAR = 0.08, 0.1, 0.9, 0.15
MACAO_FAR = 0.45

# Real GDP with NAFTA against a world without it, per cent (p. 116, where the replication says that
# the book exchanged the columns of GDP and of outward resistances).
NAFTA_GDP = """
    ARG -0.01 AUS -0.01 AUT -0.01 BEL 0.00 BGR 0.00 BOL -0.02 BRA -0.01 CAN 3.40 CHE -0.01
    CHL -0.03 CHN -0.01 CMR -0.01 COL -0.03 CRI -0.07 CYP 0.00 DEU -0.01 DNK -0.01 ECU -0.02
    EGY -0.01 ESP -0.01 FIN -0.01 FRA -0.01 GBR -0.01 GRC 0.00 HKG -0.02 HUN 0.00 IDN -0.01
    IND -0.01 IRL -0.03 IRN 0.00 ISL -0.01 ISR -0.02 ITA -0.01 JOR 0.00 JPN -0.01 KEN 0.00
    KOR -0.02 KWT -0.01 LKA -0.01 MAC -0.05 MAR 0.00 MEX 3.81 MLT -0.02 MMR 0.00 MUS -0.01
    MWI -0.01 MYS -0.03 NER -0.06 NGA 0.00 NLD -0.01 NOR -0.01 NPL -0.01 PAN -0.02 PHL -0.03
    POL 0.00 PRT 0.00 QAT -0.01 ROM 0.00 SEN 0.00 SGP -0.03 SWE -0.01 THA -0.01 TTO -0.08
    TUN 0.00 TUR 0.00 TZA -0.01 URY -0.02 USA 0.33 ZAF -0.01
"""
NAFTA_EXPORTS = {"CAN": 37.46, "MEX": 43.52, "USA": 14.89}
NAFTA_GDP_FAR, NAFTA_EXPORTS_FAR = 0.05, 1.0


Floats: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
Sums: TypeAlias = list[tuple[float, float]]


class Case(NamedTuple):
    """Fitted flows, the log change of trade, and pairs of sums that the coefficients equate."""

    flows: pd.DataFrame
    effect: pd.DataFrame
    sums: Sums

    def solved(self) -> ExactHat:
        return exact_hat(
            self.flows, self.effect, trade_elasticity=SIGMA - 1.0, deficits="multiplicative"
        )


def panel(raw: Path, *years: int) -> pd.DataFrame:
    chosen = ", ".join(map(str, years))
    data: pd.DataFrame = duckdb.read_parquet(raw.as_posix()).filter(f"year in ({chosen})").df()
    abroad = data["exporter"] != data["importer"]
    return data.sort_values(["year", "exporter", "importer"], ignore_index=True).assign(
        distance=np.log(data["dist"]), contiguity=data["cntg"], border=abroad.astype(float)
    )


def pull(data: pd.DataFrame, slopes: dict[str, float]) -> pd.Series:
    return pd.Series(np.exp(data[list(slopes)] @ pd.Series(slopes)), data.index)


def scaled(mass: pd.Series, trade: pd.Series, *effects: pd.Series) -> list[Floats]:
    """Return fitted trade, then each effect's factor: the sums of every effect are those of trade.

    These are the values of a Poisson regression on these effects with known slopes in `mass`.
    """
    codes = [pd.factorize(effect)[0] for effect in effects]
    totals = [np.bincount(code, trade) for code in codes]
    factors = [np.ones(len(trade)) for _ in effects]
    value = mass.to_numpy(copy=True)
    for _ in range(ROUNDS):
        furthest = 0.0
        for code, total, factor in zip(codes, totals, factors, strict=True):
            ratio = total / np.bincount(code, value)
            value *= ratio[code]
            np.multiply(factor, ratio[code], out=factor)
            furthest = max(furthest, float(np.abs(ratio - 1).max()))
        if furthest < CLOSE:
            return [value, *factors]
    raise AssertionError(f"The sums are still {furthest:.1e} apart after {ROUNDS} rounds.")


def sums(data: pd.DataFrame, trade: pd.Series, value: Floats, *names: str) -> Sums:
    """Sum of every variable over trade and over its fitted values: equal at the estimates."""
    return [((data[name] * trade).sum(), (data[name] * value).sum()) for name in names]


def pair_pull(data: pd.DataFrame) -> tuple[pd.Series, Sums]:
    """Pull of every pair in NAFTA_YEAR, from its effect or, where it never traded, from geography.

    All domestic sales share one effect. The scale is free: exporters' and importers' effects take
    it up.
    """
    data = data.assign(pair=data["pair_id"].where(data["border"] == 1, 0))
    traded = data.groupby("pair")["trade"].transform("sum") > 0
    used = data[traded]
    assert len(used) == OBSERVATIONS
    sides = [used.groupby([side, "year"]).ngroup() for side in ("exporter", "importer")]
    mass = pull(used, {"rta": AGREEMENT})
    value, *_, factor = scaled(mass, used["trade"], *sides, used["pair"])
    first = sums(used, used["trade"], value, "rta")
    level = pd.Series(factor, used.index).reindex(data.index)[data["year"] == NAFTA_YEAR]
    now = data.loc[level.index]
    seen = now[level.notna() & (now["border"] == 1)]
    assert len(seen) == PAIR_OBSERVATIONS
    known = level[seen.index]
    value, out, into = scaled(pull(seen, PAIRS), known, seen["exporter"], seen["importer"])
    second = sums(seen, known, value, *PAIRS)
    exporter = now["exporter"].map(dict(zip(seen["exporter"], out, strict=True)))
    importer = now["importer"].map(dict(zip(seen["importer"], into, strict=True)))
    return level.fillna(exporter * importer * pull(now, PAIRS)), first + second


@pytest.fixture(scope="module")
def borders(shared: Callable[[str], Path]) -> Case:
    data = panel(shared(RAW), BORDERS_YEAR)
    value, *_ = scaled(pull(data, BORDERS), data["trade"], data["exporter"], data["importer"])
    data = data.assign(value=value, effect=-BORDERS["border"] * data["border"])
    equal = sums(data, data["trade"], value, *BORDERS)
    return Case(wide(data, "value"), wide(data, "effect"), equal)


@pytest.fixture(scope="module")
def nafta(shared: Callable[[str], Path]) -> Case:
    data = panel(shared(RAW), *YEARS)
    pairs, equal = pair_pull(data)
    data = data.loc[pairs.index]
    mass = pairs * pull(data, {"rta": AGREEMENT})
    value, *_ = scaled(mass, data["trade"], data["exporter"], data["importer"])
    inside = data["exporter"].isin(NAFTA) & data["importer"].isin(NAFTA)
    data = data.assign(value=value, effect=-AGREEMENT * (inside * data["border"]))
    return Case(wide(data, "value"), wide(data, "effect"), equal)


@pytest.fixture(params=["borders", "nafta"])
def case(request: pytest.FixtureRequest) -> tuple[str, Case]:
    return request.param, request.getfixturevalue(request.param)


def published(table: str) -> pd.Series:
    words = table.split()
    return pd.Series(np.array(words[1::2], dtype=float), words[::2])


def exports(flows: pd.DataFrame) -> pd.Series:
    abroad = flows.sum(axis=1) - np.diag(flows)
    return pd.Series(abroad, flows.index)


def test_the_published_coefficients_belong_to_these_data(case: tuple[str, Case]) -> None:
    """At the estimates every variable sums to the same over trade and over its fitted values."""
    for given, fitted in case[1].sums:
        assert fitted == pytest.approx(given, rel=PRINTED)


def test_the_first_round_has_the_digits_of_the_log(
    case: tuple[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guide's first round is the step of gegravity; its log lists a price once per importer."""
    monkeypatch.setattr("tests.gravity.SIGMA", SIGMA)
    monkeypatch.setattr("tests.gravity.REFERENCE", REFERENCE)
    name, (flows, effect, _) = case
    assert flows.shape == (COUNTRIES, COUNTRIES)
    price = np.repeat(one_step(flows, effect)["price"].to_numpy(), COUNTRIES)
    found = [price.mean(), price.std(ddof=1), price.min(), price.max()]
    for number, figure in zip(found, FIRST_ROUND[name], strict=True):
        last_digit = 10.0 ** -len(figure.partition(".")[2])
        assert number == pytest.approx(float(figure), abs=last_digit / 2)


def test_real_gdp_without_borders(borders: Case) -> None:
    """Effects run from 8.7 to 72.4 per cent, and most are met within a tenth of a point.

    The first round alone would be 1.2 points off in the median, an elasticity of 5.9 instead of 6
    by 1.0. Deficits are multiplicative as in the guide, but hardly tested: additive ones come
    nearer in the median and miss Macao by 1.0.
    """
    expected = published(BORDERS_GDP)
    result = borders.solved()
    gap = (100 * (result.wages / result.price_index - 1) - expected).abs().dropna()
    assert len(gap) == len(expected)
    assert gap.median() < BORDERS_MEDIAN
    assert (gap < BORDERS_NEAR).mean() > BORDERS_SHARE
    assert gap["MAC"] < MACAO_FAR
    assert gap.drop("MAC").max() < BORDERS_FAR


def test_real_gdp_with_nafta(nafta: Case) -> None:
    """The effect of having the agreement: the experiment takes it away, so results are inverted."""
    expected = published(NAFTA_GDP)
    result = nafta.solved()
    real = 100 * (result.price_index / result.wages - 1)
    assert len(expected) == COUNTRIES
    np.testing.assert_allclose(real[expected.index], expected, rtol=0, atol=NAFTA_GDP_FAR)


def test_exports_with_nafta(nafta: Case) -> None:
    """Exports of the members are further off than GDP: they follow prices with an elasticity of 6,
    and the guide's prices are those of its third round.
    """
    change = 100 * (exports(nafta.flows) / exports(nafta.solved().flows) - 1)
    for country, expected in NAFTA_EXPORTS.items():
        assert change[country] == pytest.approx(expected, abs=NAFTA_EXPORTS_FAR)
