"""A small pretend ERP in the manner of OData: login, filters, links by $skip, answers of 204."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request

from sync_cli.sandbox.server import serve

PAGE = 3
PROFILE = r"""
kind: odata-erp
base: /b1s/v2
credentials: [company, user, password]
auth:
  kind: login
  call:
    method: POST
    path: /Login
    body: {CompanyDB: "{company}", UserName: "{user}", Password: "{password}"}
  token: SessionId
  headers: {Cookie: "B1SESSION={token}"}
identify:
  call: {path: "/Companies('{company}')"}
  address: Name
errors:
  at: error
  codes:
    "-2035": duplicate
entities:
  customer:
    traits: {resolution: 1 min, overlap: 70 min, find_batch: 2}
    id: Code
    birth: CreateDate
    modified:
      path: join('T', [UpdateDate, UpdateTime])
      form: "%Y-%m-%dT%H:%M"
      zone: Europe/Berlin
    marks: {archived: Frozen}
    changes:
      call:
        path: /Customers
        params: {$filter: "Updated ge '{since}'", $orderby: Code}
      since: {form: "%Y-%m-%dT%H:%M", zone: Europe/Berlin}
      items: value
      paging: {kind: link, next: '"@odata.nextLink"'}
    fetch:
      call: {path: /Customers, params: {$filter: "{ids}"}}
      items: value
      text: {each: "Code eq '{value}'", join: " or ", quote: doubled}
      paging: {kind: link, next: '"@odata.nextLink"', stable: true}
      size: 20
    find:
      name:
        call: {path: /Customers, params: {$filter: "{values}"}}
        of: Name
        items: value
        text: {each: "Name eq '{value}'", join: " or ", quote: doubled}
        paging: {kind: link, next: '"@odata.nextLink"', stable: true}
    create:
      steps:
        - call: {method: POST, path: /Customers, body: "{item}"}
          item: "@"
    update:
      call:
        method: PATCH
        path: /Customers('{id}')
        headers: {If-Match: "*"}
        body: "{fields}"
"""
Row = dict[str, Any]


@dataclass
class OData:
    """The pretend ERP from inside. `after_page` runs when a page was made up, before it goes."""

    url: str
    password: str
    rows: dict[str, Row] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)
    logins: int = 0
    after_page: Callable[[], None] = lambda: None
    keeps: Callable[[Row], Row] = lambda fields: fields
    foreign_links: bool = False
    honours_sessions: bool = True

    def put(self, code: str, updated: str = "2025-03-03T12:00", **others: Any) -> None:
        """A row that was changed at this minute of Berlin's time."""
        day, time = updated.split("T")
        row = {"Code": code, "Name": f"N{code}", "Frozen": False, "CreateDate": "2025-01-01"}
        self.rows[code] = {**row, "UpdateDate": day, "UpdateTime": time, **others}

    def check(self) -> Response | None:
        """Before each call: whether its session is known."""
        if request.path.endswith("/Login"):
            return None
        known = self.honours_sessions and request.cookies.get("B1SESSION", "") in self.sessions
        return None if known else _error(401, "301", "Invalid session")

    def login(self) -> Response:
        if request.get_json()["Password"] != self.password:
            return _error(401, "100", "Login failed")
        self.logins += 1
        self.sessions = {f"session-{self.logins}"}
        return jsonify(SessionId=f"session-{self.logins}")

    def page(self) -> Response:
        found = [row for row in _sorted(self) if _fits(row, request.args.get("$filter", ""))]
        skip = int(request.args.get("$skip", 0))
        body: Row = {"value": found[skip : skip + PAGE]}
        if len(found) > skip + PAGE:
            query = request.query_string.decode().partition("&$skip")[0]
            host = "https://elsewhere.example/b1s/v2/" if self.foreign_links else ""
            body["@odata.nextLink"] = f"{host}Customers?{query}&$skip={skip + PAGE}"
        answer = jsonify(body)
        self.after_page()
        return answer

    def create(self) -> Response:
        row = request.get_json()
        if row["Code"] in self.rows:
            return _error(400, "-2035", "This entry already exists")
        if not row.get("Name"):
            return _error(400, "-1", "Name is missing")
        self.put(row["Code"], **row)
        answer = jsonify(self.rows[row["Code"]])
        answer.status_code = 201
        return answer

    def update(self, code: str) -> Response:
        if request.headers.get("If-Match") != "*":
            return _error(412, "-2", "If-Match is missing")
        if code not in self.rows:
            return _error(404, "-2028", "No matching records found")
        self.rows[code].update(self.keeps(request.get_json()))
        return Response(status=204)


@contextmanager
def running_odata(password: str = "right") -> Iterator[OData]:
    """An empty pretend ERP."""
    app = Flask("odata")
    erp = OData("", password)
    app.before_request(erp.check)
    app.post("/b1s/v2/Login")(erp.login)
    app.get("/b1s/v2/Companies('<name>')")(lambda name: jsonify(Name=name))
    app.get("/b1s/v2/Customers")(erp.page)
    app.post("/b1s/v2/Customers")(erp.create)
    app.patch("/b1s/v2/Customers('<code>')")(erp.update)
    with serve(app) as server:
        erp.url = server.url
        yield erp


def _sorted(erp: OData) -> list[Row]:
    return [erp.rows[code] for code in sorted(erp.rows)]


def _fits(row: Row, query: str) -> bool:
    since = re.fullmatch("Updated ge '(.*)'", query)
    if since is not None:
        return f"{row['UpdateDate']}T{row['UpdateTime']}" >= since[1]
    asked = re.findall(r"(\w+) eq '((?:[^']|'')*)'", query)
    left = re.sub(r"(\w+) eq '((?:[^']|'')*)'( or )?", "", query)
    assert left == "", f"this is no filter: {query}"
    # the server does not look at case, as many databases do not
    return not query or any(
        str(row[name]).casefold() == value.replace("''", "'").casefold() for name, value in asked
    )


def _error(status: int, code: str, message: str) -> Response:
    answer = jsonify(error={"code": code, "message": message})
    answer.status_code = status
    return answer
