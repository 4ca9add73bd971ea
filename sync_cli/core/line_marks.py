"""What each line of a document was over, remembered by the line's id in the shop.

An id says nothing of a line's content: the shop lets its quantity, its article and its amounts
change under the same id. Once the shop has deleted a product, its line no longer tells which
article it was; these marks tell whether all else is as it was transferred.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sync_cli.core.documents import GONE
from sync_cli.core.fingerprint import digest
from sync_cli.core.model import ZERO, Document, DocumentLine

_MARK = 12


def line_marks(document: Document) -> str:
    """A mark of each line, "5:11=9f86d081884c ...": its id, its product's key, what it is over.

    Parts of one line that have prices of their own count together, as does all that no line of the
    shop stands behind.
    """
    lines: defaultdict[tuple[str, str], list[DocumentLine]] = defaultdict(list)
    for line in document.lines:
        lines[line.line_id, line.product_key].append(line)
    return " ".join(f"{id}:{key}={_mark(parts)}" for (id, key), parts in sorted(lines.items()))


def same_lines(known: str, now: str) -> bool:
    """Whether the marks are those that are `known`, whatever article a deleted product was."""
    before, after = _by_line(known), _by_line(now)
    return before.keys() == after.keys() and all(
        mark == before[id][1] and key in (GONE, before[id][0]) for id, (key, mark) in after.items()
    )


def _mark(parts: list[DocumentLine]) -> str:
    taxes: defaultdict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for line in parts:
        net, tax = taxes[line.tax_key]
        taxes[line.tax_key] = [net + line.net, tax + line.tax]
    return digest([sum((line.pieces for line in parts), ZERO), taxes])[:_MARK]


def _by_line(marks: str) -> dict[str, tuple[str, str]]:
    found = {}
    for one in marks.split():
        line, _, mark = one.partition("=")
        id, _, key = line.partition(":")
        found[id] = (key, mark)
    return found
