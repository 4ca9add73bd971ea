"""Makes the calls of a profile: placeholders filled, refusals understood, nothing decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urljoin

from msgspec import Struct

from sync_cli.connectors.http import Answer, CallNotSent, HttpClient, RequestRefused
from sync_cli.connectors.http_answers import Passing, Refine, moment_of
from sync_cli.connectors.http_answers import Refusal as HttpRefusal
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.rest.auth import Credentials, Session
from sync_cli.connectors.rest.calls import Call
from sync_cli.connectors.rest.problems import Refusal, read_answer
from sync_cli.connectors.rest.profile import Errors, Fault, Meaning, Profile
from sync_cli.connectors.rest.template import fill, fill_path, fill_texts
from sync_cli.core.errors import AccessDenied, ConfigError, SyncError, SystemDown
from sync_cli.core.values import Discreet

Values = Mapping[str, Any]
Fits = Callable[[Any], bool]
"""Whether the data of an answer has the shape that its reader needs."""
_TOO_LARGE = 413


class Reply(Discreet, Struct, frozen=True):
    """A successful answer; `clock` is the source's when it answered, ours if it tells none.

    `began` is not later than the source's clock when the call began.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"data"})

    data: Any
    clock: datetime
    began: datetime | None


class NotThere(ConfigError):
    """A reading call was answered "not found": a fault of the profile, if it was no question."""


