"""Puts the credentials on each request in the way that the profile names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock, local
from typing import Any, assert_never

from requests import PreparedRequest
from requests.auth import HTTPBasicAuth

from sync_cli.connectors.http import Auth
from sync_cli.connectors.rest.profile import (
    BasicAuth,
    BearerAuth,
    HeaderAuth,
    LoginAuth,
    Profile,
    QueryAuth,
)
from sync_cli.connectors.rest.template import fill_texts
from sync_cli.core.errors import AccessDenied, ConfigError

Credentials = Mapping[str, str]


def check_credentials(system: str, profile: Profile, given: Credentials) -> None:
    """Raise ConfigError unless every credential that the profile names is given."""
    missing = [name for name in profile.credentials if not given.get(name)]
    if missing:
        raise ConfigError(
            f"{system} ({profile.kind}) needs {', '.join(missing)}.",
            "Set it with this system in the config, or in its secrets file.",
        )


def plain_auth(profile: Profile, credentials: Credentials) -> Auth:
    """The credentials of every kind of auth but a login, which needs a `Session`."""
    words = profile.auth
    match words:
        case BearerAuth():
            token = fill_texts({"token": words.token}, credentials)["token"]
            return _with_headers({"Authorization": f"Bearer {token}"})
        case BasicAuth():
            filled = fill_texts({"user": words.user, "password": words.password}, credentials)
            return HTTPBasicAuth(filled["user"], filled["password"])
        case HeaderAuth():
            return _with_headers(fill_texts(words.headers, credentials))
        case QueryAuth():
            return _with_params(fill_texts(words.params, credentials))
        case LoginAuth():
            return _with_headers({})
        case _:
            assert_never(words)


def _with_headers(headers: Mapping[str, str]) -> Auth:
    def put(request: PreparedRequest) -> PreparedRequest:
        request.headers.update(headers)
        return request

    return put


def _with_params(params: Mapping[str, str]) -> Auth:
    def put(request: PreparedRequest) -> PreparedRequest:
        request.prepare_url(request.url, dict(params))
        return request

    return put


class Session:
    """A login that lasts until the system denies a call; thread-safe.

    `log_in` makes the login call and gives the answer's data; it raises AccessDenied for a wrong
    password.
    """

    def __init__(
        self, system: str, words: LoginAuth, credentials: Credentials, log_in: Callable[[], Any]
    ) -> None:
        self._system = system
        self._words = words
        self._credentials = credentials
        self._log_in = log_in
        self._headers: Mapping[str, str] | None = None
        self._logins = 0
        self._good = 0
        self._used = local()
        self._lock = Lock()

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Log in if need be, and put the token on the request."""
        with self._lock:
            if self._headers is None:
                self._headers = self._new_headers()
                self._logins += 1
            self._used.login = self._logins
            request.headers.update(self._headers)
        return request

    def accepted(self) -> None:
        """This thread's last call was answered, so its login is good."""
        with self._lock:
            self._good = max(self._good, self._used.login)

    def is_over(self) -> bool:
        """Whether this thread's last call, which was denied, may be made again with a new login.

        Only if its login was good before, or another thread has already made a newer one.
        """
        with self._lock:
            used: int = self._used.login
            if used < self._logins:
                return True
            self._headers = None
            return used <= self._good

    def _new_headers(self) -> Mapping[str, str]:
        token = self._words.token(self._log_in())
        if token in (None, "", False):
            raise AccessDenied(
                self._system,
                f"{self._system} answered the login without a token.",
                "Check the user and password, and `auth.token` in the profile.",
            )
        return fill_texts(self._words.headers, {**self._credentials, "token": token})
