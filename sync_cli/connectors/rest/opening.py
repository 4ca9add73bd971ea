"""Opens the connection to a system: its address, its credentials, and a login if it wants one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct

from sync_cli.connectors.http import Auth, HttpClient, RequestRefused
from sync_cli.connectors.pacing import Pacing
from sync_cli.connectors.rest.auth import (
    Credentials,
    Session,
    check_credentials,
    plain_auth,
)
from sync_cli.connectors.rest.profile import LoginAuth, Profile
from sync_cli.connectors.rest.template import fill, fill_path, fill_texts
from sync_cli.connectors.rest.wire import Wire, refine_by
from sync_cli.core.errors import AccessDenied


class HttpOptions(Struct, frozen=True):
    """What HttpClient takes beside the address: seconds to wait, certificates, our name."""

    timeout: tuple[float, float] = (10.0, 60.0)
    verify: bool | str = True
    user_agent: str = "sync-cli"


class Endpoint(Struct, frozen=True):
    """One system's address and all that is needed to call it."""

    system: str
    base_url: str
    pacing: Pacing
    clock: Callable[[], datetime]
    options: HttpOptions

    def client(self, profile: Profile, auth: Auth, session: Session | None) -> HttpClient:
        """A client that reads refusals as the profile does."""
        return HttpClient(
            self.system,
            self.base_url,
            auth=auth,
            pacing=self.pacing,
            clock=self.clock,
            timeout=self.options.timeout,
            verify=self.options.verify,
            user_agent=self.options.user_agent,
            refine=refine_by(profile.errors, session),
        )


def open_wire(
    system: str,
    base_url: str,
    profile: Profile,
    credentials: Credentials,
    *,
    pacing: Pacing,
    clock: Callable[[], datetime],
    options: HttpOptions,
) -> Wire:
    """The wire to a system; calls nobody yet. Raises ConfigError for a missing credential."""
    check_credentials(system, profile, credentials)
    given = {name: credentials[name] for name in profile.credentials}
    base = fill_path(profile.base, given)
    address = base_url.rstrip("/").removesuffix(base) + base
    endpoint = Endpoint(system, address, pacing, clock, options)
    session = _session(endpoint, profile, given)
    auth = session or plain_auth(profile, given)
    return Wire(endpoint.client(profile, auth, session), profile, given, clock, session)


def _session(endpoint: Endpoint, profile: Profile, given: Credentials) -> Session | None:
    words = profile.auth
    if not isinstance(words, LoginAuth):
        return None
    client = endpoint.client(profile, plain_auth(profile, given), None)
    headers = fill_texts(profile.headers, given)

    def log_in() -> Any:
        call = words.call
        try:
            return client.call(
                call.method,
                fill_path(call.path, given),
                params=fill_texts(call.params, given),
                body=fill(call.body, given),
                headers={**headers, **fill_texts(call.headers, given)},
                repeatable=True,
                expect=lambda data: data is not None,
            ).data
        except RequestRefused as refused:
            raise AccessDenied(
                endpoint.system,
                f"{endpoint.system} refuses the login: {refused.message}.",
                "Check the user and password.",
                status=refused.status,
            ) from None

    return Session(endpoint.system, words, given, log_in)
