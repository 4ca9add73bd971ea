"""The keys of the configuration, out of the models that validate it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sync_cli.config import Config
from sync_cli.connectors.settings import Secret
from sync_cli.core.guard import DEFAULT_LIMITS, Harm, Limit
from tools.docs.markdown import code, first_sentence, table

DURATION = "duration: 90s, 5m, 2h, 3d"
_PLAIN: Mapping[Any, str] = {
    bool: "true or false",
    int: "whole number",
    Decimal: "number",
    str: "",
    Path: "path",
    timedelta: DURATION,
    AwareDatetime: "date, or date and time with zone",
    Secret: "{env: NAME} or {file: PATH}",
}
_UNITS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "m"))


HARMS: Mapping[Harm, str] = {
    Harm.OVERWRITE: "values of the target that would be replaced",
    Harm.ZERO: "products that would drop to zero",
    Harm.PRICE: "prices that would change",
    Harm.CANCEL: "documents that would be cancelled",
    Harm.MAIL: "mails to customers that would be caused",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of the configuration.

    `values` says in words what may stand there. `section` is the model of a key that holds other
    keys, the first one where `kind` chooses among several. `default` is as it came from the model,
    None where there is none. `kind` is the only kind of system that has this key, "" for all.
    """

    path: tuple[str, ...]
    description: str
    values: str
    compulsory: bool
    default: Any
    section: type[BaseModel] | None
    kind: str = ""

    @property
    def name(self) -> str:
        """The dotted path, such as systems.shop.url."""
        return ".".join(self.path)


def settings(model: type[BaseModel] = Config, above: tuple[str, ...] = ()) -> Iterator[Setting]:
    """Every key, a section before the keys in it, and behind the plain keys beside it."""
    fields = model.model_fields.items()
    for name, field in sorted(fields, key=lambda item: bool(_sections(item[1].annotation))):
        setting = _setting((*above, name), field)
        yield setting
        if len(sections := _sections(field.annotation)) > 1:
            yield from _choice(sections, setting.path)
        elif setting.section is not None:
            yield from settings(setting.section, setting.path)


def _choice(models: Sequence[type[BaseModel]], above: tuple[str, ...]) -> Iterator[Setting]:
    """The keys that all kinds have, `kind` itself, then those that only one kind has."""
    kinds = {str(model.model_fields["kind"].default): model for model in models}
    common = set.intersection(*(set(model.model_fields) for model in models))
    for setting in settings(models[0], above):
        if setting.path[-1] == "kind":
            yield replace(setting, values=f"one of {', '.join(kinds)}")
        elif setting.path[-1] in common:
            yield setting
    for kind, model in kinds.items():
        for setting in settings(model, above):
            if setting.path[-1] not in common:
                yield replace(setting, kind=kind)


def _setting(path: tuple[str, ...], field: FieldInfo) -> Setting:
    sections = _sections(field.annotation)
    section = sections[0] if sections else None
    default = field.get_default(call_default_factory=True) if not field.is_required() else None
    return Setting(
        path=path,
        description=_description(field, section if len(sections) == 1 else None),
        values="" if section else _values(field),
        compulsory=field.is_required(),
        default=None if default is PydanticUndefined else default,
        section=section,
    )


def _description(field: FieldInfo, section: type[BaseModel] | None) -> str:
    about = first_sentence(section.__doc__ or "") if section is not None else ""
    said = field.description or ""
    return f"{about} {said[:1].upper()}{said[1:]}." if about and said else said or about


def _sections(annotation: Any) -> tuple[type[BaseModel], ...]:
    """The models of a key that holds other keys, if only in some configurations.

    Several where `kind` chooses among them. A secret is a value.
    """
    if get_origin(annotation) in (Union, UnionType, Annotated):
        inner = (one for one in get_args(annotation) if one is not type(None))
        return tuple(model for one in inner for model in _sections(one))
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return (annotation,) if is_model and annotation is not Secret else ()


def _values(field: FieldInfo) -> str:
    """What may stand there, in words; nothing where the description says it already."""
    words = _words(field.annotation)
    choices = [choice.strip() for choice in words.removeprefix("one of ").split(",")]
    if words.startswith("one of ") and all(one in (field.description or "") for one in choices):
        words = ""
    return ", ".join(part for part in (words, _bounds(field)) if part)


def _words(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}" if len(inner) > 1 else f"always {inner[0]}"
    if origin in (Union, UnionType):
        return " or ".join(_words(one) for one in inner if one is not type(None))
    if origin is Annotated:
        return _words(inner[0])
    if origin is tuple:
        return f"list of {_inline(inner[0]).replace('one of', 'any of') or 'texts'}"
    if origin is not None and issubclass(dict, origin):
        return f"for each of {_names(inner[0])}: {_inline(inner[1])}"
    if issubclass(annotation, Enum):
        return f"one of {', '.join(str(member.value) for member in annotation)}"
    return _PLAIN[annotation]


def _names(annotation: Any) -> str:
    return "your names" if annotation is str else _words(annotation).removeprefix("one of ")


def _inline(annotation: Any) -> str:
    sections = _sections(annotation)
    if not sections:
        return _words(annotation)
    (section,) = sections
    return f"{{{', '.join(f'{n}: {_values(f)}' for n, f in section.model_fields.items())}}}"


def _bounds(field: FieldInfo) -> str:
    lower = [f"at least {one.ge}" for one in field.metadata if isinstance(one, Ge)]
    upper = [f"at most {one.le}" for one in field.metadata if isinstance(one, Le)]
    return ", ".join(lower + upper)


def written(value: Any) -> str:
    """A default as it is written in the configuration; "" for none at all."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{written(key)}: {written(one)}' for key, one in value.items())}}}"
    return '""' if value == "" else "" if value is None else str(value)


def _duration(length: timedelta) -> str:
    for unit, name in _UNITS:
        if length >= unit and not length % unit:
            return f"{length // unit}{name}"
    return f"{int(length.total_seconds())}s"


def reference() -> str:
    """Every key in one table."""
    rows = (_row(one) for one in settings() if one.section is None)
    return table(("key", "default", "meaning", "what may stand there"), rows)


def _row(one: Setting) -> tuple[str, str, str, str]:
    default = "**compulsory**" if one.compulsory else code(written(one.default))
    meaning = f"{one.kind} only: {one.description}" if one.kind else one.description
    return code(one.name), default, meaning, one.values


def harms() -> str:
    """What the guard counts, and its default limits. Raises KeyError for a harm without words."""
    rows = ((code(str(one)), HARMS[one], *_limit(DEFAULT_LIMITS[one])) for one in Harm)
    return table(("limit", "what is counted", "share", "least"), rows)


def _limit(limit: Limit) -> tuple[str, str]:
    return str(limit.share), str(limit.least)
