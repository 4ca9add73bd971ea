"""The calls of an earlier run once more, two at a time, and nothing else.

Nothing is read, compared or remembered: no program that needs these calls can be faster, with two
requests at a time. What sync-cli takes is told as a ratio to this.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

AT_ONCE = 2


def main() -> None:
    """Make the calls in the file; the arguments are the shop's address, the ERP's, and the file."""
    shop_url, erp_url, script = sys.argv[1:]
    shop, erp = requests.Session(), requests.Session()
    shop.auth = (os.environ["SYNC_CLI_BENCH_KEY"], os.environ["SYNC_CLI_BENCH_SECRET"])
    erp.headers["Authorization"] = f"Bearer {os.environ['SYNC_CLI_BENCH_TOKEN']}"
    sides = {"shop": (shop, shop_url), "erp": (erp, erp_url)}

    def make(line: str) -> None:
        call = json.loads(line)
        session, address = sides[call["side"]]
        target = address + call["target"]
        headers = {"Content-Type": "application/json"}
        body = call["body"].encode()
        session.request(call["method"], target, data=body, headers=headers).raise_for_status()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in threads.map(make, Path(script).read_text(encoding="utf-8").splitlines()):
            continue


if __name__ == "__main__":
    main()
