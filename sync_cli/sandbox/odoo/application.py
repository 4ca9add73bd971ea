"""The pretend Odoo over HTTP: JSON-RPC, the JSON-2 of Odoo 19, and the controls of a sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request

from sync_cli.sandbox.control import mount_control
from sync_cli.sandbox.odoo.actions import actions_of, state_of
from sync_cli.sandbox.odoo.methods import call
from sync_cli.sandbox.odoo.records import Records
from sync_cli.sandbox.odoo.refusals import AccessDenied, NoDatabase, OdooError
from sync_cli.sandbox.odoo.rights import User
from sync_cli.sandbox.odoo.store import OdooStore

VERSION = (17, 0)


@dataclass(frozen=True)
class OdooSettings:
    """What kind of Odoo is pretended. `costs` gives the seconds that a call takes."""

    database: str = "erp"
    version: tuple[int, int] = VERSION
    users: Sequence[User] = ()
    costs: Callable[[str, str, int], float] = field(default=lambda _model, _method, _size: 0.0)
    sleep: Callable[[float], None] = field(default=lambda _seconds: None)


def odoo_app(store: OdooStore, settings: OdooSettings) -> Flask:
    """The server's application; steer it by `control_of` and by `store`."""
    app = Flask("sandbox-odoo")
    desk = _Desk(store, settings)
    app.add_url_rule("/jsonrpc", "jsonrpc", desk.jsonrpc, methods=["POST"])
    app.add_url_rule("/web/version", "version", desk.version, methods=["GET"])
    app.add_url_rule("/json/2/<model>/<method>", "json2", desk.json2, methods=["POST"])
    mount_control(
        app,
        clock=store.clock,
        ledger=store.ledger,
        state=lambda: state_of(store),
        actions=actions_of(store),
    )
    return app


class _Desk:
    """Takes calls apart, and puts answers together."""

    def __init__(self, store: OdooStore, settings: OdooSettings) -> None:
        self._store = store
        self._settings = settings

    def jsonrpc(self) -> Response:
        try:
            body = json.loads(request.get_data())
        except ValueError:
            return Response("Invalid JSON data", 400, content_type="text/plain")
        params = body["params"]
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": body.get("id")}
        try:
            result = self._serve(params["service"], params["method"], params["args"])
            # a method that gives nothing is answered without the member (104)
            answer |= {} if result is None else {"result": result}
        except OdooError as error:
            data = _error(error)
            answer["error"] = {"code": 200, "message": "Odoo Server Error", "data": data}
        return _json(answer)

    def version(self) -> Response:
        return _json({"version_info": self._version_info(), "version": self._version_text()})

    def json2(self, model: str, method: str) -> Response:
        given = json.loads(request.get_data() or b"{}")
        key = (request.headers.get("Authorization") or "").removeprefix("Bearer ")
        user = next((user for user in self._settings.users if user.key == key), None)
        if user is None:
            return _json({"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid"}, 401)
        context = given.pop("context", {})
        if (model, method) == ("res.users", "context_get"):
            return _json({"lang": "en_US", "tz": user.zone, "uid": user.uid})
        ids = given.pop("ids", None)
        args = [] if ids is None else [ids]
        try:
            return _json(self._called(user, model, method, args, {**given, "context": context}))
        except OdooError as error:
            return _json(_error(error), 403 if isinstance(error, AccessDenied) else 422)

    def _serve(self, service: str, method: str, args: Sequence[Any]) -> Any:
        if (service, method) == ("common", "version"):
            return {
                "server_version": self._version_text(),
                "server_version_info": self._version_info(),
                "server_serie": self._version_text(),
                "protocol_version": 1,
            }
        self._check_database(str(args[0]))
        if (service, method) == ("common", "authenticate"):
            return self._uid(str(args[1]), str(args[2]))
        user = self._user(args[1], str(args[2]))
        model, name, positional = args[3], args[4], args[5]
        return self._called(user, model, name, positional, args[6] if len(args) > 6 else {})

    def _called(
        self, user: User, model: str, name: str, args: Sequence[Any], keywords: Mapping[str, Any]
    ) -> Any:
        context = keywords.get("context") or {}
        rest = {key: value for key, value in keywords.items() if key != "context"}
        self._settings.sleep(self._settings.costs(model, name, _size(args)))
        with self._store.transaction():
            return call(Records(self._store, user, context), model, name, args, rest)

    def _check_database(self, name: str) -> None:
        if name != self._settings.database:
            raise NoDatabase(
                'connection to server at "db.example", port 5432 failed: FATAL:  database'
                f' "{name}" does not exist\n'
            )

    def _uid(self, login: str, key: str) -> int | bool:
        """False for a wrong login or key, which is no error (004)."""
        known = (u for u in self._settings.users if (u.login, u.key) == (login, key))
        user = next(known, None)
        return user.uid if user is not None else False

    def _user(self, uid: Any, key: str) -> User:
        """A key belongs to one user (006). Raises AccessDenied."""
        for user in self._settings.users:
            if user.uid == uid and user.key == key:
                return user
        raise AccessDenied

    def _version_info(self) -> list[Any]:
        return [*self._settings.version, 0, "final", 0, ""]

    def _version_text(self) -> str:
        return ".".join(map(str, self._settings.version))


def _size(args: Sequence[Any]) -> int:
    """How many records a call is about: ids, or rows of a load."""
    lists = [arg for arg in args if isinstance(arg, list)]
    return len(lists[-1]) if lists else 0


def _error(error: OdooError) -> dict[str, Any]:
    return {
        "name": error.name,
        "debug": "Traceback (most recent call last):\n  ...\n",
        "message": error.message,
        "arguments": [error.message],
        "context": {},
    }


def _json(document: object, status: int = 200) -> Response:
    return Response(json.dumps(document), status, content_type="application/json; charset=utf-8")
