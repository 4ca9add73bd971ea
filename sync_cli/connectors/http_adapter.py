"""The way a call takes to its server: `requests` and `urllib3`, without what one server needs once.

A run makes thousands of calls to one address. What `requests` works out anew for each of them (the
pool of connections, the certificates, a jar for cookies) costs as much as the call itself.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class OneServer(HTTPAdapter):
    """An adapter whose calls all go to one server, with the same certificates and proxy.

    Thread-safe. So many `connections` are kept; a request leaves in one piece, head and body
    together. Cookies of the server are not looked at. Raises what HTTPAdapter raises.
    """

    def __init__(self, connections: int) -> None:
        super().__init__(pool_connections=2, pool_maxsize=connections)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SafePool}
        self._pool: Any = None
        self._lock = Lock()

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """The server's pool of connections, looked up by the first call."""
        if self._pool is None:
            with self._lock:
                pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
                super().cert_verify(pool, request.url or "", verify, cert)  # type: ignore[no-untyped-call]
                self._pool = pool
        return self._pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing: the pool got its certificates when it was looked up."""

    def request_url(self, request: PreparedRequest, proxies: Any) -> str:
        """What the first line of the request names: the path, or all of it for a proxy."""
        host, slash, path = (request.url or "").partition("://")[2].partition("/")
        if proxies or not slash or "?" in host:
            return super().request_url(request, proxies)
        return f"/{path}"

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """Status, headers and the body to be read; a connector asks for nothing else."""
        return _Reply(req, resp)

    def close(self) -> None:
        """Let go of the connections; later calls make new ones."""
        self._pool = None
        super().close()


class _Reply(Response):
    """An answer as urllib3 gives it, without the jar of cookies that `requests` makes for each."""

    def __init__(self, request: PreparedRequest, raw: Any) -> None:
        self._content: Any = False
        self._content_consumed = False
        self.request = request
        self.url = request.url or ""
        self.status_code = raw.status
        self.headers = raw.headers
        self.raw = raw


class _InOnePiece(HTTPConnection):
    """Sends head and body of a request as one: a packet less, and no wait for its receipt."""

    _pieces: list[bytes] | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        pieces: list[bytes] = []
        self._pieces = pieces
        try:
            super().request(*args, **kwargs)
        finally:
            self._pieces = None
        self.send(b"".join(pieces))

    def send(self, data: Any) -> None:
        if self._pieces is None:
            super().send(data)
        else:
            self._pieces.append(data)


class _SafelyInOnePiece(_InOnePiece, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _InOnePiece


class _SafePool(HTTPSConnectionPool):
    ConnectionCls = _SafelyInOnePiece
