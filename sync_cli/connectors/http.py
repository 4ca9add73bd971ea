"""The one HTTP client of all connectors: JSON calls, repeats, and faults by what they mean.

Only calls that a connector marks as repeatable are made again after a doubtful answer; what
certainly had no effect (no connection, 429, maintenance) may always be made again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, cast

from msgspec import Struct
from requests import PreparedRequest, Response
from requests.exceptions import RequestException
from requests.utils import get_environ_proxies
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential_jitter

from sync_cli.connectors.http_adapter import OneServer
from sync_cli.connectors.http_address import address_of, refuse_unsafe_address, trusted
from sync_cli.connectors.http_answers import (
    AnswerLost,
    CallNotSent,
    Expected,
    Passing,
    Received,
    Refine,
    RefinePage,
    Refusal,
    Refuses,
    RequestRefused,
    accepted,
    down,
    moment_of,
)
from sync_cli.connectors.http_network import network_fault
from sync_cli.connectors.json_decimal import write_json
from sync_cli.connectors.pacing import Pacing
from sync_cli.core.errors import ConfigError, SyncError, SystemDown
from sync_cli.core.values import Discreet

if TYPE_CHECKING:
    from requests.structures import CaseInsensitiveDict

__all__ = [
    "Answer",
    "AnswerLost",
    "Auth",
    "CallNotSent",
    "HttpClient",
    "Refusal",
    "RequestRefused",
]

Auth = Callable[[PreparedRequest], PreparedRequest]
"""Puts credentials on a request; any `requests.auth.AuthBase` is one."""

LONGEST_WAIT = 30.0
ATTEMPTS = 5
ATTEMPTS_AFTER_TIME_OUT = 2
PATIENCE = 3
"""Writing calls whose answers were lost, one after another, after which the system is down."""
USER_AGENT = "sync-cli"
_BACKOFF = wait_exponential_jitter(initial=1, max=20, jitter=1)


class Answer(Discreet, Struct, frozen=True):
    """A successful answer: `data` is its JSON, `clock` its Date header in aware UTC.

    `size` is the body's length in bytes. Without a Date header `clock` is this machine's.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"headers", "data"})

    status: int
    headers: Mapping[str, str]
    data: Any
    clock: datetime
    size: int


class _Call(Discreet, Struct, frozen=True):
    """One call as a connector wants it."""

    hidden: ClassVar[frozenset[str]] = frozenset({"params", "body", "headers"})

    method: str
    path: str
    params: Mapping[str, Any] | None
    body: Any
    headers: Mapping[str, str] | None
    expect: Expected
    write: bool
    repeatable: bool
    patience: int
    label: str

    def __str__(self) -> str:
        return self.label or f"{self.method} {self.path.partition('?')[0]}"


