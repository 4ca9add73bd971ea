"""The control routes of a side under /_sandbox/, without auth: for tests and the demo."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, request

from sync_cli.sandbox.clock import SandboxClock, iso_milliseconds
from sync_cli.sandbox.faults import Faults, rule_from_json
from sync_cli.sandbox.ledger import Ledger, to_json
from sync_cli.sandbox.wire import ErrorBody, FaultyWire, plain_error

Action = Callable[..., Any]
_EXTENSION = "sandbox"


@dataclass(frozen=True)
class Control:
    """What steers one side: its clock, ledger, faults and named actions."""

    clock: SandboxClock
    ledger: Ledger
    faults: Faults
    actions: Mapping[str, Action]

    def do(self, name: str, /, **args: Any) -> Any:
        """Run the action of this name; raises LookupError when the side has none."""
        action = self.actions.get(name)
        if action is None:
            raise LookupError(f"no action {name!r}; this side has {sorted(self.actions)}")
        return action(**args)


def mount_control(
    app: Flask,
    *,
    clock: SandboxClock,
    ledger: Ledger,
    state: Callable[[], Mapping[str, Any]],
    actions: Mapping[str, Action] | None = None,
    error_body: ErrorBody = plain_error,
) -> Faults:
    """Add the control routes and the faulty wire to the side's app; returns its faults.

    Call it once, last. `state` gives the side's whole state as JSON values (Decimals and times
    are allowed). Each of `actions` (name -> callable taking keyword arguments, returning JSON
    values) is offered as `POST /_sandbox/do/<name>` and as an edit for fault rules; it raises
    LookupError, ValueError or TypeError for wrong arguments, answered as 400. `error_body` makes
    the JSON body for the faults' HTTP statuses.

    `control_of(app)` finds all of it again. Serve the app with the same clock.
    """
    control = Control(clock, ledger, Faults(), dict(actions or {}))
    for name, action in control.actions.items():
        control.faults.register_edit(name, action)
    ledger.state_from(state)
    app.register_blueprint(_routes(control))
    app.extensions[_EXTENSION] = control
    wire = FaultyWire(app.wsgi_app, control.faults, clock, error_body)
    app.wsgi_app = wire.__call__  # type: ignore[method-assign]
    return control.faults


def control_of(app: Flask) -> Control:
    """The control that `mount_control` gave this app; raises KeyError if it was never called."""
    control = app.extensions[_EXTENSION]
    assert isinstance(control, Control)
    return control


def _routes(control: Control) -> Blueprint:
    routes = Blueprint("sandbox_control", __name__, url_prefix="/_sandbox")
    views: tuple[tuple[str, str, Callable[..., Response]], ...] = (
        ("GET", "/ledger", lambda: _ledger(control)),
        ("GET", "/state", lambda: _json(control.ledger.state())),
        ("GET", "/faults", lambda: _fault_list(control)),
        ("POST", "/faults", lambda: _answer(control, _add_fault)),
        ("DELETE", "/faults", lambda: _clear_faults(control)),
        ("GET", "/clock", lambda: _clock_now(control)),
        ("POST", "/clock", lambda: _answer(control, _set_clock)),
        ("POST", "/do/<name>", lambda name: _answer(control, _doing(name))),
    )
    for method, path, view in views:
        routes.add_url_rule(path, f"{method} {path}", view, methods=[method])
    return routes


def _doing(name: str) -> Callable[[Control, dict[str, Any]], Response]:
    return lambda control, args: _json({"result": control.do(name, **args)})


def _answer(control: Control, act: Callable[[Control, dict[str, Any]], Response]) -> Response:
    """Act on the request's JSON object; 400 with the reason where it does not fit."""
    try:
        given = json.loads(request.get_data() or b"{}")
        if not isinstance(given, dict):
            raise ValueError(f"send a JSON object, not {type(given).__name__}")
        return act(control, given)
    except (LookupError, ValueError, TypeError) as error:
        return _json({"error": f"{request.path}: {error}"}, 400)


def _ledger(control: Control) -> Response:
    ledger = control.ledger
    return _json({"side": ledger.side, "effects": ledger.effects(request.args.get("what"))})


def _fault_list(control: Control) -> Response:
    faults = control.faults
    struck = [asdict(each) for each in faults.struck()]
    return _json({"faults": faults.listing(), "hits": len(struck), "struck": struck})


def _add_fault(control: Control, given: dict[str, Any]) -> Response:
    return _json({"number": control.faults.add(rule_from_json(given))}, 201)


def _clear_faults(control: Control) -> Response:
    control.faults.clear()
    return _fault_list(control)


def _set_clock(control: Control, given: dict[str, Any]) -> Response:
    unknown = sorted(set(given) - {"offset", "advance", "freeze"})
    if unknown:
        raise ValueError(f"unknown {unknown}; give offset or advance (seconds), freeze (ISO time)")
    if "offset" in given:
        control.clock.set_offset(float(given["offset"]))
    if "freeze" in given:
        _freeze(control.clock, given["freeze"])
    if "advance" in given:
        control.clock.advance(float(given["advance"]))
    return _clock_now(control)


def _freeze(clock: SandboxClock, at: object) -> None:
    """Freeze at an ISO time or, for true, at the present; false and null let the clock run."""
    if isinstance(at, str):
        clock.freeze(datetime.fromisoformat(at))
    elif at is True:
        clock.freeze()
    else:
        clock.thaw()


def _clock_now(control: Control) -> Response:
    clock = control.clock
    return _json({"now": iso_milliseconds(clock.now()), "offset": clock.offset})


def _json(document: object, status: int = 200) -> Response:
    return Response(to_json(document), status, content_type="application/json")
