"""A cost model of your own, in one file and with nothing in the library touched.

Every k-th shipment is tested. The class holds the parameters with their units and one method from a
producers table to a column. The conformance suite checks it as it checks the built-in models.

Run it with ``python examples/10_own_cost_model.py``; it writes ``out/10_own_cost_model.csv``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd

from equity.costs import CostModel, StandardCostModel, evaluate
from equity.testing import check_cost_model, sample_producers


@dataclass(frozen=True, kw_only=True)
class BatchTesting(CostModel):
    """Annual cost ``fee * ceil(shipments / interval)`` of testing every k-th shipment."""

    behaviour = "variable"  # a wedge in the price; "fixed" would be a hurdle to entry
    needs = ("shipments",)
    recipient = "certifier"
    fee: Annotated[float, "USD_2023/test"]
    interval: Annotated[float, "shipment/test"] = 1.0

    def annual_cost(self, producers: pd.DataFrame) -> pd.Series[float]:
        """Return the fee times the number of tests."""
        tests: pd.Series[float] = np.ceil(producers["shipments"] / self.interval)
        return tests * self.fee


def main() -> None:
    """Check the model, evaluate it beside a built-in one, and write the table."""
    check_cost_model(BatchTesting, fee=18.0, interval=4.0)

    producers = sample_producers()
    models = [BatchTesting(fee=18.0, interval=4.0), StandardCostModel(hours=8.0)]
    costs = evaluate([], producers, price_year=2023, discount_rate=0.05, models=models)

    out = Path("out")
    out.mkdir(exist_ok=True)
    costs.to_csv(out / "10_own_cost_model.csv", index=False)
    shown = ["exporter", "size_class", "item", "behaviour", "annual_cost", "share_of_sales"]
    print("Cost of two requirements for six invented producers, USD of 2023 a year")
    print(costs[shown].to_string(index=False))


if __name__ == "__main__":
    main()
