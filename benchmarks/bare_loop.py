"""The least that could do it: reads both sides, writes what differs, remembers nothing.

No retries, no checks, no state. It makes the calls that sync-cli makes for the same rows, two
writing ones at a time, and is what the speed of sync-cli is compared with.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

BATCH = 100
PAGE = 500
AT_ONCE = 2

Row = dict[str, Any]


def main() -> None:
    """Bring the shop's numbers to what the ERP has on hand less its demand."""
    shop_url, erp_url = sys.argv[1:]
    shop, erp = requests.Session(), requests.Session()
    shop.auth = (os.environ["SYNC_CLI_BENCH_KEY"], os.environ["SYNC_CLI_BENCH_SECRET"])
    erp.headers["Authorization"] = f"Bearer {os.environ['SYNC_CLI_BENCH_TOKEN']}"
    products = f"{shop_url}/wp-json/wc/v3/products"
    changed = list(_changed(shop, products, _rows(erp, f"{erp_url}/api/v1/stock")))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        batches = [changed[at : at + BATCH] for at in range(0, len(changed), BATCH)]
        for _ in threads.map(lambda batch: _write(shop, f"{products}/batch", batch), batches):
            continue


def _rows(erp: requests.Session, url: str) -> Iterator[list[Row]]:
    params = {"limit": str(PAGE)}
    while True:
        page = erp.get(url, params=params).json()
        rows = page["items"]
        yield from (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))
        if page["next"] is None:
            return
        params["after"] = page["next"]


def _changed(shop: requests.Session, url: str, rows: Iterator[list[Row]]) -> Iterator[Row]:
    for some in rows:
        wanted = {row["sku"]: _pieces(row) for row in some}
        params = {
            "sku": ",".join(wanted),
            "per_page": str(BATCH),
            "_fields": "id,sku,stock_quantity",
        }
        for product in shop.get(url, params=params).json():
            if product["stock_quantity"] != wanted[product["sku"]]:
                yield {"id": product["id"], "stock_quantity": wanted[product["sku"]]}


def _pieces(row: Row) -> int:
    units = sum(float(each["on_hand"]) - float(each["demand"]) for each in row["warehouses"])
    return max(0, int(units // float(row["unit_factor"])))


def _write(shop: requests.Session, url: str, batch: list[Row]) -> None:
    answer = shop.post(url, json={"update": batch})
    answer.raise_for_status()
    answer.json()


if __name__ == "__main__":
    main()
