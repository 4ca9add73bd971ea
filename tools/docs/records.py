"""The canonical records: the fields that the rules of a mapping lead to and come from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from sync_cli.core import back_records, model, payments, products, refund_records
from sync_cli.core.model import Part, Record
from tools.docs.markdown import code, first_sentence, table

_PLAIN = {str: "text", bool: "true or false", Decimal: "number", datetime: "time"}


def records() -> str:
    """Every canonical record and part, a chapter each; the fields of all records come first."""
    shown = (
        kind
        for room in (products, model, refund_records, payments, back_records)
        for kind in vars(room).values()
        if _is_shown(kind) and kind.__module__ == room.__name__
    )
    return "\n\n".join((_chapter(Record, skipped=Part), *map(_chapter, shown)))


def _is_shown(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Part) and kind not in (Part, Record)


def _chapter(kind: type[BaseModel], skipped: type[BaseModel] = Record) -> str:
    fields = ((n, f) for n, f in kind.model_fields.items() if n not in skipped.model_fields)
    own = kind.model_fields if not issubclass(kind, Record) else dict(fields)
    rows = ((code(name), " or ".join(_words(field.annotation))) for name, field in own.items())
    said = first_sentence(kind.__doc__ or "")
    return f"### {kind.__name__}\n\n{said}\n\n{table(('field', 'value'), rows)}"


def _words(annotation: Any) -> Iterator[str]:
    """The kind of value in words, one for each kind that is allowed; null is none."""
    inner = [one for one in get_args(annotation) if one not in (type(None), Ellipsis)]
    if get_origin(annotation) is tuple:
        yield f"list of {' or '.join(_words(inner[0]))}"
    elif get_origin(annotation) is not None and issubclass(dict, get_origin(annotation)):
        yield "named values"
    elif inner:
        for one in inner:
            yield from _words(one)
    else:
        yield _word(annotation)


def _word(kind: type[Any]) -> str:
    if issubclass(kind, Enum):
        return ", ".join(code(str(member.value)) for member in kind)
    return _PLAIN.get(kind, kind.__name__)
