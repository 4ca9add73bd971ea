"""Odoo on the wire: one login, then calls of methods of its models.

JSON-RPC `execute_kw` is proven with Odoo 17; JSON-2, the way of Odoo 19, follows its documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from msgspec import Struct, field
from requests import PreparedRequest

from sync_cli.connectors.http import Answer, HttpClient, RequestRefused
from sync_cli.connectors.odoo.answers import refine, refuses
from sync_cli.connectors.pacing import Pacing
from sync_cli.core.errors import AccessDenied, ConfigError, SyncError
from sync_cli.core.values import Discreet

_NOTHING: Mapping[str, Any] = {}
_NEWEST_TRIED = 19


class Ask(Discreet, Struct, frozen=True):
    """One call of a method: positional arguments by their names, in order, then keywords.

    `ids` are the records that it is called on, None for a method of the model itself.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"given", "keywords"})

    model: str
    method: str
    ids: Sequence[int] | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    keywords: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.model}.{self.method}"

    @property
    def positional(self) -> list[Any]:
        """The arguments as `execute_kw` takes them."""
        own = [] if self.ids is None else [list(self.ids)]
        return [*own, *self.given.values()]


class Login(Discreet, Struct, frozen=True):
    """How to reach and enter one database."""

    hidden: ClassVar[frozenset[str]] = frozenset({"key"})

    url: str
    database: str
    user: str
    key: str
    api: str = "jsonrpc"


class Reply(Discreet, Struct, frozen=True):
    """A result; `began` is not later than Odoo's clock when the call began."""

    hidden: ClassVar[frozenset[str]] = frozenset({"data"})

    data: Any
    clock: datetime
    began: datetime


class Wire:
    """The calls of one Odoo; thread-safe. Logs in with the first call that needs it."""

    def __init__(
        self,
        name: str,
        login: Login,
        *,
        pacing: Pacing,
        clock: Callable[[], datetime],
        timeout: tuple[float, float] = (10.0, 60.0),
        verify: bool | str = True,
    ) -> None:
        self.system = name
        self.login = login
        self._clock = clock
        self.client = HttpClient(
            name,
            login.url,
            auth=_Bearer(login) if login.api == "json2" else _no_auth,
            pacing=pacing,
            clock=clock,
            timeout=timeout,
            verify=verify,
            refine=refine,
            refuses=refuses,
        )
        self._numbers = 0
        self._ahead: timedelta | None = None

    def read(self, model: str, method: str, ids: Sequence[int] | None = None, **given: Any) -> Any:
        """The result of a reading method with positional arguments alone."""
        return self.ask(Ask(model, method, ids, given)).data

    def ask(self, ask: Ask) -> Reply:
        """Make a reading call. Raises RequestRefused, SystemFault or ConfigError."""
        begun = self._clock()
        answer = self._send(ask, write=False)
        took = max(self._clock() - begun, timedelta(0))
        self._ahead = answer.clock - self._clock()
        return Reply(self._result(answer), answer.clock, answer.clock - took)

    def look(self, ask: Ask) -> Reply:
        """The rows that a reading call must be answered with; else the configuration is wrong.

        Raises SystemFault or ConfigError.
        """
        try:
            reply = self.ask(ask)
        except RequestRefused as refused:
            raise ConfigError(
                f"{self.system} refuses to answer {ask}: {refused.message}.",
                "Compare the mapping and docs/odoo.md with this Odoo's version and modules.",
            ) from None
        if not isinstance(reply.data, list) or not all(isinstance(r, dict) for r in reply.data):
            raise ConfigError(
                f"{self.system} answered {ask} with something else than records.",
                "Is there another program at this address, or a module that changes the answers?",
            )
        return reply

    def write(self, ask: Ask, *, repeatable: bool = False) -> Any:
        """Make a writing call. Raises RequestRefused, AnswerLost or CallNotSent."""
        return self._result(self._send(ask, write=True, repeatable=repeatable))

    def remember(self, fault: SyncError) -> None:
        """Let no more writing calls out; the connector's next method raises the fault."""
        self.client.remember_fault(fault)

    def clock_now(self) -> datetime | None:
        """Odoo's clock, reckoned from its last answer; None before the first one."""
        return None if self._ahead is None else self._clock() + self._ahead

    @cached_property
    def version(self) -> tuple[int, ...]:
        """Major and minor version, such as (17, 0). Needs no login."""
        if self.login.api == "json2":
            data = self.client.call("GET", "web/version", repeatable=True, expect=dict).data
            info = data.get("version_info") or []
        else:
            info = self._call("common", "version", [], write=False).data.get("result")
            info = (info or {}).get("server_version_info") or []
        numbers = tuple(part for part in info[:2] if isinstance(part, int))
        return numbers or (_NEWEST_TRIED,)

    @cached_property
    def uid(self) -> int:
        """The user's id. Raises AccessDenied where login or key is wrong, which is no error to
        Odoo: the result is false (FACTS 1, 004)."""
        login = self.login
        if login.api == "json2":
            context = self._send(Ask("res.users", "context_get"), write=False).data
            return int(context.get("uid") or 0)
        args = [login.database, login.user, login.key, {}]
        found = self._call("common", "authenticate", args, write=False).data.get("result")
        if not isinstance(found, int) or isinstance(found, bool):
            raise AccessDenied(
                self.system,
                f"{self.system} knows no user of the configured name with this API key.",
                "Check `user` and the key; a key belongs to one user and may have an end date.",
            )
        return found

    def _send(self, ask: Ask, *, write: bool, repeatable: bool = False) -> Answer:
        if self.login.api == "json2":
            return self._send_json2(ask, write=write, repeatable=repeatable)
        login = self.login
        args = [login.database, self.uid, login.key, ask.model, ask.method, ask.positional]
        args.append(dict(ask.keywords))
        return self._call(
            "object", "execute_kw", args, write=write, repeatable=repeatable, label=str(ask)
        )

    def _call(
        self,
        service: str,
        method: str,
        args: list[Any],
        *,
        write: bool,
        repeatable: bool = False,
        label: str = "",
    ) -> Answer:
        self._numbers += 1
        params = {"service": service, "method": method, "args": args}
        body = {"jsonrpc": "2.0", "method": "call", "id": self._numbers, "params": params}
        return self.client.call(
            "POST",
            "jsonrpc",
            body=body,
            repeatable=repeatable or not write,
            expect=_has_result,
            write=write,
            label=label or f"{service}.{method}",
        )

    def _send_json2(self, ask: Ask, *, write: bool, repeatable: bool) -> Answer:
        own = {} if ask.ids is None else {"ids": list(ask.ids)}
        return self.client.call(
            "POST",
            f"json/2/{ask.model}/{ask.method}",
            body={**own, **ask.given, **ask.keywords},
            repeatable=repeatable or not write,
            expect=_anything,
            write=write,
            label=str(ask),
        )

    def _result(self, answer: Answer) -> Any:
        return answer.data if self.login.api == "json2" else answer.data.get("result")


class _Bearer:
    """The API key in the Authorization header, and the database's name beside it."""

    def __init__(self, login: Login) -> None:
        self._login = login

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._login.key}"
        request.headers["X-Odoo-Database"] = self._login.database
        return request


def _no_auth(request: PreparedRequest) -> PreparedRequest:
    """Over JSON-RPC the credentials are arguments of each call."""
    return request


def _has_result(body: Any) -> bool:
    """A method that gives nothing is answered without the member `result` (104)."""
    return isinstance(body, dict) and ("result" in body or "jsonrpc" in body)


def _anything(_body: Any) -> bool:
    return True
