"""Recorded answers of a real Odoo, given to the requests that mean the same as recorded ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import responses
from requests import PreparedRequest

from sync_cli.connectors.odoo.connector import Odoo
from sync_cli.connectors.odoo.wire import Login
from sync_cli.connectors.pacing import Pacing
from tests.connectors.odoo.odoo_erp import recorded

_BESIDE = (["active", "in", [True, False]], ["id", ">", 0], ["sale_ok", "=", True])
URL = "https://odoo.example"
_EXTERNAL = re.compile(r"\w+\.(?P<kind>order|refund|customer|address)_\D*(?P<number>\d+)\w*")
_REFERENCE = re.compile(r"WC-\D*(?P<number>\d+)")


@dataclass(frozen=True)
class Asked:
    """What a request asks for, whoever asks and in whatever order its conditions stand."""

    what: str
    given: Any
    keywords: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Asked:
        """Read from a JSON-RPC body; database, user and key are left out."""
        params = body["params"]
        args = params["args"]
        if params["method"] != "execute_kw":
            return cls(f"{params['service']}.{params['method']}", None)
        keywords = {**(args[6] if len(args) > 6 else {})}
        if not keywords.get("context", True):
            keywords.pop("context")
        return cls(f"{args[3]}.{args[4]}", args[5], keywords)

    def means(self, other: Asked) -> bool:
        """Whether the other one, which is recorded, asks the same.

        Conditions may stand in another order, and other fields may be wanted; archived records
        may be asked for beside.
        """
        if self.what != other.what:
            return False
        if self.what.endswith((".search_read", ".search")):
            return self._conditions() == other._conditions() and (
                self.keywords.get("context") == other.keywords.get("context")
            )
        if self.what.endswith(".read"):
            return bool(self.given[0] == other.given[0])
        if self.what.endswith(".load"):
            return self.cells() == other.cells()
        return bool(self.given == other.given)

    def _conditions(self) -> list[str]:
        terms = [term for term in self.given[0] if term not in ("&", "|")]
        return sorted(json.dumps(term) for term in terms if term not in _BESIDE)

    def cells(self) -> list[dict[str, str]]:
        """The filled cells of a load by column; external ids without module, numbers without
        spelling, lines without their place."""
        header, rows = self.given
        found = []
        for row in rows:
            cells = {name: _plain(cell) for name, cell in zip(header, row, strict=True)}
            cells.pop("order_line/sequence", None)
            found.append({name: cell for name, cell in cells.items() if cell != ""})
        return found


def _plain(cell: str) -> str:
    """The cell without module of an external id and without spelling of a number or reference."""
    external = _EXTERNAL.fullmatch(cell)
    if external is not None:
        return f"{external['kind']}:{external['number']}"
    if reference := _REFERENCE.fullmatch(cell):
        return reference["number"]
    try:
        return f"{float(cell):g}" if "." in cell else cell
    except ValueError:
        return cell


class Turns:
    """Answers that are given one after another; the last one for ever."""

    def __init__(self, *answers: Any) -> None:
        self.left = list(answers)

    def next(self) -> Any:
        """The next one."""
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


@dataclass
class Tape:
    """A network that knows recordings, and remembers what it was asked.

    Requests that mean the same as one that was recorded twice get the answers in order. `knows`
    answers what no recording has, by the name of the method; `Turns` answer in turn.
    """

    numbers: Sequence[str]
    knows: Mapping[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self._exchanges = [recorded(number) for number in ("001", "002", *self.numbers)]

    def open(self, **options: Any) -> Odoo:
        """A connector before this tape; call it inside `playing`."""
        pacing = Pacing(monotonic=lambda: self.seconds, sleep=self._sleep)
        login = Login(URL, "erp", "shopsync", "API_KEY_SHOPSYNC")
        given = {"clock": lambda: datetime(2026, 11, 21, tzinfo=UTC), **options}
        return Odoo("erp", login, pacing=pacing, **given)

    def playing(self) -> responses.RequestsMock:
        """The network, as a context manager."""
        mock = responses.RequestsMock(assert_all_requests_are_fired=False)
        mock.add_callback("POST", f"{URL}/jsonrpc", callback=self._answer)
        return mock

    def was_asked(self, number: str) -> bool:
        """Whether a request meant the same as the recorded one."""
        wanted = Asked.of(recorded(number)["request"]["body"])
        return any(asked.means(wanted) for asked in self.asked)

    def requests(self, what: str) -> list[Asked]:
        """The requests of a method."""
        return [asked for asked in self.asked if asked.what == what]

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def _answer(self, request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked = Asked.of(json.loads(request.body or b"{}"))
        self.asked.append(asked)
        for place, exchange in enumerate(self._exchanges):
            if asked.means(Asked.of(exchange["request"]["body"])):
                answer = exchange["response"]
                if asked.what.partition(".")[2] not in ("version", "authenticate"):
                    self._exchanges.pop(place)
                headers = {"Date": answer["headers"]["Date"]}
                return answer["status"], headers, json.dumps(answer["body"])
        result = self.knows.get(asked.what, [])
        result = result.next() if isinstance(result, Turns) else result
        return 200, {}, json.dumps({"jsonrpc": "2.0", "id": 1, "result": result})
