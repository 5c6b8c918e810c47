"""How far apart a country's reports are from its partners', and what weight that gives them.

After the reconciliation behind BACI (Gaulier and Zignago 2010), which weighs the two reports of a
flow by the reliability of the reporters. There the absolute log ratio of mirror reports is
regressed on effects of exporters, importers, products and years. Here the squared log ratio is
split into the variance of the exporter's and that of the importer's report, so that the weights are
inverse variances; products and years have no effect of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import duckdb

__all__ = ["matched_pairs", "reliability"]

ROUNDS = 500
TOLERANCE = 1e-12
# No reporter is taken for exact: standard deviation of a log report.
LEAST_DEVIATION = 0.01


def matched_pairs(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Add up squared log ratios of mirror reports by pair of countries.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With the view ``paired``.

    Returns
    -------
    pandas.DataFrame
        exporter, importer, flows, squares: sum of squared deviations of the log of importer's over
        exporter's report from its mean over all flows.
    """
    return connection.execute(
        "with ratios as (select exporter, importer, ln(import_fob / export_value) as ratio "
        "from paired where has_import and has_export and import_fob > 0 and export_value > 0), "
        "centre as (select avg(ratio) as mean from ratios) "
        "select exporter, importer, count(*)::double as flows, "
        "sum((ratio - mean) * (ratio - mean)) as squares "
        "from ratios, centre group by exporter, importer order by exporter, importer"
    ).df()


def reliability(pairs: pd.DataFrame) -> pd.DataFrame:
    """Split squared log ratios of mirror reports into a variance per exporter and per importer.

    The expected square of a pair is ``export_variance[i] + import_variance[j]``; both are fitted by
    least squares with the number of flows as weight. Only the sum is known, so exporters' and
    importers' reports are taken for equally reliable on average.

    Parameters
    ----------
    pairs : pandas.DataFrame
        exporter, importer, flows, squares.

    Returns
    -------
    pandas.DataFrame
        country, export_variance, import_variance (of the log of a report), flows as exporter and
        as importer; the average where a country has no mirrored report.
    """
    countries = sorted({*pairs["exporter"], *pairs["importer"]})
    at = {country: n for n, country in enumerate(countries)}
    i = pairs["exporter"].map(at).to_numpy(int)
    j = pairs["importer"].map(at).to_numpy(int)
    flows = pairs["flows"].to_numpy(float)
    squares = pairs["squares"].to_numpy(float)
    size = len(countries)
    count_i, count_j = (np.bincount(k, flows, size).astype(float) for k in (i, j))
    average = squares.sum() / flows.sum() / 2 if flows.sum() else LEAST_DEVIATION**2
    a, b = np.full(size, average), np.full(size, average)
    for _ in range(ROUNDS):
        before = a
        a = _fitted(i, squares - flows * b[j], count_i, average)
        b = _fitted(j, squares - flows * a[i], count_j, average)
        shift = (_mean(b, count_j) - _mean(a, count_i)) / 2
        a, b = _floored(a + shift), _floored(b - shift)
        if np.abs(a - before).max(initial=0.0) < TOLERANCE:
            break
    return pd.DataFrame(
        {
            "country": pd.Series(countries, dtype="str"),
            "export_variance": a,
            "import_variance": b,
            "flows_as_exporter": count_i,
            "flows_as_importer": count_j,
        }
    )


Floats = np.ndarray[Any, np.dtype[np.float64]]


def _fitted(
    at: np.ndarray[Any, np.dtype[np.int_]], rest: Floats, count: Floats, average: float
) -> Floats:
    total = np.bincount(at, rest, len(count))
    mean = np.divide(total, count, out=np.full(len(count), average), where=count > 0)
    return _floored(mean)


def _floored(variance: Floats) -> Floats:
    floored: Floats = np.maximum(variance, LEAST_DEVIATION**2)
    return floored


def _mean(variance: Floats, count: Floats) -> float:
    total = count.sum()
    return float((variance * count).sum() / total) if total else 0.0
