"""What Odoo's answers mean: a table from the name of an error to what a person does about it.

Over JSON-RPC every refusal is HTTP 200 with a member `error` whose own code and message never
differ; `error.data.name` decides, `error.data.message` is for people, and `error.data.debug` is a
traceback that nobody is shown (FACTS 1). Over JSON-2 the same object is the body of a 4xx or 5xx.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sync_cli.connectors.http_answers import Passing, Refusal, RequestRefused, plain
from sync_cli.core.errors import AccessDenied, ConfigError

_FIELD = re.compile(
    r"[Ii]nvalid field '(?P<field>\w+)' on model '(?P<model>[\w.]+)'"
    r"|[Ii]nvalid field (?P<path>[\w.]+) in leaf"
)
_MODEL_DENIED = re.compile(r"\((?P<model>[a-z0-9_.]+)\) records")
_GROUPS = re.compile(r"^\s*-\s*(.+)$", re.MULTILINE)
_NO_DATABASE = re.compile(r'database "?[^"]*"? does not exist')
_NO_MODEL = re.compile(r"Object [\w.]+ doesn't exist")
_RECORD_RULE = re.compile(r"top-secret records|security restrictions|doesn't have '\w+' access")
NOT_SERIALIZED = re.compile(
    r"could not serialize access|deadlock detected|ir_model_data_module_name_uniq_index"
)
"""Two transactions wrote the same; this one was rolled back whole (FACTS 6, 101)."""
_RENAMED = (
    "Was the field renamed by an update of Odoo, or a module removed? Change the mapping, or"
    " install the module."
)


def refuses(body: Any) -> bool:
    """Whether a JSON-RPC answer with HTTP 200 is a refusal."""
    return isinstance(body, dict) and isinstance(body.get("error"), dict)


def refine(refusal: Refusal) -> Exception | None:
    """What an error of Odoo means; None where the HTTP status alone says it."""
    said = _said(refusal.body)
    if said is None:
        return None
    name, message = said
    for known, meaning in _MEANINGS.items():
        if name == known or name.endswith(f".{known}"):
            return meaning(refusal, name, message)
    return _refused(refusal, name, message)


def _said(body: Any) -> tuple[str, str] | None:
    """Name and message of the error in a body of either API; None if there is none."""
    if not isinstance(body, dict):
        return None
    error = body.get("error", body)
    data = error.get("data", error) if isinstance(error, dict) else None
    if not isinstance(data, dict) or not data.get("name"):
        return None
    return str(data["name"]), str(data.get("message") or "").strip()


def _denied(refusal: Refusal, _name: str, _message: str) -> Exception:
    return AccessDenied(
        refusal.system,
        f"{refusal.system} does not accept the API key of its user ({refusal.call}).",
        "Make a new key for that user (Preferences > Account Security) and store it as the secret;"
        " keys may have an end date, and each belongs to one user.",
        status=refusal.status,
    )


def _lacks_right(refusal: Refusal, name: str, message: str) -> Exception:
    """A right on a whole model is the system's fault; a rule about single records is theirs."""
    if _RECORD_RULE.search(message):
        return _refused(refusal, name, message)
    model = _MODEL_DENIED.search(message)
    what = f" on {model['model']}" if model else ""
    groups = ", ".join(_GROUPS.findall(message))
    given = f" One of these groups has it: {groups}." if groups else ""
    return AccessDenied(
        refusal.system,
        f"The user of {refusal.system} lacks a right{what}: {plain(message.partition(chr(10))[0])}",
        f"Give it in Odoo (Settings > Users).{given}",
        status=refusal.status,
    )


def _value_error(refusal: Refusal, name: str, message: str) -> Exception:
    found = _FIELD.search(message)
    if found is None:
        return _refused(refusal, name, message)
    model, field = found["model"], found["field"]
    if found["path"]:
        model, _, field = found["path"].rpartition(".")
    return ConfigError(
        f"{refusal.system} has no field {field} on {model} ({refusal.call}).", _RENAMED
    )


