"""The pretend shop and ERP: how far they answer as recorded, their faults, their traps."""

from __future__ import annotations

from dataclasses import fields

from sync_cli.sandbox.faults import KINDS, FaultRule
from sync_cli.sandbox.shop.trap_orders import TRAPS
from tests.conformance.figures import load, load_doctored
from tools.docs.markdown import code, table


def figure() -> str:
    """How many recordings conform, in a sentence."""
    return load().sentence()


def doctored() -> str:
    """How many lies the comparison finds out, in a sentence."""
    return load_doctored().sentence()


def left_out() -> str:
    """What is left out on purpose, by name."""
    rows = ((code(name), reason) for name, reason in load().left_out.items())
    return table(("recording", "why it is left out"), rows)


def faults() -> str:
    """Every kind of fault, and the fields of a rule."""
    kinds = table(("kind", "what happens"), ((code(kind), words) for kind, words in KINDS.items()))
    named = ", ".join(code(field.name) for field in fields(FaultRule))
    return f"{kinds}\n\nThe fields of a rule: {named}."


def traps() -> str:
    """The sorts of orders that `--traps` adds."""
    return "\n".join(f"- {trap.__name__.strip('_').replace('_', ' ')}" for trap in TRAPS)
