"""A running trytond with a database of its own, on a free port of this machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

from sync_cli.sandbox.tryton.building import NotBuilt, built, configuration

DATABASE = "run"
LONGEST_START = 240.0
LONGEST_STOP = 10.0
_BETWEEN_ASKS = 0.05
_TRYTOND = (
    "import sys; from sync_cli.sandbox.tryton.passwords import hash_cheaply; hash_cheaply();"
    " from trytond.cli import main; sys.exit(main())"
)


class TrytonServer:
    """A trytond in a process of its own; a context manager that ends it.

    `url` is the server's address without a slash and without the database. Its database is a copy
    of the built one in `folder`. Raises NotBuilt if it does not answer within four minutes.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built(cache), self.folder / f"{DATABASE}.sqlite")
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = DATABASE
        self._log = (self.folder / "trytond.log").open("ab")
        self._process = self._started()
        self._wait()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._process.kill()
        self._process.wait(LONGEST_STOP)

    def restart(self) -> None:
        """Start it again on the same port, with the database as it is."""
        self._process = self._started()
        self._wait()

    def pause(self) -> None:
        """Let it answer nobody until `go_on`."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it work again."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it and wait until it ended; safe to call twice."""
        if self._process.poll() is None:
            self.go_on()
            self._process.terminate()
            try:
                self._process.wait(LONGEST_STOP)
            except subprocess.TimeoutExpired:
                self.kill()
        self._log.close()

    def __enter__(self) -> TrytonServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _started(self) -> subprocess.Popen[bytes]:
        conf = configuration(self.folder, self.port)
        command = [sys.executable, "-c", _TRYTOND, "-c", str(conf), "-d", DATABASE]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        return subprocess.Popen(command, env=environment, stdout=self._log, stderr=self._log)

    def _wait(self) -> None:
        deadline = time.monotonic() + LONGEST_START
        body = {"id": 1, "method": "common.server.version", "params": []}
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                requests.post(f"{self.url}/rpc/", json=body, timeout=LONGEST_START)
            except requests.ConnectionError:
                time.sleep(_BETWEEN_ASKS)
            else:
                return
        self.stop()
        said = (self.folder / "trytond.log").read_text(encoding="utf-8", errors="replace")
        raise NotBuilt(f"trytond does not answer: {said[-2000:]}")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
