"""Write which routes a shop has and what each takes, from the route index that a shop answers.

`python -m tools.shop_arguments INDEX.json`, INDEX being the answer of `GET /wp-json/wc/v3`.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from sync_cli.sandbox.shop.arguments import FILE
from sync_cli.sandbox.shop.routes import ROUTES

Json = dict[str, Any]
_PREFIX = "/wc/v3/"
INDEX = Path(__file__).parent.parent / "tests" / "sandbox" / "shop" / "index.json"
"""Where a test finds all routes, to tell which of them the sandbox lacks."""
_NUMBER = re.compile(r"\(\?P<\w+>\[\\d\]\+\)")
_WORD = re.compile(r"\(\?P<\w+>[^)]*\)")
_KEPT = ("type", "enum", "format", "minimum", "maximum", "required")
_LISTS_OF_IDS = frozenset({"include", "exclude", "parent", "parent_exclude"})
"""Lists that the shop reads without a check: a word among the ids is ignored (FACTS 2.8)."""


def trimmed(schema: Json) -> Json:
    """A schema without what is said to people or follows from something else."""
    kept = {name: schema[name] for name in _KEPT if schema.get(name)}
    if isinstance(schema.get("items"), dict):
        kept["items"] = trimmed(schema["items"])
    properties = schema.get("properties")
    if isinstance(properties, dict):
        kept["properties"] = {name: trimmed(part) for name, part in properties.items()}
    return kept


def arguments(index: Json) -> Json:
    """What every route of the sandbox takes, by path and method."""
    served = {route.path for route in ROUTES}
    found: Json = {}
    for address, route in index["routes"].items():
        path = _short(address)
        if path in served and not path.endswith("/batch"):
            found[path] = {
                method: _taken(endpoint["args"] or {}, method)
                for endpoint in route["endpoints"]
                for method in endpoint["methods"]
                if method not in ("PUT", "PATCH")
            }
    return found


def _short(address: str) -> str:
    """A route's path as the sandbox writes it."""
    path = address.removeprefix(_PREFIX.rstrip("/")).lstrip("/")
    return _WORD.sub("<word>", _NUMBER.sub("<id>", path))


def methods(index: Json) -> dict[str, list[str]]:
    """The methods of every route of the shop, by path."""
    found: dict[str, list[str]] = {}
    for address, route in index["routes"].items():
        served = {method for endpoint in route["endpoints"] for method in endpoint["methods"]}
        found[_short(address)] = sorted(served)
    return found


def _taken(args: Json, method: str) -> Json:
    return {
        name: trimmed(schema)
        for name, schema in args.items()
        if not (method == "GET" and name in _LISTS_OF_IDS and schema.get("type") == "array")
    }


def main(arguments_given: list[str]) -> None:
    """Write the files."""
    index = json.loads(Path(arguments_given[0]).read_text(encoding="utf-8"))
    rows = (
        f' "{path}": {json.dumps(taken, separators=(",", ":"))}'
        for path, taken in sorted(arguments(index).items())
    )
    FILE.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    lines = (f' "{path}": {json.dumps(served)}' for path, served in sorted(methods(index).items()))
    INDEX.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
