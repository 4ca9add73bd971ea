"""What each figure is, in a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "start-cpu": "CPU of `sync-cli --help`",
    "idle-run-cpu": "CPU of a run that finds nothing to do, of `orders` or `stock`",
    "first-run-us-per-row": "CPU for a row of the first `stock` run, which links all articles",
    "first-run-peak-mb": "peak memory of that run",
    "engine-us-per-row": "CPU for a row of `stock --full` with nothing changed",
    "engine-peak-mb": "peak memory of that run",
    "stock-write-ratio": "seconds in which all rows are written, against a loop that only writes",
    "stock-run-ratio": "the same of the whole run, from start to end",
    "product-first-us": "CPU for a record of the first `products` run: linked and completed",
    "product-unchanged-us": "CPU for a record of `products --full` with nothing changed",
    "product-peak-mb": "peak memory of that run",
    "product-changed-us": "CPU for a changed record where 5 % changed",
    "product-all-changed-us": "CPU for a record where all changed",
    "product-changed-peak-mb": "peak memory of that run",
    "product-echo-us": "CPU for a record that the run before wrote and the shop lists as changed",
    "product-new-us": "CPU for a product that is made in the shop",
    "product-new-peak-mb": "peak memory of that run",
    "product-unchanged-ratio": "seconds of `products --full` with nothing changed, against a bare"
    " loop that makes the same calls two at a time",
    "product-changed-ratio": "the same where all changed",
    "order-cpu-ms": "CPU for a new order: customer, document, proof, confirmation, number back",
    "backfill-cpu-ms": "CPU for an older order that a backfill brings over",
    "backfill-peak-mb": "peak memory of the whole backfill",
    "reconcile-us": "CPU of `reconcile` for a record of either side",
    "reconcile-peak-mb": "peak memory of that run",
    "reconcile-ratio": "seconds of `reconcile`, against a bare loop that makes the same calls two"
    " at a time",
    "odoo-orders-ratio": "seconds for orders into Odoo, against a bare loop in batches",
    "odoo-repeat-calls": "calls for a batch of orders that Odoo has already",
    "tryton-products-ratio": "seconds in which Tryton's articles are read, against the bare calls",
    "tryton-orders-ratio": "seconds for orders into Tryton, against the bare calls",
    "tryton-repeat-calls": "calls for a batch of orders that Tryton has already",
}
