"""Tryton's JSON-RPC on the wire: one session of one user at one database."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from requests import PreparedRequest

from sync_cli.connectors.http import Answer, CallNotSent, HttpClient, RequestRefused
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.tryton.answers import (
    SESSION_OVER,
    TOO_MANY_LOGINS,
    is_refusal,
    read_page,
    read_refusal,
)
from sync_cli.connectors.tryton.values import received, sent
from sync_cli.core.errors import AccessDenied, SyncError, SystemDown

RESTS = timedelta(minutes=5)
"""How long Tryton refuses a user after five wrong passwords (FACTS 1)."""

Domain = list[Any]


class Wire:
    """Calls of one database. `context` goes with every call: the company, and what it is set to.

    Texts come in the user's own language, errors of writing calls in English. Thread-safe.
    """

    def __init__(
        self,
        name: str,
        url: str,
        database: str,
        login: tuple[str, str],
        *,
        pacing: Pacing,
        clock: Callable[[], datetime],
        timeout: tuple[float, float],
        verify: bool | str,
    ) -> None:
        self.system = name
        self.database = database
        self.context: dict[str, Any] = {}
        self.pacing = pacing
        self._login = login
        self._clock = clock
        self._token = ""
        self._lock = Lock()
        common: dict[str, Any] = {
            "pacing": pacing,
            "clock": clock,
            "timeout": timeout,
            "verify": verify,
            "refine": read_refusal,
            "refuses": is_refusal,
            "refine_page": read_page,
        }
        self.http = HttpClient(name, url, auth=self._authorized, **common)
        self._door = HttpClient(name, url, auth=lambda request: request, **common)

    def clock(self) -> datetime:
        """The server's clock now; needs no login."""
        return self._version().clock

    def version(self) -> tuple[str, datetime]:
        """The server's series, such as 8.2, and its clock."""
        answer = self._version()
        return str(answer.data["result"]), answer.clock

    def read(self, model: str, method: str, *params: Any, **context: Any) -> Any:
        """What a method answers that changes nothing. Raises SystemFault or ConfigError."""
        return self._call(model, method, params, context, write=False)

    def search(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        limit: int | None = None,
        order: Sequence[Sequence[str]] = (("id", "ASC"),),
        **context: Any,
    ) -> list[dict[str, Any]]:
        """The fields of the records that fit `domain`."""
        found: list[dict[str, Any]] = self.read(
            model, "search_read", domain, 0, limit, list(map(list, order)), list(fields), **context
        )
        return found

    def write(self, model: str, method: str, *params: Any, repeatable: bool = False) -> Any:
        """What a method answers that changes something.

        Raises RequestRefused (nothing was done), AnswerLost or CallNotSent.
        """
        return self._call(
            model, method, params, {"language": "en"}, write=True, repeatable=repeatable
        )

    def walk(self, wizard: str, method: str, *params: Any, **context: Any) -> Any:
        """What a step of a wizard answers; raises as `write`."""
        own = {**context, "language": "en"}
        return self._call(wizard, method, params, own, write=True, repeatable=False, kind="wizard")

    def close(self) -> None:
        """Let go of the connections; idempotent. The session ends by itself."""
        self._door.close()
        self.http.close()

    def _call(
        self,
        model: str,
        method: str,
        params: Sequence[Any],
        context: Mapping[str, Any],
        *,
        write: bool,
        repeatable: bool = True,
        kind: str = "model",
    ) -> Any:
        whole = [*params, {**self.context, **context}]
        name = f"{kind}.{model}.{method}"
        try:
            answer = self._post(name, whole, write=write, repeatable=repeatable)
        except RequestRefused as refused:
            if refused.code != SESSION_OVER:
                raise
            answer = self._again(name, whole, write=write, repeatable=repeatable)
        return received(answer.data["result"])

    def _again(self, name: str, params: list[Any], *, write: bool, repeatable: bool) -> Answer:
        """The call in a new session: a 401 says that nothing was done."""
        self._token = ""
        try:
            return self._post(name, params, write=write, repeatable=repeatable)
        except RequestRefused as refused:
            if refused.code != SESSION_OVER:
                raise
            fault = AccessDenied(
                self.system, f"{self.system} refuses each new session of {self._login[0]}.",
                "Look for a proxy that removes the Authorization header.", status=401,
            )  # fmt: skip
            if not write:
                raise fault from None
            self.http.remember_fault(fault)
            raise CallNotSent(str(fault), fault) from None

    def _post(
        self, name: str, params: list[Any], *, write: bool, repeatable: bool = True
    ) -> Answer:
        return self.http.call(
            "POST",
            f"/{self.database}/rpc/",
            body=_body(name, sent(params)),
            repeatable=repeatable,
            expect=_has_result,
            write=write,
            label=name,
        )

    def _authorized(self, request: PreparedRequest) -> PreparedRequest:
        """The request with the session, which begins with the first request that needs it."""
        with self._lock:
            if not self._token:
                self._token = self._new_session()
            request.headers["Authorization"] = f"Session {self._token}"
        return request

    def _new_session(self) -> str:
        user, password = self._login
        body = _body("common.db.login", [user, {"password": password}, "en"])
        path, label = f"/{self.database}/rpc/", f"the login of {user}"
        try:
            answer = self._door.call(
                "POST", path, body=body, repeatable=False, expect=_has_result, label=label
            )
        except RequestRefused as refused:
            raise self._no_entry(refused) from None
        number, token = answer.data["result"][:2]
        return base64.b64encode(f"{user}:{number}:{token}".encode()).decode()

    def _no_entry(self, refused: RequestRefused) -> SyncError:
        if refused.code == TOO_MANY_LOGINS:
            return SystemDown(
                self.system,
                f"{self.system} lets {self._login[0]} in no more: too many wrong passwords.",
                "Correct the password; it is tried again after five minutes.",
                status=429,
                not_before=self._clock() + RESTS,
            )
        return AccessDenied(
            self.system,
            f"{self.system} knows no user {self._login[0]} with this password"
            f" (HTTP {refused.status}).",
            "Correct `user` in the configuration, or the password that it names.",
            status=refused.status,
        )

    def _version(self) -> Answer:
        body = _body("common.server.version", [])
        return self._door.call(
            "POST", "/rpc/", body=body, repeatable=True, expect=_has_result, label="server.version"
        )


def _body(method: str, params: list[Any]) -> Mapping[str, Any]:
    return {"id": 1, "method": method, "params": params}


def _has_result(data: Any) -> bool:
    return isinstance(data, dict) and "result" in data
