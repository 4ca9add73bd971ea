"""A small HTTP/1.1 server on loopback for one side, on werkzeug's threaded server."""

from __future__ import annotations

import socket
import traceback
from io import BytesIO
from ssl import SSLContext
from threading import Lock, Thread
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from sync_cli.sandbox.answer import Answer, carry_out, reason
from sync_cli.sandbox.clock import SandboxClock, http_date

LOOPBACK = "127.0.0.1"
_BACKLOG = 128


class _KeepAliveHandler(WSGIRequestHandler):
    """Reads a request whole, answers it in one write, keeps the connection open.

    Werkzeug's own handler closes the connection after each answer; a connector's pool, its retries
    on stale connections and its speed can only be tried against one that stays open.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _LoopbackServer

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        # the peer, or a fault, has already closed the connection
        try:
            super().finish()
        except (OSError, ValueError):
            return

    def run_wsgi(self) -> None:
        try:
            self._send(self._answer())
        except ConnectionError:
            self.close_connection = True

    def _answer(self) -> Answer:
        environ = self._environ()
        try:
            return carry_out(self.server.app, environ)
        except ConnectionError:
            raise
        except Exception:
            traceback.print_exc()
            return Answer(reason(500), (("Content-Type", "text/plain"),), b"sandbox bug\n")

    def _environ(self) -> WSGIEnvironment:
        environ = self.make_environ()
        chunked = bool(environ.get("wsgi.input_terminated"))
        length = int(self.headers.get("Content-Length") or 0)
        body = environ["wsgi.input"].read() if chunked else self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the client went away in the middle of its request")
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        return environ

    def _send(self, answer: Answer) -> None:
        names = {name.lower() for name, _ in answer.headers}
        lines = [f"HTTP/1.1 {answer.status}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if "date" not in names:
            lines.append(f"Date: {http_date(self.server.clock.now())}")
        if "content-length" not in names and answer.status[:3] not in ("204", "304"):
            lines.append(f"Content-Length: {len(answer.body)}")
        lines.append(f"Connection: {'close' if self.close_connection else 'keep-alive'}")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.wfile.write(head if self.command == "HEAD" else head + answer.body)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: the ledger tells what happened."""


class _Connections:
    """The open connections of a server, so that stopping it also ends the idle ones."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: set[socket.socket] = set()

    def add(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def discard(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def shut_down(self) -> None:
        with self._lock:
            for connection in self._open:
                # already gone: nothing to end
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _LoopbackServer(ThreadedWSGIServer):
    daemon_threads = True

    def __init__(
        self, app: WSGIApplication, port: int, clock: SandboxClock, tls: SSLContext | None
    ) -> None:
        self.clock = clock
        self.connections = _Connections()
        # werkzeug exits the whole process for a taken port, so it gets a bound socket
        with _listen(port) as listening:
            super().__init__(
                LOOPBACK, port, app, handler=_KeepAliveHandler, ssl_context=tls,
                fd=listening.fileno(),
            )  # fmt: skip


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise OSError(error.errno, f"cannot listen on {LOOPBACK}:{port}: {error}") from error
    return listening


class RunningServer:
    """A server that answers until `stop`; usable as a context manager.

    `url` is its base address without a slash at the end ("http://127.0.0.1:40123").
    """

    def __init__(self, server: _LoopbackServer) -> None:
        self._server = server
        self.port: int = server.port
        scheme = "http" if server.ssl_context is None else "https"
        self.url = f"{scheme}://{LOOPBACK}:{server.port}"
        self._thread = Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Refuse new connections and end the open ones; safe to call twice."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.connections.shut_down()

    def __enter__(self) -> RunningServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve(
    app: WSGIApplication,
    port: int = 0,
    clock: SandboxClock | None = None,
    tls: SSLContext | None = None,
) -> RunningServer:
    """Serve the app on 127.0.0.1 in threads of this process, on a free port when `port` is 0.

    HTTP/1.1 with keep-alive, over TLS with the certificate of `tls`. The Date header comes from
    `clock` (real time without one). Raises OSError if the port is taken.
    """
    return RunningServer(_LoopbackServer(app, port, clock or SandboxClock(), tls))
