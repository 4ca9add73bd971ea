"""What the ERP deletes for good, and what it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.conftest import ErpSide


def test_drafts_and_cancelled_orders_can_be_deleted_others_stay(erp: ErpSide) -> None:
    draft, confirmed = erp.draft(reference="D-1"), erp.draft(reference="D-2")
    erp.results("POST", "/orders/confirm", {"ids": [confirmed["id"]]})
    assert erp.call("DELETE", f"/orders/{draft['id']}").status_code == 204
    refused = erp.call("DELETE", f"/orders/{confirmed['id']}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_deletable")
    erp.results("POST", "/orders/cancel", {"ids": [confirmed["id"]]})
    assert erp.call("DELETE", f"/orders/{confirmed['id']}").status_code == 204
    assert erp.items("/orders") == []
    assert erp.call("DELETE", f"/orders/{draft['id']}").status_code == 404


def test_a_customer_goes_only_without_orders_and_its_id_is_not_given_again(erp: ErpSide) -> None:
    draft = erp.draft(reference="D-1")
    assert erp.call("DELETE", f"/customers/{draft['customer_id']}").status_code == 409
    erp.call("DELETE", f"/orders/{draft['id']}")
    assert erp.call("DELETE", f"/customers/{draft['customer_id']}").status_code == 204
    assert erp.customer(reference="C-2") != draft["customer_id"]
    assert erp.draft(reference="D-2")["id"] != draft["id"]


def test_what_stands_behind_a_deleted_record_is_still_found_by_its_change(erp: ErpSide) -> None:
    first, second = erp.customer(reference="C-1"), erp.customer(reference="C-2")
    changed = erp.items("/customers", ids=second)[0]["changed_at"]
    assert erp.call("DELETE", f"/customers/{first}").status_code == 204
    assert [row["id"] for row in erp.items("/customers", changed_since=changed)] == [second]


def test_a_reader_deletes_nothing(erp: ErpSide) -> None:
    id = erp.customer()
    assert erp.call("DELETE", f"/customers/{id}", token="reads-products").status_code == 403
