"""A small JSON-RPC client for those who work in Tryton by hand: it shares no line with the house.

Values are Python's: `Decimal`, `date` and `datetime` (naive UTC) go over the wire as Tryton's.
"""

from __future__ import annotations

import base64
import datetime as dt
from decimal import Decimal
from typing import Any

import requests

TIMEOUT = 120.0


class Refused(Exception):
    """Tryton said no; the text is what it said."""


class Asked(Exception):
    """Tryton asks something before it goes on; the text is the name of the question."""


class Client:
    """One user at one database, logged in; `verify` is what a certificate is checked against."""

    def __init__(
        self, url: str, database: str, login: tuple[str, str], *, verify: bool | str = True
    ) -> None:
        self._address = f"{url.rstrip('/')}/{database}/rpc/"
        self._http = requests.Session()
        self._http.verify = verify
        self._http.trust_env = False
        user, password = login
        self.context: dict[str, Any] = {}
        self._user, token, _ = self._post("common.db.login", [user, {"password": password}, "en"])
        session = base64.b64encode(f"{user}:{self._user}:{token}".encode()).decode()
        self._http.headers["Authorization"] = f"Session {session}"
        self.context = {"company": self.call("model.res.user.get_preferences", True)["company"]}

    def call(self, method: str, *params: Any, **context: Any) -> Any:
        """The result of a method; its context is the user's company and `context`.

        What Tryton asks is answered with yes, as people do. Raises Refused.
        """
        whole = [*params, {**self.context, **context}]
        try:
            return self._post(method, whole)
        except Asked as asked:
            yes = {"user": self._user, "name": str(asked)}
            self._post("model.res.user.warning.create", [[yes], self.context])
            return self._post(method, whole)

    def read(self, model: str, domain: list[Any], *fields: str, **context: Any) -> list[Any]:
        """The records of a model that fit `domain`, by id."""
        order = [["id", "ASC"]]
        method = f"model.{model}.search_read"
        found: list[Any] = self.call(method, domain, 0, None, order, list(fields), **context)
        return found

    def one(self, model: str, field: str, value: Any) -> int:
        """The id of the one record whose field has that value. Raises ValueError."""
        (found,) = self.read(model, [[field, "=", value]], "id")
        return int(found["id"])

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _post(self, method: str, params: list[Any]) -> Any:
        body = {"id": 1, "method": method, "params": _sent(params)}
        answer = self._http.post(self._address, json=body, timeout=TIMEOUT)
        answer.raise_for_status()
        data = answer.json()
        if error := data.get("error"):
            raise Asked(error[1][0]) if error[0] == "UserWarning" else Refused(f"{method}: {error}")
        return _received(data["result"])


def _sent(value: Any) -> Any:
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case dt.date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case dt.timedelta():
            return {"__class__": "timedelta", "seconds": value.total_seconds()}
        case dict():
            return {key: _sent(one) for key, one in value.items()}
        case list() | tuple():
            return [_sent(one) for one in value]
    return value


def _received(value: Any) -> Any:
    match value:
        case {"__class__": "Decimal", "decimal": text}:
            return Decimal(text)
        case {"__class__": "date", **parts}:
            return dt.date(*(int(str(parts[name])) for name in ("year", "month", "day")))
        case dict():
            return {key: _received(one) for key, one in value.items()}
        case list():
            return [_received(one) for one in value]
    return value
