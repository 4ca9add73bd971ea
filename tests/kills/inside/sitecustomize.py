"""Loaded by Python before the real program in a child of the campaign: tells its phase, takes aim.

The program itself is untouched. Its commits (the methods of State) and the wire (http.client, below
every HTTP library) are wrapped. The phase stands in one byte of a shared file, so that it can be
read after the process died; at the phase that was aimed at the campaign is told through a pipe.
"""

from __future__ import annotations

import http.client
import mmap
import os
import re
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import Any

from tests.kills.phases import Phase

READ_BY_POST = "/find"
READ_BY_RPC = re.compile(
    rb'"method": ?"(?:common\.[a-z.]+|model\.[a-z._]+\.(?:search_read|search|read|get_access))"'
    rb'|"service": ?"common"'
    rb'|"(?:search_read|search|read|read_group|check_access_rights|has_group)", ?\['
)
"""Calls of JSON-RPC, where all is a POST, that only read."""
CALLING = frozenset({Phase.BEFORE, Phase.IN_CALL, Phase.BETWEEN, Phase.AFTER})
"""Phases in which an intent of this run is open."""


class Board:
    """The shared byte, and the moment at which the campaign wants to strike.

    `aim` is "PHASE NTH stop" or "PHASE NTH run"; with "stop" the whole process halts there.
    """

    def __init__(self, path: Path, aim: str, told: int) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 1)
        phase, nth, how = aim.split()
        self._aim, self._nth, self._stops = Phase[phase], int(nth), how == "stop"
        self._told = told
        self._entered: Counter[Phase] = Counter()
        self._in_flight = 0
        self._lock = RLock()
        self.phase = Phase.START

    def enter(self, phase: Phase) -> None:
        """The run is now in `phase`."""
        with self._lock:
            self.phase = phase
            self._memory[0] = phase
            self._entered[phase] += 1
            if phase is self._aim and self._entered[phase] == self._nth:
                os.write(self._told, b"!")
                if self._stops:
                    os.kill(os.getpid(), signal.SIGSTOP)

    def sent(self) -> None:
        """A writing call has left whole."""
        with self._lock:
            self._in_flight += 1
            self.enter(Phase.IN_CALL)

    def answered(self) -> None:
        """The answer to a writing call has come, or never will; others may be under way."""
        with self._lock:
            self._in_flight -= 1
            if not self._in_flight:
                self.enter(Phase.AFTER)

    def asks(self) -> None:
        """A reading call; while an intent is open that is the phase, not the reading."""
        with self._lock:
            if self.phase not in CALLING and self.phase is not Phase.READING:
                self.enter(Phase.READING)

    def settled(self, settlements: Any) -> None:
        """Results are on disk: of calls, or links to what was found."""
        with self._lock:
            links = any(settlement.ends is not None for settlement in settlements)
            if not self._in_flight and (links or self.phase in CALLING):
                self.enter(Phase.SETTLED)


def watch_commits(board: Board) -> None:
    """Tell the phase after every commit that the crash table names."""
    from sync_cli.state.store import State

    def after(name: str, tell: Callable[..., None]) -> None:
        method = getattr(State, name)

        def wrapped(self: State, *args: Any, **kwargs: Any) -> Any:
            result = method(self, *args, **kwargs)
            tell(*args)
            return result

        setattr(State, name, wrapped)

    after("begin", lambda *_: board.enter(Phase.BEFORE))
    after("steps", lambda *_: board.enter(Phase.BETWEEN))
    after("settle", lambda _route, _run, settlements, _now: board.settled(settlements))
    after("set_watermark", lambda *_: board.enter(Phase.MOVED))


def watch_wire(board: Board) -> None:
    """Tell the phase when a request has left whole, and when its answer has come."""
    connection = http.client.HTTPConnection
    put_request, get_response = connection.putrequest, connection.getresponse
    send_bytes = connection.send

    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        path = url.partition("?")[0]
        self.writes = method != "GET" and not path.endswith(READ_BY_POST)
        if not self.writes:
            board.asks()
        put_request(self, method, url, *args, **kwargs)

    def send(self: Any, data: Any) -> None:
        if self.writes and isinstance(data, bytes) and READ_BY_RPC.search(data):
            self.writes = False
            board.asks()
        send_bytes(self, data)

    def getresponse(self: Any) -> http.client.HTTPResponse:
        if not self.writes:
            return get_response(self)
        board.sent()
        try:
            return get_response(self)
        finally:
            board.answered()

    connection.putrequest = putrequest  # type: ignore[method-assign]
    connection.send = send  # type: ignore[method-assign]
    connection.getresponse = getresponse  # type: ignore[method-assign]


if "SYNC_CLI_KILLS_AIM" in os.environ:
    _board = Board(
        Path(os.environ["SYNC_CLI_KILLS_BOARD"]),
        os.environ["SYNC_CLI_KILLS_AIM"],
        int(os.environ["SYNC_CLI_KILLS_TOLD"]),
    )
    watch_commits(_board)
    watch_wire(_board)
    os.write(_board._told, b"?")
