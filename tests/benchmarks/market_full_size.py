"""Full-size run of the equilibrium: 5,000 products x 200 exporters x 200 importers.

``python tests/benchmarks/market_full_size.py [products]`` needs about 2 GB. It prints seconds of
indexing and solving, memory, iterations and residual, where the time goes, and what a solve bound
by memory would take. ``--limits`` prints the numbers that a test holds against limits, as JSON.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import resource
import sys
import time
from dataclasses import fields

import numpy as np
import pandas as pd

from equity.market.block import Block, cut
from equity.market.cells import Cells, index_cells
from equity.market.indexing import Index, index_flows
from equity.market.parameters import Elasticities
from equity.market.solver import _ranges, solve, solve_block

COUNTRIES, FLOWS_PER_PRODUCT, PRODUCTS = 200, 2_200, 5_000
PROFILED, COPIED, SOLVES = 1_000, 1 << 26, 2
PARTS = {
    "shares that comply": {"_complying"},
    "supply and its slopes": {
        "supply",
        "_walk",
        "<built-in method numpy._core._multiarray_umath.c_einsum>",
    },
    "Newton steps": {"_excess", "_direction", "clear", "_sides", "_turned", "least_other"},
    "sparse products": {
        "<built-in method scipy.sparse._sparsetools.csc_matvec>",
        "<built-in method scipy.sparse._sparsetools.csr_matvec>",
    },
    "price indices and demand": {"price_indices", "demand_at"},
    "extrapolation": {"extrapolate", "<listcomp>"},
}
SIZES = {"small": (0.2, 3e3), "medium": (0.3, 2e4), "large": (0.5, 5e5)}


def synthetic(products: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flows with the shape of a year of world trade: 30 markets regulate, some ask in part."""
    rng = np.random.default_rng(seed)
    cell = np.concatenate(
        [
            rng.choice(COUNTRIES * COUNTRIES, FLOWS_PER_PRODUCT, replace=False)
            for _ in range(products)
        ]
    )
    product = np.repeat(np.arange(products), FLOWS_PER_PRODUCT)
    order = rng.permutation(len(cell))
    cell, product = cell[order], product[order]
    exporter, importer = np.divmod(cell, COUNTRIES)
    share = np.zeros(COUNTRIES)
    share[:27], share[27:40] = 1.0, 0.3
    countries = pd.Index([f"C{n:03d}" for n in range(COUNTRIES)], dtype="str")
    codes = pd.Index([f"{n:06d}" for n in range(products)], dtype="str")
    flows = pd.DataFrame(
        {
            "exporter": countries.take(exporter),
            "importer": countries.take(importer),
            "product": codes.take(product),
            "value": rng.lognormal(11, 2.5, len(cell)),
            "regulated_share": share[importer],
        }
    )
    sells = np.unique((product * COUNTRIES + exporter)[share[importer] > 0])
    node = np.repeat(sells, len(SIZES))
    count = len(node)
    cells = pd.DataFrame(
        {
            "exporter": countries.take(node % COUNTRIES),
            "product": codes.take(node // COUNTRIES),
            "size_class": pd.Index(list(SIZES), dtype="str").take(
                np.tile(np.arange(len(SIZES)), len(sells))
            ),
            "value_share": np.tile([part for part, _ in SIZES.values()], len(sells)),
            "mean_sales": np.tile([mean for _, mean in SIZES.values()], len(sells)),
            "sales_dispersion": rng.uniform(0.5, 1.5, count),
            "compliant_share": rng.uniform(0, 0.6, count),
            "fixed_cost": rng.lognormal(6, 1, count),
            "variable_cost_share": rng.uniform(0, 0.15, count),
        }
    )
    return flows, cells


def parameters(index: Index, seed: int = 1) -> Elasticities:
    """Elasticities that differ by product."""
    rng = np.random.default_rng(seed)
    size = len(index.products)
    return Elasticities(
        substitution=rng.uniform(2, 8, size),
        demand=rng.uniform(0.5, 2, size),
        supply=rng.uniform(0.3, 2, size),
        loss=np.full(size, 0.15),
        willingness=np.zeros(size),
        domestic=np.zeros(size),
    )


def indexed(products: int) -> tuple[Index, Cells, float]:
    """Return index, cells and the seconds that indexing took."""
    flows, cells = synthetic(products)
    begin = time.perf_counter()
    index = index_flows(flows)
    given = index_cells(cells, index)
    return index, given, time.perf_counter() - begin


def memory() -> float:
    """Resident memory now, GB."""
    with open("/proc/self/statm") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e9


def held(block: Block) -> int:
    """Bytes of the arrays of a block."""
    arrays = [getattr(block, field.name) for field in fields(block)]
    sparse = [part for m in (block.matrix, block.transposed) for part in (m.data, m.indices)]
    return sum(a.nbytes for a in [*arrays, *sparse] if isinstance(a, np.ndarray))


def profile(products: int) -> None:
    """Print the parts of the time in one thread, and the time of reading alone."""
    index, cells, _ = indexed(products)
    by, watch, read = parameters(index), cProfile.Profile(), 0.0
    for first, last in _ranges(index):
        watch.enable()
        block = cut(index, cells, by, first, last)
        steps = solve_block(block, 1e-8).iterations
        watch.disable()
        read += held(block) * steps.mean()
    stats = pstats.Stats(watch)
    own = {name: part[2] for (_, _, name), part in stats.stats.items()}  # type: ignore[attr-defined]
    whole = stats.total_tt  # type: ignore[attr-defined]
    print(f"one thread, {products} products: {whole:.2f} s")
    for part, names in PARTS.items():
        print(f"  {part}: {sum(own.get(name, 0.0) for name in names) / whole:.0%}")
    source, target = np.ones(COPIED), np.empty(COPIED)
    copies = []
    for _ in range(3):
        begin = time.perf_counter()
        np.copyto(target, source)
        copies.append(time.perf_counter() - begin)
    speed = 2 * source.nbytes / min(copies)
    print(
        f"  arrays once an iteration: {read / 1e9:.1f} GB, {read / speed:.2f} s at the "
        f"{speed / 1e9:.1f} GB/s of a copy: {read / speed / whole:.0%} of the time"
    )


def limits() -> None:
    """Print seconds of indexing and of a solve with two threads, largest residual, GB after it.

    A solve is repeated while others use the machine, and the shortest counts.
    """
    index, cells, indexing = indexed(PRODUCTS)
    numbers = parameters(index)
    solving = []
    for _ in range(SOLVES):
        begin = time.perf_counter()
        result = solve(index, cells, numbers, tolerance=1e-8, workers=2)
        solving.append(time.perf_counter() - begin)
    print(
        json.dumps(
            {
                "flows": len(index.value),
                "indexing": indexing,
                "solving": min(solving),
                "residual": float(result.residual.max()),
                "memory": memory(),
            }
        )
    )


def main() -> None:
    """Time one run."""
    if "--limits" in sys.argv:
        limits()
        return
    products = int(sys.argv[1]) if len(sys.argv) > 1 else PRODUCTS
    index, cells, seconds = indexed(products)
    before = memory()
    print(f"{len(index.value):,} segment flows, {len(cells.node):,} cells", flush=True)
    print(f"indexing {seconds:.1f} s, then {before:.2f} GB resident, load {os.getloadavg()[0]:.1f}")
    for workers in (1, 2):
        begin = time.perf_counter()
        result = solve(index, cells, parameters(index), tolerance=1e-8, workers=workers)
        seconds = time.perf_counter() - begin
        steps = result.iterations
        print(
            f"{workers} workers: {seconds:.2f} s, {1e3 * seconds / products:.2f} ms a product, "
            f"iterations {steps.mean():.1f} (largest {steps.max()}), "
            f"residual {result.residual.max():.1e}, now {memory():.2f} GB",
            flush=True,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak of the process, making the tables included: {peak:.1f} GB")
    profile(min(products, PROFILED))


if __name__ == "__main__":
    main()