class HttpClient:
    """JSON over HTTP to one system, with its credentials, its pace and kept connections.

    Thread-safe. `name` is the system's in messages, `clock` gives aware UTC, `timeout` is seconds
    to connect and to read. `refine` reads the system's own refusals, `refine_page` those that are
    web pages; `refuses` knows refusals that come with a status of success, as over JSON-RPC.
    Proxies and certificates of the environment (HTTPS_PROXY, REQUESTS_CA_BUNDLE) are honoured.
    Raises ConfigError for plain `http://` to another machine.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        auth: Auth,
        pacing: Pacing,
        clock: Callable[[], datetime],
        timeout: tuple[float, float] = (10.0, 60.0),
        verify: bool | str = True,
        user_agent: str = USER_AGENT,
        refine: Refine | None = None,
        refuses: Refuses | None = None,
        refine_page: RefinePage | None = None,
    ) -> None:
        refuse_unsafe_address(name, base_url)
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.pacing = pacing
        self._auth = auth
        self._clock = clock
        self._timeout = timeout
        self._verify = trusted(verify)
        self._proxies = get_environ_proxies(base_url, no_proxy=None)
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": user_agent,
        }
        self._refine: Refine = refine or _nothing_to_refine
        self._refuses = refuses
        self._refine_page = refine_page
        self._adapter = OneServer(connections=8)
        # one for all calls, because making it costs as much as using it; it keeps threads apart
        self._repeats = Retrying(
            sleep=pacing.sleep,
            stop=_enough,
            wait=_wait,
            retry=retry_if_exception(_goes_again),
            reraise=True,
        )
        self._fault: SyncError | None = None
        self._lost = 0
        self._lock = Lock()
        # at lower levels urllib3 logs whole addresses, and an address may carry the secret
        logging.getLogger("urllib3").setLevel(logging.ERROR)

    def __repr__(self) -> str:
        return f"HttpClient({self.name!r}, {self.base_url!r})"

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool,
        expect: Expected,
        write: bool = False,
        patience: int = PATIENCE,
        label: str = "",
    ) -> Answer:
        """Make one call, again if it may be, and return its answer of the expected shape.

        `path` is below the base address, or a whole address of the same server; `expect` is a
        type of JSON (list, dict) or a predicate. `patience` is how many lost answers in a row,
        other than time-outs, mean that the system is down. `label` names the call in messages
        where method and path say little, because all calls go to one address.

        Raises RequestRefused for a fault of this request. A reading call raises SystemFault or
        ConfigError for a fault of the system; a writing one raises AnswerLost or CallNotSent with
        that fault, so that the connector can tell the results it knows, and the next call raises
        the fault itself (`raise_fault`).
        """
        call = _Call(
            method, path, params, body, headers, expect, write, repeatable, patience, label
        )
        if not write:
            self.raise_fault()
            return self._read(call)
        fault = self._fault
        if fault is not None:
            raise CallNotSent(str(fault), fault)
        return self._write(call)

    def raise_fault(self) -> None:
        """Raise, once, the fault that an earlier writing call met.

        Each method of a connector begins with this.
        """
        with self._lock:
            fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def calls(self) -> Mapping[str, int]:
        """How many calls were made so far: "read" and "write"."""
        return self.pacing.calls()

    def close(self) -> None:
        """Let go of threads and connections; idempotent."""
        self.pacing.close()
        self._adapter.close()

    def _read(self, call: _Call) -> Answer:
        try:
            return self._repeated(call, _Doubt())
        except Passing as passing:
            raise self._down(call, passing) from None
        except AnswerLost as lost:
            raise lost.fault or ConfigError(lost.why) from None

    def _write(self, call: _Call) -> Answer:
        doubt = _Doubt()
        try:
            answer = self._repeated(call, doubt)
        except Passing as passing:
            raise self._unfinished(call, passing, doubt) from None
        except AnswerLost as lost:
            self.remember_fault(lost.fault or self._too_often_lost(call.patience))
            raise
        except SyncError as fault:
            self.remember_fault(fault)
            if doubt.why:
                raise AnswerLost(doubt.why, fault) from None
            raise CallNotSent(str(fault), fault) from None
        except RequestRefused:
            self._lost = 0
            raise
        self._lost = 0
        self.pacing.eased()
        return answer

    def _unfinished(self, call: _Call, passing: Passing, doubt: _Doubt) -> Exception:
        """What a writing call ends with whose fault did not pass."""
        fault = self._down(call, passing)
        if not doubt.why:
            self.remember_fault(fault)
            return CallNotSent(str(fault), fault)
        patience = PATIENCE if passing.timed_out else call.patience
        known = fault if call.repeatable else self._too_often_lost(patience)
        self.remember_fault(known)
        return AnswerLost(f"{call}: {doubt.why}", known)

    def _too_often_lost(self, patience: int) -> SystemDown | None:
        """A single lost answer may be that call's own; several in a row are the system's."""
        with self._lock:
            self._lost += 1
            if self._lost < patience:
                return None
        return SystemDown(
            self.name,
            f"{self.name} cannot be used now: the answers to {self._lost} writing calls in a row"
            " were lost.",
            "It is tried again with the next run; if it stays, ask its host.",
        )

    def remember_fault(self, fault: SyncError | None) -> None:
        """Let no more writing calls out; the next method of the connector raises the fault."""
        with self._lock:
            self._fault = self._fault or fault

    def _down(self, call: _Call, passing: Passing) -> SyncError:
        wait = passing.retry_after
        not_before = self._clock() + timedelta(seconds=wait) if wait else None
        return down(self.name, str(call), passing, not_before)

    def _repeated(self, call: _Call, doubt: _Doubt) -> Answer:
        """Attempts with growing waits, as long as nothing forbids one more."""

        def attempt() -> Answer:
            try:
                return self._attempt(call)
            except Passing as passing:
                self._take_strain(passing)
                if passing.doubtful:
                    doubt.why = passing.why
                passing.again = _may_repeat(call, passing)
                raise

        return self._repeats(attempt)

    def _take_strain(self, passing: Passing) -> None:
        if passing.timed_out or passing.status in (429, 503, 504):
            self.pacing.strained()
        if passing.retry_after is not None and passing.retry_after <= LONGEST_WAIT:
            self.pacing.pause(passing.retry_after)

    def _attempt(self, call: _Call) -> Answer:
        request = self._prepare(call)
        try:
            with self.pacing.turn(write=call.write):
                response = self._adapter.send(
                    request, timeout=self._timeout, verify=self._verify, proxies=self._proxies
                )
                body = response.content
        except (RequestException, OSError, ValueError) as error:
            raise network_fault(error, self.name, self.base_url) from None
        return self._judge(call, request, response, body)

    def _judge(
        self, call: _Call, request: PreparedRequest, response: Response, body: bytes
    ) -> Answer:
        headers = response.headers
        status = response.status_code
        received = Received(
            self.name, str(call), request.url or "", call.write, status, headers, body
        )
        data = accepted(received, call.expect, self._refine, self._refuses, self._refine_page)
        return Answer(status, headers, data, moment_of(headers) or self._clock(), len(body))

    def _prepare(self, call: _Call) -> PreparedRequest:
        """The request, built without the detours of a session, which cost most of a call."""
        headers = {**self._headers, **(call.headers or {})}
        request = PreparedRequest()
        request.method = call.method
        request.url = address_of(self.name, self.base_url, call.path, call.params)
        # a plain dict: urllib3 copies it for each call, and every name is written in one way only
        request.headers = cast("CaseInsensitiveDict[str]", headers)
        request.hooks = {"response": []}
        if call.body is not None:
            request.body = write_json(call.body)
            headers["Content-Type"] = "application/json"
            headers["Content-Length"] = str(len(request.body))
        return self._auth(request)


class _Doubt:
    """Why one of the attempts of a call may have had its effect; "" if none may."""

    why = ""


def _goes_again(error: BaseException) -> bool:
    return isinstance(error, Passing) and error.again


def _may_repeat(call: _Call, passing: Passing) -> bool:
    if passing.doubtful and not call.repeatable:
        return False
    return passing.retry_after is None or passing.retry_after <= LONGEST_WAIT


def _enough(state: RetryCallState) -> bool:
    passing = state.outcome.exception() if state.outcome is not None else None
    timed_out = isinstance(passing, Passing) and passing.timed_out
    return state.attempt_number >= (ATTEMPTS_AFTER_TIME_OUT if timed_out else ATTEMPTS)


def _wait(state: RetryCallState) -> float:
    passing = state.outcome.exception() if state.outcome is not None else None
    asked = passing.retry_after if isinstance(passing, Passing) else None
    return float(_BACKOFF(state)) if asked is None else asked


def _nothing_to_refine(_refusal: Refusal) -> None:
    return None
