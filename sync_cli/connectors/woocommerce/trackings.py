"""Parcels by the REST of a tracking plug-in: listed and made, never changed or deleted.

Two plug-ins have the same routes: WooCommerce's own Shipment Tracking, and Advanced Shipment
Tracking. What stands here is taken from their documentation and not recorded from a server. Where
the two agree both are served; the date is sent to the first alone, because for the second it has
the form of a setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sync_cli.connectors.base import Done, Draft, Failed, NotSent, Raw, Result
from sync_cli.connectors.http import Answer, RequestRefused
from sync_cli.connectors.woocommerce.by_order import one_writer_an_order
from sync_cli.connectors.woocommerce.entities import TRACKING, Row, raw_of, shape_of
from sync_cli.connectors.woocommerce.notes import split_reference
from sync_cli.connectors.woocommerce.sending import send_one
from sync_cli.connectors.woocommerce.wire import Wire, home_of
from sync_cli.core.errors import ConfigError, Problem, SyncError

PLAIN, ADVANCED = "wc-shipment-tracking/v3", "wc-ast/v3"
"""The namespaces of the routes; the advanced plug-in has both, older versions the second alone."""
_PLACEHOLDER = "%1$s"
"""Stands for the number in a link: the plug-in fills it in, as PHP fills in any sign of percent."""


class Trackings:
    """The routes of a shop's tracking plug-in, asked for once."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._namespaces: frozenset[str] | None = None

    def are_there(self) -> bool:
        """Whether a plug-in has such routes. Raises SystemFault."""
        return bool({PLAIN, ADVANCED} & self._known())

    def find(self, orders: Sequence[str]) -> Iterator[tuple[str, list[Raw]]]:
        """All parcels of each order; one that is gone has none."""
        known = [order for order in orders if order.isdecimal()]
        tasks = [partial(self._of_order, order) for order in known]
        yield from zip(known, self._wire.pacing.run_in_order(tasks), strict=True) if tasks else ()

    def create(self, drafts: Sequence[Draft]) -> Iterator[Result]:
        """Enter the parcels, one call each, never twice; results in order."""
        try:
            self._known()
        except SyncError as fault:
            self._wire.client.remember_fault(fault)
            return iter([NotSent(str(fault)) for _ in drafts])
        orders = [split_reference(draft.reference)[0] for draft in drafts]
        pacing = self._wire.pacing
        return one_writer_an_order(pacing, orders, lambda at: self._create(drafts[at]))

    def _known(self) -> frozenset[str]:
        if self._namespaces is None:
            home = home_of(self._wire.client.base_url)
            index = self._wire.document(f"{home}/wp-json/", {"_fields": "namespaces"})
            self._namespaces = frozenset(map(str, index.get("namespaces") or ()))
        return self._namespaces

    def _path(self, order: str) -> str:
        known = self._known()
        namespace = PLAIN if PLAIN in known else ADVANCED
        if namespace not in known:
            raise ConfigError(
                "The shop has no plug-in that takes parcels by REST.",
                "Set orders.parcels to meta, or install such a plug-in.",
            )
        home = home_of(self._wire.client.base_url)
        return f"{home}/wp-json/{namespace}/orders/{order}/shipment-trackings"

    def _of_order(self, order: str) -> list[Raw]:
        path = self._path(order)
        try:
            answer = self._wire.client.call("GET", path, repeatable=True, expect=_are_trackings)
        except RequestRefused as refused:
            if refused.status == 404:
                return []
            raise ConfigError(
                f"{self._wire.name} refuses GET {path}: {refused.message}"
                f" (HTTP {refused.status} {refused.code}).",
                "Look at the tracking plug-in, or set orders.parcels to meta.",
            ) from None
        return [_raw(order, row) for row in answer.data]

    def _create(self, draft: Draft) -> Result:
        order = split_reference(draft.reference)[0]
        label = f"Parcel of order {order}"
        number = str(draft.payload.get("tracking_number") or "")
        if not order or not number:
            return Failed(_numberless(self._wire.name, label))
        body = _plain(draft.payload) if ADVANCED not in self._known() else _advanced(draft.payload)
        answer = send_one(self._wire, label, "POST", self._path(order), body, expect=_is_tracking)
        if not isinstance(answer, Answer):
            return answer
        id = f"{order}:{answer.data['tracking_id']}"
        if str(answer.data.get("tracking_number")) != number:
            return Failed(_changed(self._wire.name, label), id)
        return Done(id, answer.data)


def _raw(order: str, row: Row) -> Raw:
    return raw_of(shape_of(TRACKING), {**row, "id": f"{order}:{row['tracking_id']}"})


def _plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A provider that the plug-in knows alone, or any other with its name and link."""
    body = {name: value for name, value in payload.items() if value}
    if "tracking_provider" in body:
        body.pop("custom_tracking_provider", None)
        body.pop("custom_tracking_link", None)
        return body
    link = _with_placeholder(body.pop("custom_tracking_link", ""), str(body["tracking_number"]))
    return {**body, "custom_tracking_link": link} if link else body


def _with_placeholder(link: str, number: str) -> str:
    """The link as the plug-in fills it in; "" where it has other signs of percent."""
    return "" if "%" in link else link.replace(number, _PLACEHOLDER)


def _advanced(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Number and carrier; `status_shipped` 0 leaves the order's status alone."""
    carrier = payload.get("tracking_provider") or payload.get("custom_tracking_provider") or ""
    return {
        "tracking_number": payload["tracking_number"],
        "tracking_provider": carrier,
        "status_shipped": 0,
    }


def _is_tracking(data: Any) -> bool:
    return isinstance(data, dict) and bool(data.get("tracking_id")) and "tracking_number" in data


def _are_trackings(data: Any) -> bool:
    return isinstance(data, list) and all(_is_tracking(row) for row in data)


def _numberless(system: str, label: str) -> Problem:
    return Problem(
        "no-match-value",
        label,
        "it has no tracking number, by which alone the plug-in could find it again",
        "Let the mapping `tracking` write tracking_number.",
        system=system,
        field="tracking_number",
    )


def _changed(system: str, label: str) -> Problem:
    return Problem(
        "not-kept",
        label,
        "the shop took the parcel but stored another tracking number",
        "Correct it in the shop by hand; then run `sync-cli held dismiss --route parcels`.",
        system=system,
        field="tracking_number",
    )
