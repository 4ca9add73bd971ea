"""Refusals of the shop: code, message, HTTP status and data as the real one answers them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ShopError(Exception):
    """A refusal; `extra` joins the status in `data`, `bare_data` replaces the whole of `data`."""

    code: str | int
    message: str
    status: int
    extra: dict[str, Any] = field(default_factory=dict)
    bare_data: int | None = None

    def body(self) -> dict[str, Any]:
        """The JSON body of the refusal."""
        data: Any = {"status": self.status, **self.extra}
        if self.bare_data is not None:
            data = self.bare_data
        return {"code": self.code, "message": self.message, "data": data}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one parameter is not taken."""

    code: str
    message: str
    data: Any = None

    def body(self) -> dict[str, Any]:
        """The entry in `data.details`."""
        return {"code": self.code, "message": self.message, "data": self.data}


def invalid_params(faults: dict[str, Fault]) -> ShopError:
    """The refusal of parameters that do not fit the schema."""
    return ShopError(
        "rest_invalid_param",
        f"Invalid parameter(s): {', '.join(faults)}",
        400,
        {
            "params": {name: fault.message for name, fault in faults.items()},
            "details": {name: fault.body() for name, fault in faults.items()},
        },
    )


def missing_params(names: list[str]) -> ShopError:
    """The refusal of a request that leaves out what it must have."""
    message = f"Missing parameter(s): {', '.join(names)}"
    return ShopError("rest_missing_callback_param", message, 400, {"params": names})


def no_route() -> ShopError:
    """The answer to an unknown path and to a wrong method of a known one."""
    message = "No route was found matching the URL and request method."
    return ShopError("rest_no_route", message, 404)


def invalid_id(kind: str, status: int = 404) -> ShopError:
    """The answer to an id that no object of this kind has."""
    return ShopError(f"woocommerce_rest_{kind}_invalid_id", "Invalid ID.", status)


def trouble(status: int) -> dict[str, Any]:
    """The JSON body of a shop in trouble: maintenance mode at 503, else a fatal error."""
    if status == 503:
        message = "Briefly unavailable for scheduled maintenance. Check back in a minute."
        data = {"status": status}
        return {"code": "wp_die", "message": message, "data": data, "additional_errors": []}
    message = "<p>There has been a critical error on this website.</p>"
    data = {"status": status}
    return {
        "code": "internal_server_error",
        "message": message,
        "data": data,
        "additional_errors": [],
    }
