"""Charts as SVG text, drawn without a window system."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np

from equity.report.labels import INCOME, SIZE, label
from equity.schema import SIZE_CLASSES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["exposure_chart", "group_chart", "importance_chart", "role_chart"]

COLOURS = {"small": "#0b6e6e", "medium": "#6aa5a0", "large": "#c9d7d4"}
LOSS, GAIN, INK = "#b5482f", "#2f7d4f", "#1f2a2e"
WIDTH, ROW = 7.2, 0.42
MILLION = 1e6
# Characters of a name that leave room for the bars.
LONGEST_NAME = 48
BAR = 0.26
# Rows that a group of bars takes, and points between a bar and its number.
GROUP_ROWS, GAP = 1.6, 3
STYLE = {
    "font.family": "sans-serif", "font.size": 9, "axes.spines.top": False,
    "axes.spines.right": False, "axes.edgecolor": "#8a979a", "axes.labelcolor": INK,
    "text.color": INK, "xtick.color": INK, "ytick.color": INK, "svg.hashsalt": "equity",
    "svg.fonttype": "none", "axes.grid": True, "axes.grid.axis": "x", "grid.color": "#e3e8e8",
    "axes.axisbelow": True, "text.parse_math": False,
}  # fmt: skip


@contextmanager
def _figure(rows: float) -> Iterator[tuple[Figure, Axes, io.StringIO]]:
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(WIDTH, 1 + ROW * rows), layout="constrained")
        FigureCanvasSVG(figure)
        text = io.StringIO()
        yield figure, figure.add_subplot(), text
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})


def _svg(text: io.StringIO, title: str) -> str:
    body = text.getvalue()
    body = body[body.index("<svg") :]
    return body.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)


def group_chart(groups: pd.DataFrame) -> str:
    """Draw producers' net gain by income group and size class, with ranges.

    Parameters
    ----------
    groups : pandas.DataFrame
        The record's ``groups`` table.

    Returns
    -------
    str
        SVG.
    """
    present = [name for name in INCOME if name in set(groups["income_group"])]
    with _figure(len(present) * GROUP_ROWS) as (_, axes, text):
        for offset, size in enumerate(SIZE_CLASSES):
            rows = groups[groups["size_class"] == size].set_index("income_group")
            rows = rows.loc[[name for name in present if name in rows.index]]
            place = np.array([present.index(name) for name in rows.index]) + (offset - 1) * BAR
            net = rows["producer_net"].to_numpy() / MILLION
            ends = rows[["producer_net_low", "producer_net_high"]].to_numpy() / MILLION
            axes.barh(place, net, BAR, color=COLOURS[size], label=f"{SIZE[size]} producers")
            axes.hlines(place, ends[:, 0], ends[:, 1], color=INK, linewidth=1)
        axes.set_yticks(range(len(present)), [INCOME[name] for name in present])
        axes.invert_yaxis()
        _zero_line(axes)
        axes.set_xlabel("Producers' gains less losses, USD m a year (line: nine draws in ten)")
        axes.legend(frameon=False, ncols=len(SIZE_CLASSES), loc="lower center",
                    bbox_to_anchor=(0.5, 1))  # fmt: skip
    return _svg(text, "Producers' net gain by income group and size")


def role_chart(by_role: pd.DataFrame) -> str:
    """Draw gains and losses by role.

    Parameters
    ----------
    by_role : pandas.DataFrame
        role, amount (USD/year).

    Returns
    -------
    str
        SVG.
    """
    amount = by_role["amount"].to_numpy() / MILLION
    with _figure(len(by_role)) as (_, axes, text):
        colours = np.where(amount < 0, LOSS, GAIN).tolist()
        axes.barh([label(role) for role in by_role["role"]], amount, color=colours)
        axes.invert_yaxis()
        _zero_line(axes)
        axes.set_xlabel("Gain (right) or loss (left), USD m a year")
    return _svg(text, "Gains and losses by role")


def exposure_chart(exposure: pd.DataFrame) -> str:
    """Draw the largest exporters with what they sell to the adopting markets.

    Parameters
    ----------
    exposure : pandas.DataFrame
        name, total_value, market_value, market_share; largest first.

    Returns
    -------
    str
        SVG.
    """
    with _figure(len(exposure)) as (_, axes, text):
        names = [shorten(name, LONGEST_NAME, placeholder=" …") for name in exposure["name"]]
        places = range(len(names))
        axes.barh(places, exposure["total_value"] / MILLION, color=COLOURS["large"],
                  label="other markets")  # fmt: skip
        axes.barh(places, exposure["market_value"] / MILLION, color=COLOURS["small"],
                  label="markets where the standard applies")  # fmt: skip
        for place, row in enumerate(exposure.itertuples(index=False)):
            end: Any = row.total_value
            part: Any = row.market_share
            axes.annotate(f"{100 * part:.3g} %", (end / MILLION, place), xytext=(GAP, 0),
                          textcoords="offset points", va="center")  # fmt: skip
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.set_xlabel("Exports, USD m")
        axes.legend(frameon=False, loc="lower right")
    return _svg(text, "Exports by origin and what goes to the adopting markets")


def importance_chart(importance: pd.DataFrame) -> str:
    """Draw which parameters move the producers' net gain most.

    Parameters
    ----------
    importance : pandas.DataFrame
        parameter, share; largest first.

    Returns
    -------
    str
        SVG.
    """
    with _figure(len(importance)) as (_, axes, text):
        axes.barh(importance["parameter"], 100 * importance["share"], color=COLOURS["medium"])
        axes.invert_yaxis()
        axes.set_xlabel("Share of the movement explained, % (squared rank correlation)")
    return _svg(text, "Parameters that matter most")


def _zero_line(axes: Axes) -> None:
    axes.axvline(0, color=INK, linewidth=1)
