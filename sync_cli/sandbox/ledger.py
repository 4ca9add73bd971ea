"""The ledger of one side: every effect that really happened, whatever the client was told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import IO, Any, Literal

from sync_cli.sandbox.clock import SandboxClock, iso_milliseconds

SideName = Literal["shop", "erp"]
Effect = dict[str, Any]


def to_json(value: object) -> str:
    """The value as compact JSON; Decimals, times and paths as text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


class Ledger:
    """Append-only list of effects, in memory and, with a path, as JSON lines on disk.

    An effect is what changed in the store ("order.created"), not what was asked for: a lost answer
    leaves an effect, a refused request none. Each line is flushed at once, so that the file is
    complete even when the process is killed.
    """

    def __init__(self, side: SideName, clock: SandboxClock, path: Path | None = None) -> None:
        self.side = side
        self._clock = clock
        self._lock = Lock()
        self._effects: list[Effect] = []
        self._file: IO[str] | None = None
        self._describe_state: Callable[[], Mapping[str, Any]] = dict
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8")

    def record(self, what: str, id: str, reference: str | None = None, **facts: Any) -> Effect:
        """Append one effect and return it: `what` happened to the record `id`.

        `what` is entity and participle ("order.created", "stock.set"). `facts` are values that a
        verdict needs (`total`, `state`); money as Decimal or text.
        """
        with self._lock:
            effect: Effect = {
                "seq": len(self._effects) + 1,
                "at": iso_milliseconds(self._clock.now()),
                "side": self.side,
                "what": what,
                "id": id,
                "reference": reference,
                **facts,
            }
            self._effects.append(effect)
            if self._file is not None:
                self._file.write(to_json(effect) + "\n")
                self._file.flush()
            return effect

    def effects(self, what: str | None = None) -> list[Effect]:
        """All effects so far in their order, or those of one kind ("order.created")."""
        with self._lock:
            return [effect for effect in self._effects if what in (None, effect["what"])]

    def state_from(self, describe: Callable[[], Mapping[str, Any]]) -> None:
        """Name what gives the side's whole state for `dump`; `mount_control` calls this."""
        self._describe_state = describe

    def state(self) -> Mapping[str, Any]:
        """The side's whole state now, {} before `state_from`."""
        return self._describe_state()

    def dump(self, path: Path) -> None:
        """Write one JSON document: {"side", "effects": [...], "state": {...}}."""
        document = {"side": self.side, "effects": self.effects(), "state": self.state()}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(to_json(document) + "\n", encoding="utf-8")

    def close(self) -> None:
        """Close the file; later effects are kept in memory only."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