def _no_method(refusal: Refusal, name: str, message: str) -> Exception:
    if "does not exist on the model" not in message:
        return _refused(refusal, name, message)
    return ConfigError(
        f"{refusal.system} cannot do this: {plain(message)} ({refusal.call}).",
        "A module is missing, or this version of Odoo is not supported; see docs/odoo.md.",
    )


def _rule(refusal: Refusal, name: str, message: str) -> Exception:
    if _NO_MODEL.search(message):
        return ConfigError(
            f"{refusal.system} lacks a module: {plain(message)} ({refusal.call}).",
            "Install the modules that docs/odoo.md names.",
        )
    if NOT_SERIALIZED.search(message):
        return _rolled_back(refusal, name, message)
    return _refused(refusal, name, message)


def _database(refusal: Refusal, _name: str, message: str) -> Exception:
    """An unknown database looks like an outage, and is a mistake in the configuration (005)."""
    if _NO_DATABASE.search(message):
        return ConfigError(
            f"{refusal.system} has no database of the configured name.",
            "Correct `database` of this system.",
        )
    return Passing("its database cannot be reached", doubtful=True, status=refusal.status)


def _no_connection(refusal: Refusal, _name: str, _message: str) -> Exception:
    """The call met no free connection and was never begun (FACTS 8)."""
    return Passing("it has no free connection", doubtful=False, status=refusal.status)


def _rolled_back(refusal: Refusal, _name: str, _message: str) -> Exception:
    """The server gave up after repeats of its own; nothing of the call was kept."""
    return Passing("others write the same records", doubtful=False, status=refusal.status)


def _refused(refusal: Refusal, name: str, message: str) -> RequestRefused:
    said = plain(message) or f"it was refused without a reason ({name})"
    return RequestRefused(refusal.status, name.rpartition(".")[2], said, None, None)


_Meaning = Callable[[Refusal, str, str], Exception]
_MEANINGS: Mapping[str, _Meaning] = {
    "AccessDenied": _denied,
    "Unauthorized": _denied,
    "AccessError": _lacks_right,
    "UserError": _rule,
    "ValidationError": _rule,
    "MissingError": _refused,
    "ValueError": _value_error,
    "AttributeError": _no_method,
    "PoolError": _no_connection,
    "SerializationFailure": _rolled_back,
    "TransactionRollbackError": _rolled_back,
    "DeadlockDetected": _rolled_back,
    "LockNotAvailable": _rolled_back,
    "OperationalError": _database,
}
"""From the last part of an error's Python name; what is not named refuses this one call."""

CLASSES: Mapping[str, str] = {
    "`result: false` to a login": "access: login or key is wrong",
    "AccessDenied": "access: the key is not this user's, or has ended",
    "AccessError": "access: the user lacks a right, and the groups that have it are named; a rule"
    " about single records: that record",
    "UserError": "record: a rule of the business; an unknown model: configuration",
    "ValidationError": "record: a value that is not allowed",
    "MissingError": "record: it was deleted there",
    "ValueError": "configuration: the field does not exist; otherwise record",
    "AttributeError": "configuration: the method does not exist, a module is missing",
    "OperationalError": "configuration: there is no such database; otherwise down",
    "PoolError": "down: no free connection, tried again",
    "SerializationFailure": "tried again: another writer was faster, nothing was kept",
    "`ids: false` and messages to a load": "record: those that the messages name, the others go"
    " again; lost against another writer: all of them are sent again",
    "an object with `res_model`": "record: a question to a person, nothing was done",
    "HTTP 500 and above, a web page": "down",
    "HTTP 413": "too large: it goes in halves",
    "HTTP 200, 202 or 403 with a web page": "blocked: a firewall or captcha answers",
    "HTTP 404 with a web page": "configuration: the address is wrong",
}
"""What each answer is taken for: configuration, access, down, blocked, too large, or record."""
