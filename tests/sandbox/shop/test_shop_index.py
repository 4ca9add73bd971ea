"""What a real shop serves and the sandbox does not is known by name, with the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sync_cli.sandbox.shop.routes import ROUTES, find_route
from sync_cli.sandbox.shop.settings import ShopSettings

INDEX = Path(__file__).with_name("index.json")
"""The routes and methods of a shop of WooCommerce 10.7 as its own index names them."""
LEFT_OUT = {
    "": "the index itself: no client needs it",
    "marketplace/featured": "the market of WooCommerce.com",
    "marketplace/refresh": "the market of WooCommerce.com",
    "marketplace/subscriptions": "the market of WooCommerce.com",
    "marketplace/subscriptions/connect": "the market of WooCommerce.com",
    "marketplace/subscriptions/activate-plugin": "the market of WooCommerce.com",
    "marketplace/subscriptions/disconnect": "the market of WooCommerce.com",
    "marketplace/subscriptions/activate": "the market of WooCommerce.com",
    "marketplace/subscriptions/install-url": "the market of WooCommerce.com",
    "marketplace/create-order": "the market of WooCommerce.com",
    "paypal-standard/update-shipping": "called by PayPal alone",
    "paypal-webhooks": "called by PayPal alone",
    "paypal-buttons/create-order": "called by the page of the checkout alone",
    "paypal-buttons/cancel-payment": "called by the page of the checkout alone",
    "layout-templates": "the layout of pages of the shop's owner",
    "layout-templates/<word>": "the layout of pages of the shop's owner",
}


def _served() -> dict[str, set[str]]:
    return {route.path: set(route.handlers) for route in ROUTES}


def test_every_route_and_method_of_a_shop_is_served_or_left_out_by_name() -> None:
    index: dict[str, list[str]] = json.loads(INDEX.read_text(encoding="utf-8"))
    served = _served()
    missing = {
        path: sorted(set(methods) - served.get(path, set()))
        for path, methods in index.items()
        if set(methods) - served.get(path, set())
    }
    assert {path: methods for path, methods in missing.items() if path not in LEFT_OUT} == {}
    assert missing.keys() == LEFT_OUT.keys()


def test_the_sandbox_serves_nothing_that_the_shop_does_not() -> None:
    index: dict[str, list[str]] = json.loads(INDEX.read_text(encoding="utf-8"))
    more = {
        path: sorted(methods - set(index.get(path, ())))
        for path, methods in _served().items()
        if not methods <= set(index.get(path, ()))
    }
    assert more == {}


@pytest.mark.parametrize(
    ("path", "before", "since"),
    [
        ("variations", "10.2.9", "10.3.0"),
        ("orders/1/fulfillments", "10.0.4", "10.1.0"),
        ("orders/1/actions/email_templates", "9.7.1", "9.8.0"),
        ("products/brands/7", "9.3.3", "9.4.0"),
        ("products/brands/batch", "9.3.3", "9.4.0"),
        ("products/custom-fields/names", "9.1.0", "9.2.0"),
        ("refunds", "8.9.9", "9.0.0"),
    ],
)
def test_a_shop_has_no_route_that_came_later(path: str, before: str, since: str) -> None:
    old, new = (ShopSettings(version=v, fulfillments=True) for v in (before, since))
    assert find_route(path, old) is None
    assert find_route(path, new) is not None


def test_the_oldest_shop_has_the_usual_routes() -> None:
    old = ShopSettings(version="8.0.0")
    for path in ("products/1/variations", "orders/1/refunds", "products", "settings/general"):
        assert find_route(path, old) is not None
