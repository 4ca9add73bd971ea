"""Records of a window as the decision table sees them, and the rules of two kinds of route."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sync_cli.core.errors import Problem
from sync_cli.core.item import (
    Applied,
    Candidate,
    Intent,
    Item,
    Kind,
    Link,
    Rules,
    Step,
    Target,
)
from sync_cli.core.plan import Operation, Reject, Skip, decide

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
IN_DOUBT = timedelta(minutes=15)
DOCUMENT = Rules(Kind.DOCUMENT, creates=True, in_doubt=IN_DOUBT)
MASTER = Rules(Kind.MASTER, creates=True, in_doubt=IN_DOUBT)
PROBLEM = Problem("order-unproven", "Order 1042", "its parts do not add up", "Correct it.")

LINK = Link("1042", "77", "key_1", "WC-main-1042")
APPLIED = Applied("fingerprint", "mapping-1", "content", "confirmed")
DRAFT = Candidate("77", "WC-main-1042", "draft")
CONFIRMED = Candidate("78", "WC-main-1042", "confirmed")
CANCELLED = Candidate("79", "WC-main-1042", "cancelled", cancelled=True)


def order(**facts: Any) -> Item:
    """A readable, settled shop order that is nowhere in the ERP; `facts` replace its own."""
    known: dict[str, Any] = {
        "id": "1042",
        "label": "Order 1042",
        "birth": "key_1",
        "content": "content",
        "mapping": "mapping-1",
        "reference": "WC-main-1042",
        "match": "WC-main-1042",
        "fingerprint": "fingerprint",
        "wanted": "confirmed",
    }
    return Item(**{**known, **facts})


def linked(**facts: Any) -> Item:
    """The same order, transferred before and unchanged since."""
    known = {"link": LINK, "applied": APPLIED, "target": Target("confirmed")}
    return order(**{**known, **facts})


def intent(step: Step, *, age: timedelta = timedelta(0), target: str = "") -> Intent:
    """A call that was begun `age` ago and has no answer."""
    return Intent("orders", "1042", "WC-main-1042", step, NOW - age, "request", 1, target=target)


def told(operation: Operation) -> str:
    """The kind of the operation, and what it says: a problem's code or a skip's reason."""
    match operation:
        case Reject(problem=problem):
            return f"Reject {problem.code}"
        case Skip(reason=reason):
            return f"Skip {reason}"
        case _:
            return type(operation).__name__


def decision(item: Item, rules: Rules = DOCUMENT) -> str:
    """What the table says of `item` at noon."""
    return told(decide(item, rules, NOW))
