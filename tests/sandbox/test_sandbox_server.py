"""The server: connections that stay open, dates of the side's clock, an end that is one."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests
from flask import Flask, request

from sync_cli.sandbox.clock import SandboxClock
from sync_cli.sandbox.server import RunningServer, serve


@pytest.fixture
def clock() -> SandboxClock:
    clock = SandboxClock()
    clock.freeze(datetime(2025, 1, 31, 12, tzinfo=UTC))
    return clock


@pytest.fixture
def server(clock: SandboxClock) -> Iterator[RunningServer]:
    app = Flask("echo")

    @app.route("/echo", methods=["GET", "POST", "HEAD"])
    def echo() -> str:
        return request.get_data(as_text=True) or "nothing"

    @app.get("/port")
    def port() -> str:
        return str(request.environ["REMOTE_PORT"])

    @app.delete("/empty")
    def empty() -> tuple[str, int]:
        return "", 204

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("a bug in the sandbox")

    with serve(app, clock=clock) as running:
        yield running


def test_one_connection_serves_many_requests(server: RunningServer) -> None:
    with requests.Session() as session:
        ports = {session.get(f"{server.url}/port", timeout=60).text for _ in range(5)}
        session.delete(f"{server.url}/empty", timeout=60)
        session.head(f"{server.url}/echo", timeout=60)
        session.post(f"{server.url}/port", data="unread by the app", timeout=60)
        ports.add(session.get(f"{server.url}/port", timeout=60).text)
    assert len(ports) == 1


def test_the_date_is_the_sides(server: RunningServer, clock: SandboxClock) -> None:
    clock.advance(60)
    answer = requests.get(f"{server.url}/echo", timeout=60)
    assert answer.headers.get("Date") == "Fri, 31 Jan 2025 12:01:00 GMT"


def test_a_chunked_body_arrives_whole(server: RunningServer) -> None:
    answer = requests.post(f"{server.url}/echo", data=iter([b"one ", b"two"]), timeout=60)
    assert answer.text == "one two"


def test_a_client_that_expects_100_continue_is_told_to(server: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(
            b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"hi")
        assert connection.recv(1000).endswith(b"hi")


def test_a_request_cut_short_by_its_client_is_not_carried_out(server: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1000) == b""


def test_connection_close_is_honoured(server: RunningServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", "/echo", headers={"Connection": "close"})
    answer = connection.getresponse()
    assert (answer.getheader("Connection"), answer.read()) == ("close", b"nothing")
    connection.close()


def test_a_bug_in_an_app_is_a_500_and_the_server_goes_on(server: RunningServer) -> None:
    assert requests.get(f"{server.url}/broken", timeout=60).status_code == 500
    assert requests.get(f"{server.url}/echo", timeout=60).status_code == 200


def test_it_listens_on_loopback_only(server: RunningServer) -> None:
    assert server.url == f"http://127.0.0.1:{server.port}"


def test_after_stop_open_and_new_connections_fail(server: RunningServer) -> None:
    with requests.Session() as session:
        session.get(f"{server.url}/echo", timeout=60)
        server.stop()
        with pytest.raises(requests.ConnectionError):
            session.get(f"{server.url}/echo", timeout=60)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{server.url}/echo", timeout=60)


def test_a_taken_port_is_an_error(server: RunningServer) -> None:
    with pytest.raises(OSError, match=f"{server.port}.*in use"):
        serve(Flask("second"), port=server.port)
