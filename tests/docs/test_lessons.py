"""What users of other connectors suffered with orders and money, and the test that holds each off.

A row whose test is gone, or has another name now, fails.
"""

from __future__ import annotations

import ast

import pytest

from tests.docs.reading import ROOT

ROWS = {
    "tax per line does not add up to the order's tax": [
        "flows/test_lessons_money.py::test_tax_per_line_does_not_add_up_to_the_orders_tax",
        "properties/test_order_books.py::test_every_order_that_a_shop_computes_is_sent_to_the_cent",
    ],
    "a refund one cent above its order": [
        "core/test_refunds.py::test_refund_one_cent_above_its_order_is_held",
        "flows/test_refunds.py::test_refund_one_cent_above_its_order_is_held_with_the_arithmetic",
    ],
    "fees, coupons, gift cards not carried": [
        "flows/test_unread_lines.py::test_fees_coupons_gift_cards_not_carried",
        "flows/test_line_settings.py::test_what_a_gift_card_paid_is_a_line_without_tax",
        "flows/test_line_settings.py::test_a_coupon_never_changes_what_the_document_is_over",
    ],
    "order booked in the base currency": [
        "flows/test_line_settings.py::test_order_booked_in_the_base_currency",
    ],
    "an unknown status crashed the whole run": [
        "flows/test_lessons_money.py::test_an_unknown_status_crashed_the_whole_run",
    ],
    "a new ERP customer for every guest order, or the next guest overwrote the last": [
        "flows/test_order_customers.py::test_guests_with_one_address_are_one_customer",
        "flows/test_order_customers.py::test_by_order_every_guest_is_a_new_customer",
    ],
    "unknown SKU: order failed, or a ghost product was made": [
        "flows/test_lessons_money.py::test_unknown_sku_order_failed_or_a_ghost_product_was_made",
    ],
    "the order is pulled once, later edits are never seen": [
        "flows/test_lessons_life.py::test_the_order_is_pulled_once_later_edits_are_never_seen",
        "flows/test_late_edits.py::"
        "test_an_address_and_a_note_are_written_while_the_document_is_only_confirmed",
        "flows/test_late_edits.py::test_once_it_is_shipped_the_edit_is_a_task_that_names_the_field",
    ],
    "only the first tracking number": [
        "flows/test_lessons_life.py::test_only_the_first_tracking_number",
        "flows/test_order_status.py::test_every_parcel_of_every_shipment_is_told",
    ],
    "shipping over several VAT rates": [
        "core/test_tax_shares.py::test_shipping_over_several_vat_rates",
    ],
    "order number is not order id": [
        "flows/test_lessons_money.py::test_order_number_is_not_order_id",
    ],
    "processing is not paid": [
        "flows/test_lessons_life.py::test_processing_is_not_paid",
        "flows/test_payments.py::test_what_is_not_booked_says_why",
    ],
    "a shipped invoice order became paid, a PUT refunded made a second refund": [
        "flows/test_lessons_life.py::test_a_shipped_invoice_order_became_paid",
        "flows/test_lessons_life.py::test_a_put_refunded_made_a_second_refund",
        "flows/test_order_status.py::"
        "test_an_unpaid_order_is_not_completed_for_that_would_mark_it_as_paid",
    ],
    "a restored shop re-used order ids, a staging clone wrote to the production ERP": [
        "flows/test_lessons_life.py::"
        "test_a_restored_shop_reused_order_ids_a_strangers_erp_document_was_overwritten",
        "cli/test_bad_systems.py::test_a_staging_configuration_never_writes_to_production",
        "scenarios/test_sides.py::"
        "test_a_restored_shop_stops_the_orders_before_a_stranger_gets_a_document",
        "flows/test_order_documents.py::"
        "test_the_way_back_never_writes_to_a_stranger_with_an_old_id",
    ],
    "the first run sent ten years of orders into the books, and mailed the customers": [
        "flows/test_lessons_life.py::"
        "test_the_first_run_sent_ten_years_of_orders_into_the_books_and_mailed_the_customers",
        "flows/test_order_transfer.py::test_orders_placed_before_start_at_are_never_made",
        "flows/test_order_status.py::"
        "test_old_orders_are_left_alone_for_their_customers_would_get_a_mail",
    ],
    "the order is fetched while the customer's plugins still write to it": [
        "flows/test_lessons_life.py::"
        "test_the_order_is_fetched_while_the_customers_plugins_still_write_to_it",
        "flows/test_order_transfer.py::test_the_settling_delay_is_a_setting",
    ],
}


@pytest.mark.parametrize("row", ROWS)
def test_what_others_suffered_has_a_test_here(row: str) -> None:
    for node in ROWS[row]:
        file, name = node.split("::")
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        assert name in {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
