"""`python -m benchmarks`: measures, prints a table with the goals, writes results.json.

Each suite is written down when it is over, so that some of them may be measured on another day, or
in another size, than the rest. `make docs` puts the results into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import compileall
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.comparing import measure_reconcile
from benchmarks.figures import RESULTS, Figure, Occasion, heading, line_of, write_results
from benchmarks.measuring import ROOT
from benchmarks.odoo_orders import measure_odoo_orders
from benchmarks.older_orders import measure_backfill
from benchmarks.order_backfill import measure_orders
from benchmarks.product_rows import measure_products
from benchmarks.ratios import measure_ratios
from benchmarks.sizes import Size
from benchmarks.starting import measure_starts
from benchmarks.stock_rows import measure_stock_rows
from benchmarks.stock_writes import measure_stock_writes
from benchmarks.tryton_calls import measure_tryton

SUITES: dict[str, Callable[[Size], Iterator[Figure]]] = {
    "start": measure_starts,
    "rows": measure_stock_rows,
    "products": measure_products,
    "orders": measure_orders,
    "odoo": measure_odoo_orders,
    "backfill": measure_backfill,
    "reconcile": measure_reconcile,
    "ratios": measure_ratios,
    "writes": measure_stock_writes,
    "tryton": measure_tryton,
}


def main() -> None:
    """Run the suites; a missed goal is told, never an error: it is a figure and not a test."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--size", type=Size, choices=list(Size), default=Size.USUAL)
    parser.add_argument("--only", choices=SUITES, nargs="*", help="these suites")
    parser.add_argument("--results", type=Path, help="where the JSON goes; of a smoke run nowhere")
    options = parser.parse_args()
    if options.results is None and options.size is not Size.SMOKE:
        options.results = RESULTS
    # an installed program is compiled, a fresh checkout is not
    compileall.compile_dir(ROOT / "sync_cli", quiet=1)
    print(heading())
    for name in options.only or SUITES:
        figures = []
        for figure in SUITES[name](options.size):
            figures.append(figure)
            print(line_of(figure), flush=True)
        if options.results is not None:
            write_results(options.results, figures, Occasion.now(options.size))


if __name__ == "__main__":
    main()
