"""A small pretend ERP that makes an order in two calls, and reports errors with a status of 200."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request

from sync_cli.sandbox.server import serve

PROFILE = """
kind: steps-erp
credentials: [key]
auth: {kind: header, headers: {X-Key: "{key}"}}
identify:
  call: {path: /about}
  address: data.name
  version: data.version
  clock: {path: data.now, form: epoch}
  lacks: data.missing
errors:
  at: error
  inside: error
  message: text
  field: path
  codes:
    rights: access
    closed: down
    unknown: gone
    wrong: state
    busy: {means: busy, says: somebody works on it}
entities:
  order:
    traits: {resolution: 1 s, drafts: true}
    id: ref
    state: status
    modified: {path: tms, form: epoch}
    changes:
      call: {path: /orders, params: {since: "{since}", page: "{page}", size: "{limit}"}}
      since: {form: epoch, exclusive: true, beginning: 1970-01-01T00:00:00Z}
      items: data.rows
      total: data.count
      paging: {kind: offset}
      size: 3
    fetch:
      call: {path: "/orders/{id}"}
      items: data
    find:
      ext:
        call: {path: "/orders/ext/{value}"}
        items: data
    create:
      steps:
        - call: {method: POST, path: /orders, body: "{item}"}
          send: "{ext: ext, customer: customer}"
          id: data
        - call:
            method: POST
            path: "/orders/{id}/lines"
            body: {lines: "{item}", ext: "{reference}"}
          send: lines
          unless: lines
    advance:
      confirmed:
        unless: status == 'valid'
        only: status != 'void'
        steps:
          - call: {method: POST, path: "/orders/{id}/quote"}
            unless: status == 'quoted'
          - call: {method: POST, path: "/orders/{id}/validate"}
"""
Row = dict[str, Any]


@dataclass
class Steps:
    """The pretend ERP from inside. `fails` answers a call (its last word) in its own way."""

    url: str
    rows: dict[str, Row] = field(default_factory=dict)
    fails: dict[str, Callable[[], Response]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, ref: str, **others: Any) -> None:
        row = {"ref": ref, "ext": f"WC-{ref}", "status": "draft", "lines": [], "tms": 1_741_003_200}
        self.rows[ref] = {**row, **others}

    def check(self) -> Response | None:
        """Before each call: note it, look at the key, and fail as wanted."""
        self.asked.append(f"{request.method} {request.full_path.rstrip('?')}")
        if "k" not in _keys():
            return error("rights", "no such key")
        fails = self.fails.get(request.path.rpartition("/")[2])
        return fails() if fails is not None else None

    def about(self) -> Response:
        data = {"name": "Steps", "version": 7, "now": 1_741_003_205, "missing": ["invoices"]}
        return jsonify(data=data)

    def page(self) -> Response:
        size, at = int(request.args["size"]), int(request.args["page"])
        rows = [row for row in self.rows.values() if row["tms"] > int(request.args["since"])]
        return jsonify(data={"rows": rows[at * size : (at + 1) * size], "count": len(rows)})

    def one(self, ref: str) -> Response:
        return jsonify(data=self.rows[ref]) if ref in self.rows else error("unknown", "none")

    def by_ext(self, ext: str) -> Response:
        for row in self.rows.values():
            if str(row["ext"]).casefold() == ext.casefold():
                return jsonify(data=row)
        return error("unknown", "none", status=404)

    def make(self) -> Response:
        given = request.get_json()
        assert set(given) == {"ext", "customer"}
        ref = str(len(self.rows) + 1)
        self.put(ref, **given)
        return jsonify(data=int(ref))

    def add_lines(self, ref: str) -> Response:
        given = request.get_json()
        for at, line in enumerate(given["lines"]):
            if not line:
                return error("line", "it is empty", path=f"order_lines.{at}")
        self.rows[ref]["lines"] = [*self.rows[ref]["lines"], *given["lines"]]
        return jsonify(data=True)

    def advance(self, ref: str, act: str) -> Response:
        row = self.rows[ref]
        before, after = {"quote": ("draft", "quoted"), "validate": ("quoted", "valid")}[act]
        if row["status"] != before:
            return error("wrong", f"it is {row['status']}")
        row["status"] = after
        return jsonify(data=True)


@contextmanager
def running_steps() -> Iterator[Steps]:
    """An empty pretend ERP, whose answers tell no time."""
    app = Flask("steps")
    erp = Steps("")

    def hide_time(answer: Response) -> Response:
        answer.headers["Date"] = ""
        return answer

    app.before_request(erp.check)
    app.after_request(hide_time)
    app.get("/about")(erp.about)
    app.get("/orders")(erp.page)
    app.get("/orders/<ref>")(erp.one)
    app.get("/orders/ext/<ext>")(erp.by_ext)
    app.post("/orders")(erp.make)
    app.post("/orders/<ref>/lines")(erp.add_lines)
    app.post("/orders/<ref>/<act>")(erp.advance)
    with serve(app) as server:
        erp.url = server.url
        yield erp


def _keys() -> tuple[str | None, ...]:
    """What a caller shows of itself, in any of the ways."""
    basic = request.authorization
    by_name = basic.password if basic is not None and basic.username == "sync" else None
    return request.headers.get("X-Key"), request.args.get("secret"), by_name


def error(code: str, text: str, *, path: str = "", status: int = 200) -> Response:
    """An error in this ERP's manner."""
    answer = jsonify(error={"code": code, "text": text, "path": path})
    answer.status_code = status
    return answer