class Refused(Exception):
    """The system refused a writing call and did nothing of it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class Wire:
    """The calls of one system, whose profile's credentials are `given`. Thread-safe."""

    def __init__(
        self,
        client: HttpClient,
        profile: Profile,
        given: Credentials,
        clock: Callable[[], datetime],
        session: Session | None,
    ) -> None:
        self.system = client.name
        self.errors = profile.errors
        self._client = client
        self._headers = fill_texts(profile.headers, given)
        self._given = given
        self._clock = clock
        self._session = session
        self._fault: SyncError | None = None

    @property
    def pacing(self) -> Pacing:
        return self._client.pacing

    def now(self) -> datetime:
        """This machine's time, for measuring."""
        return self._clock()

    def raise_fault(self) -> None:
        """Raise, once, the fault that an earlier procedure met; each procedure begins with this."""
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault
        self._client.raise_fault()

    def remember(self, fault: SyncError) -> None:
        """Let no more calls of this procedure out; the next one raises the fault."""
        self._fault = self._fault or fault

    @property
    def fault(self) -> SyncError | None:
        """The fault that a read inside the running procedure met."""
        return self._fault

    def read(self, call: Call, values: Values, fits: Fits) -> Reply:
        """Make a reading call. Raises NotThere, SystemFault or ConfigError."""
        return self._read(call, fill_path(call.path, self._all(values)), True, values, fits)

    def follow(self, address: str, call: Call, values: Values, fits: Fits) -> Reply:
        """Read the next page at an address that the system named; the call gives the rest.

        A relative address begins at the base. Raises ConfigError for one on another server.
        """
        whole = urljoin(f"{self._client.base_url}/", address)
        return self._read(call, whole, False, values, fits)

    def write(self, call: Call, values: Values, fits: Fits, *, repeatable: bool = False) -> Reply:
        """Make a writing call. Raises Refused, AnswerLost or CallNotSent."""
        fault = self._fault
        if fault is not None:
            raise CallNotSent(str(fault), fault)
        path = fill_path(call.path, self._all(values))
        repeats = repeatable or call.repeatable
        try:
            return self._call(call, path, True, values, fits, repeatable=repeats, write=True)
        except RequestRefused as refused:
            raise Refused(self._refusal(refused)) from None

    def calls(self) -> Mapping[str, int]:
        return self._client.calls()

    def close(self) -> None:
        self._client.close()

    def _read(self, call: Call, path: str, with_params: bool, values: Values, fits: Fits) -> Reply:
        try:
            return self._call(call, path, with_params, values, fits, repeatable=True, write=False)
        except RequestRefused as refused:
            raise self._unreadable(call, self._refusal(refused)) from None

    def _call(
        self,
        call: Call,
        path: str,
        with_params: bool,
        values: Values,
        fits: Fits,
        *,
        repeatable: bool,
        write: bool,
    ) -> Reply:
        every = self._all(values)
        begun = self._clock()
        answer = self._client.call(
            call.method,
            path,
            params=fill_texts(call.params, every) if with_params else None,
            body=fill(call.body, every),
            headers={**self._headers, **fill_texts(call.headers, every)},
            repeatable=repeatable,
            expect=self._expectation(call.path, fits, doubtful=write),
            write=write,
        )
        if self._session is not None:
            self._session.accepted()
        return Reply(answer.data, answer.clock, self._began(answer, self._clock() - begun))

    def _all(self, values: Values) -> Values:
        return {**self._given, **values}

    def _began(self, answer: Answer, took: timedelta) -> datetime | None:
        """The Date header less the time the call took: a date may be told after all was read."""
        moment = moment_of(answer.headers)
        return None if moment is None else moment - max(took, timedelta(0))

    def _expectation(self, path: str, fits: Fits, *, doubtful: bool) -> Fits:
        """`fits`, but first an error that comes with a status of success raises what it means.

        Where the profile cannot read the answer of a writing call, that does not fit either: the
        call was carried out, and a ConfigError would say that it never left.
        """

        def expected(data: Any) -> bool:
            try:
                refusal = self._told_inside(data)
                if refusal is None:
                    return fits(data)
            except ConfigError:
                if doubtful:
                    return False
                raise
            raise system_fault(self.system, path, refusal) or RequestRefused(
                200, "", refusal.message, None, data
            )

        return expected

    def _told_inside(self, data: Any) -> Refusal | None:
        inside = self.errors.inside
        if inside is None or not inside.holds(data):
            return None
        return read_answer(self.errors, data, None)

    def _refusal(self, refused: RequestRefused) -> Refusal:
        if refused.status == _TOO_LARGE:
            return Refusal(Fault.BATCH, Meaning(), refused.message, status=refused.status)
        refusal = read_answer(self.errors, refused.body, refused.status)
        return refusal if refusal.message else refusal.saying(refused.message)

    def _unreadable(self, call: Call, refusal: Refusal) -> Exception:
        said = f"{self.system} refused {call.method} {call.path}: {refusal.message}"
        if refusal.fault in (Fault.BUSY, Fault.DOWN):
            return SystemDown(self.system, said, "It is tried again by itself.")
        kind = NotThere if refusal.fault is Fault.GONE else ConfigError
        return kind(said, "Check the address, and whether the profile fits this version.")


def refine_by(errors: Errors, session: Session | None) -> Refine:
    """How HttpClient is to read a refusal: by the codes of the profile, else in the usual way."""

    def refine(http: HttpRefusal) -> Exception | None:
        if http.status == 401 and session is not None and session.is_over():
            return Passing("the login was over", doubtful=False, status=401, retry_after=0.0)
        refusal = read_answer(errors, http.body, http.status)
        if not refusal.is_known:
            return None
        fault = system_fault(http.system, http.call, refusal)
        return fault or RequestRefused(http.status, http.code, refusal.message, None, http.body)

    return refine


def system_fault(system: str, call: str, refusal: Refusal) -> SyncError | None:
    """The refusal as a fault of the whole system, None for one of this call alone."""
    said = f"{system} refuses {call} (HTTP {refusal.status}): {refusal.message}"
    if refusal.fault is Fault.ACCESS:
        remedy = refusal.meaning.remedy or "Check the credentials and their rights."
        return AccessDenied(system, said, remedy, status=refusal.status)
    if refusal.fault is Fault.DOWN:
        remedy = refusal.meaning.remedy or "It is tried again by itself."
        return SystemDown(system, said, remedy, status=refusal.status)
    return None
