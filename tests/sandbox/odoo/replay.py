"""How far the pretend Odoo answers any recordings of a real one: the project's, or others.

Those that `CHAINS` knows are played in their order on the company that it prepares. Any other one
is asked alone: what its answer shows is planted before, so that fields, forms, names, order, and
the condition that holds for each of its records are tried, and so are refusals and creates.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync_cli.sandbox.odoo import User
from sync_cli.sandbox.odoo.rights import SALES
from sync_cli.sandbox.odoo.schema import MODELS
from tests.sandbox.odoo.chains import CHAINS, differences
from tests.sandbox.odoo.planting import plant_named, plant_rows, stored_names
from tests.sandbox.odoo.scene import RECORDINGS, Scene

READS = frozenset({"search_read", "read"})
OTHERWISE = frozenset({"create", "fields_get", "check_access_rights", "search"})
CUT_OFF = "rows"
"""How many rows there were, beside an answer of which a recording kept the first ones."""
Exchange = Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """How one recording was answered; `left_out` says why it was not asked."""

    name: str
    differences: tuple[str, ...] = ()
    left_out: str = ""

    @property
    def conforms(self) -> bool:
        """Whether it was asked and answered as recorded."""
        return not self.left_out and not self.differences


def load(folder: Path) -> list[Exchange]:
    """All recordings of a folder, by name."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]


def verdicts(recordings: Sequence[Exchange]) -> list[Verdict]:
    """One verdict a recording, in their order."""
    found: dict[str, Verdict] = {}
    ours = {exchange["name"]: exchange for exchange in load(RECORDINGS)}
    for exchange in recordings:
        name = str(exchange["name"])
        chain = _chain_of(name) if ours.get(name) == exchange else ""
        if chain and name not in found:
            found.update(_played(chain))
        elif not chain:
            found[name] = _asked_alone(exchange)
    return [found[str(exchange["name"])] for exchange in recordings]


def _chain_of(name: str) -> str:
    number = name.partition("-")[0]
    return next((title for title, (numbers, _) in CHAINS.items() if number in numbers.split()), "")


def _played(title: str) -> Iterator[tuple[str, Verdict]]:
    numbers, prepare = CHAINS[title]
    scene = Scene()
    prepare(scene)
    for exchange in load(RECORDINGS):
        name = str(exchange["name"])
        if name.partition("-")[0] in numbers.split():
            yield name, _compared(name, exchange, scene)


def _asked_alone(exchange: Exchange) -> Verdict:
    name = str(exchange["name"])
    if reason := _not_asked(exchange):
        return Verdict(name, left_out=reason)
    scene = Scene()
    with scene.store.transaction():
        _prepare(scene, exchange)
    return _compared(name, exchange, scene)


def _not_asked(exchange: Exchange) -> str:
    request, body = exchange["request"], exchange["request"].get("body")
    if request["path"] != "/jsonrpc" or not isinstance(body, dict):
        return "no call of JSON-RPC"
    if body["params"]["method"] != "execute_kw":
        return ""
    model, method = body["params"]["args"][3:5]
    answer = exchange["response"]["body"]
    if "error" in answer and method in READS | OTHERWISE:
        return ""
    if model not in MODELS:
        return f"the pretend one has no {model}"
    if method not in READS | OTHERWISE:
        return f"what {method} meets is not shown by one answer"
    return ""


def _prepare(scene: Scene, exchange: Exchange) -> None:
    """Put there what the answer presupposes."""
    params, answer = exchange["request"]["body"]["params"], exchange["response"]["body"]
    if "result" not in answer:
        return
    if params["method"] == "authenticate" and answer["result"]:
        _know_user(scene, answer["result"], params["args"][2], params["args"][1])
    if params["method"] != "execute_kw":
        return
    _, uid, key, model, method, given = params["args"][:6]
    result = answer["result"]
    _know_user(scene, uid, key)
    if method == "search":
        plant_rows(scene.store, model, [{"id": id_} for id_ in result], given[0])
    elif method in READS:
        plant_rows(scene.store, model, result, given[0] if method == "search_read" else ())
    elif method == "create":
        ids = result if isinstance(result, list) else [result]
        scene.store.start_numbers(model, min(ids) - 1)
        for values in given[0] if isinstance(given[0], list) else given:
            _plant_relations(scene, model, values)


def _know_user(scene: Scene, uid: int, key: str, login: str = "") -> None:
    users = scene.settings.users
    if not any(user.uid == uid and user.key == key for user in users):
        name = login or f"user {uid}"
        user = User(uid, name, key, frozenset({SALES}), "user@nordlicht.example")
        object.__setattr__(scene.settings, "users", (*users, user))


def _plant_relations(scene: Scene, model: str, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        field = MODELS[model].fields.get(name)
        if field is None or not value:
            continue
        if field.kind == "many2one":
            plant_named(scene.store, field.relation, int(value))
        for command in value if field.kind == "one2many" else ():
            _plant_relations(scene, field.relation, command[2])


def _compared(name: str, exchange: Exchange, scene: Scene) -> Verdict:
    status, answered = scene.ask(exchange)
    expected = exchange["response"]
    if status != expected["status"]:
        return Verdict(name, (f"HTTP {status} and not {expected['status']}",))
    if not isinstance(expected["body"], dict):
        same = str(answered).strip() == str(expected["body"]).strip()
        return Verdict(name, () if same else ("another text",))
    return Verdict(name, tuple(differences(_shown(exchange), answered)))


def _shown(exchange: Exchange) -> Any:
    """The answer without what is computed of records that it does not show."""
    body, params = dict(exchange["response"]["body"]), exchange["request"]["body"]["params"]
    body.pop(CUT_OFF, None)
    args = params["args"]
    is_chain = _chain_of(str(exchange["name"]))
    if is_chain or params["method"] != "execute_kw" or args[4] not in READS or "result" not in body:
        return body
    kept = stored_names(args[3])
    rows = [{n: v for n, v in row.items() if n in kept or n == "id"} for row in body["result"]]
    return {**body, "result": rows}
