"""A folder of recordings tells at which shop it was taken, where no recording says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync_cli.sandbox.shop.settings import ShopSettings
from tests.conformance import neighbours
from tests.conformance.figures import RECORDINGS
from tests.conformance.known import Known
from tests.conformance.neighbours import Asked, Neighbourhood, get, post, put
from tests.conformance.recording import Recording, settings_of
from tests.conformance.replay import verdict
from tests.conformance.shops import load, told_of_shop, with_shop

SHOPS = {
    "New York": ShopSettings(
        currency="USD", sign_place="left", thousands_mark=",", decimal_mark=".",
        time_zone="America/New_York", base_country="US", base_state="NY",
    ),
    "Tokyo, prices with tax": ShopSettings(
        currency="JPY", decimals=0, sign_place="left", time_zone="Asia/Tokyo",
        prices_include_tax=True, tax_display="incl", base_country="JP", base_state="JP13",
    ),
}  # fmt: skip
ASKED = (
    get("products", per_page=5), get("orders"), get("orders/{order}", dp=4), get("customers"),
    get("data/currencies/current"), get("settings/general"), get("settings/tax"),
    get("system_status"),
    get("orders", after="2026-11-15T07:01:00", _fields="id"), get("reports/sales"),
    get("products", modified_after="2026-11-15T12:00:30", dates_are_gmt="true", _fields="id"),
    post("orders", {"line_items": [{"product_id": "{boot}", "quantity": 3}], "set_paid": True}),
    post("orders", {"fee_lines": [{"name": "Fee", "total": "5.00"}]}),
    put("orders/{order}", {"status": "completed"}), put("products/{boot}", {"sale_price": "7"}),
    put("products/{boot}", {"date_on_sale_from": "2026-12-01T00:00:00"}),
    put("customers/{customer}", {"first_name": "E"}), get("orders/{paid}/notes"),
    post("orders/{paid}/refunds", {"amount": "3", "api_refund": False}),
)  # fmt: skip


def _recorded(settings: ShopSettings, monkeypatch: pytest.MonkeyPatch) -> list[Recording]:
    """The exchanges of a shop of these settings, which no recording names."""
    with monkeypatch.context() as patch:
        patch.setattr(
            neighbours, "settings_of", lambda _: replace(settings, plain_http_is_secure=False)
        )
        town = Neighbourhood()
        return [town.ask(asked) for asked in (Asked("GET", "taxes", {}), *ASKED)]


@pytest.mark.parametrize("name", SHOPS)
def test_a_shop_elsewhere_is_known_by_its_answers(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SHOPS[name]
    recorded = with_shop(_recorded(settings, monkeypatch))
    assert recorded[0].settings == replace(settings, plain_http_is_secure=False)
    found = [verdict(recording, Known(recorded)) for recording in recorded]
    assert {v.name: v.differences[:3] for v in found if not v.conforms} == {}


def test_the_recorded_shop_is_the_usual_one() -> None:
    assert told_of_shop(load(RECORDINGS)) == {}


def test_settings_that_a_recording_names_go_before_those_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorded = _recorded(SHOPS["New York"], monkeypatch)
    named = replace(recorded[1], shop={"woocommerce_currency": "KWD"})
    settings = with_shop([*recorded, named])[-1].settings
    assert (settings.currency, settings.time_zone) == ("KWD", "America/New_York")


def test_one_lie_does_not_move_the_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = _recorded(settings_of({}), monkeypatch)
    at = next(i for i, one in enumerate(recorded) if one.path == "data/currencies/current")
    lie = replace(recorded[at], answer={**recorded[at].answer, "code": "USD"})
    told = with_shop([*recorded[:at], lie, *recorded[at + 1 :]])
    assert told[0].settings == settings_of({})
