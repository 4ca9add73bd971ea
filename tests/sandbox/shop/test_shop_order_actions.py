"""Mails and receipts of orders answer as WooCommerce's source says; nothing is sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop.conftest import Shop

MAIL = {"email": "erika@buyer.example"}


def _order(shop: Shop, **facts: Any) -> str:
    line = {"product_id": shop.id_of("A-1"), "quantity": 2}
    made = shop.post("orders", {"line_items": [line], "billing": MAIL, **facts})
    return f"orders/{made['id']}"


def _notes(shop: Shop, home: str) -> list[tuple[str, str]]:
    return [(note["author"], note["note"]) for note in shop.get(f"{home}/notes")]


@pytest.mark.parametrize(
    ("status", "mails"),
    [
        ("pending", ["customer_invoice"]),
        ("processing", ["customer_invoice", "customer_processing_order"]),
        ("completed", ["customer_completed_order", "customer_invoice"]),
        ("on-hold", ["customer_invoice", "customer_on_hold_order"]),
    ],
)
def test_the_mails_that_can_be_sent_follow_the_status(
    shop: Shop, status: str, mails: list[str]
) -> None:
    home = _order(shop, status=status)
    shown = shop.get(f"{home}/actions/email_templates")
    assert [one["id"] for one in shown] == mails
    assert all(one["title"] and one["description"] for one in shown)


def test_a_part_refunded_lets_the_mail_about_it_be_sent(shop: Shop) -> None:
    home = _order(shop, status="completed")
    shop.post(f"{home}/refunds", {"amount": "1.00", "api_refund": False})
    mails = [one["id"] for one in shop.get(f"{home}/actions/email_templates")]
    assert "customer_refunded_order" in mails


def test_a_mail_leaves_a_note_of_who_sent_it(shop: Shop) -> None:
    home = _order(shop, status="completed")
    before = _notes(shop, home)
    said = shop.post(f"{home}/actions/send_email", {})["message"]
    assert said == 'Email template "Completed order" sent to erika@buyer.example.'
    assert [note for note in _notes(shop, home) if note not in before] == [("admin", said)]
    said = shop.post(f"{home}/actions/send_order_details", {})["message"]
    assert said == "Order details sent to erika@buyer.example."


def test_another_address_is_taken_only_by_force(shop: Shop) -> None:
    home, other = _order(shop), {"email": "other@buyer.example"}
    answer = shop.ask("POST", f"{home}/actions/send_order_details", other)
    assert answer.json is not None
    assert answer.status_code == 400
    assert answer.json["code"] == "woocommerce_rest_order_billing_email_exists"
    forced = {**other, "force_email_update": True}
    assert shop.post(f"{home}/actions/send_order_details", forced)["message"] == (
        "Billing email updated to other@buyer.example. Order details sent to other@buyer.example."
    )
    assert shop.get(home)["billing"]["email"] == "other@buyer.example"


@pytest.mark.parametrize(
    ("facts", "sent", "code"),
    [
        ({"billing": {}}, {}, "woocommerce_rest_missing_email"),
        ({}, {"template_id": "customer_completed_order"},
         "woocommerce_rest_invalid_email_template"),
        ({}, {"template_id": "moon"}, "rest_invalid_param"),
        ({}, {"email": "nobody"}, "rest_invalid_param"),
    ],
)  # fmt: skip
def test_a_mail_that_does_not_fit_is_refused(
    shop: Shop, facts: dict[str, Any], sent: dict[str, Any], code: str
) -> None:
    answer = shop.ask("POST", f"{_order(shop, **facts)}/actions/send_email", sent)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_an_order_that_is_not_there_has_no_actions(shop: Shop) -> None:
    for method, path in (
        ("GET", "actions/email_templates"), ("POST", "actions/send_email"),
        ("POST", "actions/send_order_details"), ("POST", "receipt"), ("GET", "receipt"),
    ):  # fmt: skip
        answer = shop.ask(method, f"orders/99999/{path}", None if method == "GET" else {})
        assert answer.json is not None
        assert (answer.status_code, answer.json["code"]) == (404, "woocommerce_rest_not_found")


def test_a_receipt_is_made_once_until_it_expires(shop: Shop) -> None:
    home = _order(shop)
    missing = shop.ask("GET", f"{home}/receipt")
    assert missing.json is not None
    assert (missing.status_code, missing.json["message"]) == (404, "Receipt not found")
    made = shop.post(f"{home}/receipt", {"expiration_days": 2})
    assert made["expiration_date"] == "2026-11-17"
    assert "/wc/file/transient/7eab11" in made["receipt_url"]
    assert shop.post(f"{home}/receipt", {"expiration_days": 9}) == made
    assert shop.get(f"{home}/receipt") == made
    shop.clock.advance(3 * 86_400)
    assert shop.ask("GET", f"{home}/receipt").status_code == 404


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("soon", "soon is not a valid date, expected format: YYYY-MM-DD"),
        ("2020-12-24", "The supplied expiration date, 2020-12-24, is in the past"),
    ],
)
def test_a_receipt_has_to_last(shop: Shop, day: str, said: str) -> None:
    answer = shop.ask("POST", f"{_order(shop)}/receipt", {"expiration_date": day})
    assert answer.json is not None
    assert answer.status_code == 400
    assert answer.json["code"] == "woocommerce_rest_invalid_argument"
    assert answer.json["message"] == said


def test_embed_brings_the_mails_of_an_order_along(shop: Shop) -> None:
    home = _order(shop, status="completed")
    mails = [[{"id": "customer_completed_order"}, {"id": "customer_invoice"}]]
    assert shop.get(home, _embed="1")["_embedded"] == {"email_templates": mails}
    [listed] = shop.get("orders", _embed="email_templates")
    assert listed["_embedded"] == {"email_templates": mails}
    assert "_embedded" not in shop.get(home)
    assert "_embedded" not in shop.get(home, _embed="customer")
    assert "_embedded" not in shop.get("products", _embed="1")[0]
