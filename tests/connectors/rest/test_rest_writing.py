"""What is written to the sandbox ERP, and what is said of each record."""

from __future__ import annotations

from typing import Any

import pytest

from sync_cli.connectors.base import (
    Change,
    Done,
    Draft,
    Failed,
    InDoubt,
    NotSent,
    References,
    Result,
)
from sync_cli.connectors.rest.connector import RestConnector
from sync_cli.connectors.rest.loading import parse_profile
from sync_cli.core.errors import AccessDenied, Blocked, ConfigError, SystemDown
from tests.connectors.rest.rest_erp import (
    PROFILE_FILE,
    Erp,
    connect,
    customer_draft,
    order_draft,
    waitless,
)


def kinds(results: list[Result]) -> list[str]:
    return [type(result).__name__ for result in results]


def done(result: Result) -> Done:
    assert isinstance(result, Done), result
    return result


def failed(result: Result) -> Failed:
    assert isinstance(result, Failed), result
    return result


def make_orders(connector: RestConnector, erp: Erp, customer: str, count: int) -> list[str]:
    drafts = [order_draft(erp, number, customer) for number in range(count)]
    return [done(result).id for result in connector.create("order", drafts)]


# create


def test_drafts_are_made_in_order_and_answered_as_stored(
    erp: Erp, connector: RestConnector, customer: str
) -> None:
    drafts = [order_draft(erp, number, customer) for number in range(5)]
    results = [done(result) for result in connector.create("order", drafts)]
    assert [result.as_stored["reference"] for result in results] == [it.reference for it in drafts]
    assert {(result.as_stored["state"], result.as_stored["total"]) for result in results} == {
        ("draft", "23.80")
    }
    assert len(erp.happened("order.created")) == 5


def test_many_are_sent_in_batches_and_answered_in_order(erp: Erp) -> None:
    connector = connect(erp, pacing=waitless(batch=7))
    drafts = [customer_draft(number) for number in range(100)]
    results = [done(result) for result in connector.create("customer", drafts)]
    assert [result.as_stored["reference"] for result in results] == [it.reference for it in drafts]
    assert connector.calls() == {"read": 0, "write": 15}


def test_nothing_to_make_makes_no_call(connector: RestConnector) -> None:
    assert list(connector.create("order", [])) == []
    assert connector.calls() == {"read": 0, "write": 0}


@pytest.mark.parametrize(
    ("fields", "code", "message", "field"),
    [
        (
            {"lines": [("5000", "2"), ("1", "2")]},
            "unknown-product",
            "line 2: the ERP does not know this product, or does not sell it",
            "lines[1].product_id",
        ),
        (
            {"lines": [("5000", "")]},
            "field-empty",
            "line 1: the ERP needs this field, and it is empty",
            "lines[0].quantity",
        ),
        (
            {"customer_id": "77"},
            "unknown-customer",
            "the ERP does not know this customer, or has archived it",
            "customer_id",
        ),
        (
            {"currency": "Euro"},
            "unknown-currency",
            "the ERP does not know this currency",
            "currency",
        ),
        ({"colour": "red"}, "refused", "there is no field colour", "colour"),
    ],
)
def test_a_refusal_is_told_in_a_clerk_s_words(
    erp: Erp,
    connector: RestConnector,
    customer: str,
    fields: dict[str, Any],
    code: str,
    message: str,
    field: str,
) -> None:
    if "lines" in fields:
        names = ("product_id", "quantity")
        common = {"kind": "product", "text": "", "net": "1.00", "tax": "0", "tax_code": ""}
        lines = [{**common, **dict(zip(names, line, strict=True))} for line in fields["lines"]]
        fields = {"lines": lines}
    bad = order_draft(erp, 2, customer, **fields)
    good = order_draft(erp, 1, customer)
    results = list(connector.create("order", [good, bad, order_draft(erp, 3, customer)]))
    assert kinds(results) == ["Done", "Failed", "Done"]
    problem = failed(results[1]).problem
    assert (problem.code, problem.message, problem.field) == (code, message, field)
    assert (problem.record, problem.system) == ("WC-shop-2", "erp")
    assert problem.remedy


def test_a_reference_that_is_taken_names_its_holder(
    erp: Erp, connector: RestConnector, customer: str
) -> None:
    erp.do("settings", unique_references=True)
    (first,) = make_orders(connector, erp, customer, 1)
    (again,) = connector.create("order", [order_draft(erp, 0, customer)])
    assert failed(again).problem.code == "duplicate-reference"
    assert failed(again).id == first
    assert f"record {first}" in failed(again).problem.message


@pytest.mark.parametrize("bad", [{0}, {31}, {63}, {5, 40}, set(range(8))])
def test_one_bad_item_does_not_hold_up_an_all_or_nothing_batch(
    erp: Erp, connector: RestConnector, bad: set[int]
) -> None:
    erp.do("settings", atomic_batches=True)
    drafts = [
        customer_draft(number, name="" if number in bad else f"N{number}") for number in range(64)
    ]
    results = list(connector.create("customer", drafts))
    assert {at for at, result in enumerate(results) if isinstance(result, Failed)} == bad
    made = [effect["reference"] for effect in erp.happened("customer.created")]
    assert sorted(made) == sorted(f"C-{number}" for number in range(64) if number not in bad)
    problem = failed(results[min(bad)]).problem
    assert (problem.code, problem.field, problem.status) == ("field-empty", "name", 422)
    assert connector.calls()["write"] <= 1 + 2 * len(bad)


def test_a_batch_refused_for_a_duplicate_is_refused_for_one_item(
    erp: Erp, connector: RestConnector, customer: str
) -> None:
    words = PROFILE_FILE.read_text(encoding="utf-8")
    words = words.replace("  index: index\n", "").replace("batch_failed: batch", "x: batch")
    words = words.replace("  at: error\n", "  at: error.error || error\n")
    connector = connect(erp, parse_profile(words, "profile.yaml"))
    (first,) = make_orders(connector, erp, customer, 1)
    erp.do("settings", unique_references=True, atomic_batches=True)
    drafts = [order_draft(erp, number, customer) for number in (1, 2, 0, 3)]
    results = list(connector.create("order", drafts))
    assert kinds(results) == ["Done", "Done", "Failed", "Done"]
    assert (failed(results[2]).problem.code, failed(results[2]).id) == (
        "duplicate-reference",
        first,
    )


@pytest.mark.parametrize("bad", [{0}, {31}, {63}, {5, 40}])
def test_a_system_that_does_not_say_which_item_is_bad_is_asked_in_halves(
    erp: Erp, bad: set[int]
) -> None:
    words = PROFILE_FILE.read_text(encoding="utf-8")
    for hint in ("  index: index\n", "  cause: error\n", "    batch_failed: batch\n"):
        assert hint in words
        words = words.replace(hint, "")
    words = words.replace(
        "- call: {method: POST, path: /customers,",
        "- atomic: true\n          call: {method: POST, path: /customers,",
    )
    connector = connect(erp, parse_profile(words, "profile.yaml"))
    erp.do("settings", atomic_batches=True)
    drafts = [
        customer_draft(number, name="" if number in bad else f"N{number}") for number in range(64)
    ]
    results = list(connector.create("customer", drafts))
    assert {at for at, result in enumerate(results) if isinstance(result, Failed)} == bad
    assert len(erp.happened("customer.created")) == 64 - len(bad)
    assert connector.calls()["write"] <= 1 + 2 * 6 * len(bad)


def test_a_refusal_that_is_not_for_one_item_is_not_asked_again(erp: Erp) -> None:
    """A batch of unknown form is refused whole, whatever its items are."""
    words = PROFILE_FILE.read_text(encoding="utf-8")
    wrong = words.replace("path: /customers, body: {items:", "path: /customers, body: {rows:")
    connector = connect(erp, parse_profile(wrong, "profile.yaml"))
    results = list(connector.create("customer", [customer_draft(number) for number in range(5)]))
    assert kinds(results) == ["Failed"] * 5
    assert {failed(result).problem.record for result in results} == {f"C-{at}" for at in range(5)}
    assert connector.calls()["write"] == 1


def test_a_batch_that_is_too_large_is_sent_in_parts(erp: Erp) -> None:
    pacing = waitless(batch=40)
    connector = connect(erp, pacing=pacing)
    erp.hit("status", status=413, methods=("POST",), times=1)
    results = list(connector.create("customer", [customer_draft(number) for number in range(8)]))
    assert kinds(results) == ["Done"] * 8
    assert len(erp.happened("customer.created")) == 8
    assert pacing.batch < 40


@pytest.mark.parametrize("words", ["join(',', results)", "results[:1]", "nothing"])
def test_an_answer_of_another_form_is_a_doubt_for_all(erp: Erp, words: str) -> None:
    shipped = PROFILE_FILE.read_text(encoding="utf-8")
    wrong = shipped.replace("results: results", f"results: {words}")
    connector = connect(erp, parse_profile(wrong, "profile.yaml"))
    results = list(connector.create("customer", [customer_draft(1), customer_draft(2)]))
    assert kinds(results) == ["InDoubt"] * 2
    assert len(erp.happened("customer.created")) == 2


# update


def test_named_fields_are_written_and_the_others_stay(connector: RestConnector) -> None:
    drafts = [customer_draft(number, email=f"{number}@example.com") for number in range(3)]
    made = [done(result).id for result in connector.create("customer", drafts)]
    changes = [Change(id_, {"phone": f"030/{id_}"}) for id_ in made]
    results = [done(result) for result in connector.update("customer", changes)]
    stored = [(result.as_stored["phone"], result.as_stored["email"]) for result in results]
    assert stored == [(f"030/{id_}", f"{at}@example.com") for at, id_ in enumerate(made)]


def test_a_change_that_is_refused_leaves_the_others(connector: RestConnector) -> None:
    (made,) = connector.create("customer", [customer_draft(1)])
    changes = [Change("77", {"phone": "1"}), Change(done(made).id, {"phone": "2"})]
    results = list(connector.update("customer", changes))
    assert kinds(results) == ["Failed", "Done"]
    assert failed(results[0]).problem.code == "not-found"


def test_what_the_erp_adds_of_its_own_is_no_difference(erp: Erp, connector: RestConnector) -> None:
    """It stores an address whole: the parts that were not sent are empty."""
    (made,) = connector.create("customer", [customer_draft(1)])
    same = Change(done(made).id, {"address": {"city": "Ulm", "street2": ""}})
    assert kinds(list(connector.update("customer", [same]))) == ["Done"]
    customer = erp.store.customers.get(int(done(made).id))
    assert customer is not None
    assert customer.address["city"] == "Ulm"


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "reset", "truncate"])
def test_a_lost_update_is_sent_again(erp: Erp, connector: RestConnector, kind: str) -> None:
    (made,) = connector.create("customer", [customer_draft(1)])
    erp.hit(kind, methods=("PATCH",), times=1)
    (result,) = connector.update("customer", [Change(done(made).id, {"phone": "1"})])
    assert done(result).as_stored["phone"] == "1"


# advance


@pytest.mark.parametrize(
    ("path", "to", "becomes"),
    [
        ((), "confirmed", "confirmed"),
        (("confirmed",), "confirmed", "confirmed"),
        (("confirmed", "ship"), "confirmed", "shipped"),
        ((), "cancelled", "cancelled"),
        (("confirmed",), "cancelled", "cancelled"),
        (("cancelled",), "cancelled", "cancelled"),
        (("cancelled",), "confirmed", None),
        (("confirmed", "ship"), "cancelled", None),
    ],
)
def test_a_document_is_brought_to_a_state_or_the_reason_told(
    erp: Erp,
    connector: RestConnector,
    customer: str,
    path: tuple[str, ...],
    to: str,
    becomes: str | None,
) -> None:
    (order,) = make_orders(connector, erp, customer, 1)
    for step in path:
        if step == "ship":
            erp.do("ship", ids=[order])
        else:
            done(*connector.advance("order", [order], step))
    before = len(erp.happened("order.confirmed")) + len(erp.happened("order.cancelled"))
    (result,) = connector.advance("order", [order], to)
    after = len(erp.happened("order.confirmed")) + len(erp.happened("order.cancelled"))
    if becomes is None:
        assert failed(result).problem.code == "wrong-state"
        assert f"cannot become {to}" in failed(result).problem.message
        assert after == before
    else:
        assert done(result).as_stored["state"] == becomes


def test_confirming_twice_raises_the_demand_once(
    erp: Erp, connector: RestConnector, customer: str
) -> None:
    orders = make_orders(connector, erp, customer, 3)
    for _ in range(2):
        assert kinds(list(connector.advance("order", orders, "confirmed"))) == ["Done"] * 3
    assert erp.demand(erp.product()) == "6"
    assert len(erp.happened("order.confirmed")) == 3


def test_many_documents_take_few_calls_and_keep_their_order(
    erp: Erp, connector: RestConnector, customer: str
) -> None:
    orders = make_orders(connector, erp, customer, 150)
    before = connector.calls()
    wanted = [*reversed(orders), "9999", orders[0]]
    results = list(connector.advance("order", wanted, "confirmed"))
    after = connector.calls()
    assert [result.id for result in results if not isinstance(result, NotSent)] == wanted
    assert kinds(results) == ["Done"] * 150 + ["Failed", "Done"]
    assert (after["read"] - before["read"], after["write"] - before["write"]) == (2, 2)


def test_somebody_who_confirms_in_between_is_no_harm(
    erp: Erp, connector: RestConnector, customer: str
) -> None:
    (order,) = make_orders(connector, erp, customer, 1)
    other = connect(erp)
    erp.control.faults.register_edit(
        "confirm", lambda: done(*other.advance("order", [order], "confirmed"))
    )
    erp.hit("edit", path="ids=", times=1, edit="confirm")
    (result,) = connector.advance("order", [order], "confirmed")
    assert done(result).as_stored["state"] == "confirmed"
    assert len(erp.happened("order.confirmed")) == 1


def test_one_bad_item_does_not_hold_up_an_all_or_nothing_confirmation(
    erp: Erp, connector: RestConnector, customer: str
) -> None:
    orders = make_orders(connector, erp, customer, 8)
    erp.do("settings", atomic_batches=True)
    other = connect(erp)
    erp.control.faults.register_edit(
        "cancel", lambda: done(*other.advance("order", [orders[3]], "cancelled"))
    )
    erp.hit("edit", path="ids=", times=1, edit="cancel")
    results = list(connector.advance("order", orders, "confirmed"))
    assert kinds(results) == ["Done"] * 3 + ["Failed"] + ["Done"] * 4
    assert failed(results[3]).problem.code == "wrong-state"
    assert len(erp.happened("order.confirmed")) == 7


# lost answers and a system in trouble


@pytest.mark.parametrize(
    ("fault", "effects"),
    [
        ({"kind": "lost_before"}, 0),
        ({"kind": "lost_after"}, 3),
        ({"kind": "reset"}, 0),
        ({"kind": "truncate"}, 3),
        ({"kind": "status_after", "status": 500}, 3),
        ({"kind": "status_after", "status": 504}, 3),
        ({"kind": "html"}, 0),
        ({"kind": "warning"}, 3),
    ],
)
def test_a_create_whose_answer_is_lost_is_in_doubt_and_not_repeated(
    erp: Erp, connector: RestConnector, fault: dict[str, Any], effects: int
) -> None:
    erp.hit(methods=("POST",), **fault)
    results = list(connector.create("customer", [customer_draft(number) for number in range(3)]))
    assert kinds(results) == ["InDoubt"] * 3
    assert len(erp.happened("customer.created")) == effects
    assert connector.calls()["write"] == 1


def test_only_the_batch_of_the_lost_answer_is_in_doubt(erp: Erp) -> None:
    connector = connect(erp, pacing=waitless(at_once=1, batch=2))
    erp.hit("lost_after", methods=("POST",), every=2, times=1)
    results = list(connector.create("customer", [customer_draft(number) for number in range(6)]))
    assert kinds(results) == ["Done", "Done", "InDoubt", "InDoubt", "Done", "Done"]


def test_a_lost_answer_to_a_single_record_says_nothing_of_the_size_of_batches(erp: Erp) -> None:
    pacing = waitless(batch=50)
    connector = connect(erp, pacing=pacing)
    erp.hit("lost_after", methods=("POST",), times=2)
    assert kinds(list(connector.create("customer", [customer_draft(1)]))) == ["InDoubt"]
    assert pacing.batch == 50
    drafts = [customer_draft(number) for number in range(20)]
    assert kinds(list(connector.create("customer", drafts))) == ["InDoubt"] * 20
    assert pacing.batch == 10


def test_a_part_of_a_batch_that_is_lost_leaves_the_other_parts_known(
    erp: Erp, connector: RestConnector
) -> None:
    erp.do("settings", atomic_batches=True)
    erp.hit("lost_after", methods=("POST",), every=3, times=1)
    drafts = [customer_draft(number, name="" if number == 2 else "N") for number in range(4)]
    results = list(connector.create("customer", drafts))
    assert kinds(results) == ["InDoubt", "InDoubt", "Failed", "InDoubt"]


def test_a_system_in_maintenance_is_waited_for(erp: Erp, connector: RestConnector) -> None:
    erp.hit("status", status=503, retry_after=1, methods=("POST",), times=2)
    (result,) = connector.create("customer", [customer_draft(1)])
    assert done(result).id == "1"
    assert len(erp.happened("customer.created")) == 1


@pytest.mark.parametrize(
    ("fault", "raises"),
    [
        ({"kind": "status", "status": 503, "retry_after": 3600}, SystemDown),
        ({"kind": "status", "status": 429, "retry_after": 3600}, SystemDown),
        ({"kind": "status", "status": 403, "body": "json"}, AccessDenied),
        ({"kind": "status", "status": 401, "body": "json"}, AccessDenied),
    ],
)
def test_a_system_that_fails_in_the_midst_leaves_what_is_known(
    erp: Erp, fault: dict[str, Any], raises: type[Exception]
) -> None:
    connector = connect(erp, pacing=waitless(at_once=1, batch=2))
    pages = connector.create("customer", [customer_draft(number) for number in range(7)])
    results = [next(pages), next(pages)]
    erp.hit(methods=("POST",), **fault)
    results += list(pages)
    assert kinds(results)[:2] == ["Done", "Done"]
    assert set(kinds(results)[2:]) <= {"Done", "NotSent"}
    assert kinds(results)[-1] == "NotSent"
    assert kinds(results).count("Done") == len(erp.happened("customer.created"))
    with pytest.raises(raises):
        connector.create("customer", [customer_draft(9)])


def test_a_firewall_in_the_midst_is_in_doubt_and_then_raised(
    erp: Erp, connector: RestConnector
) -> None:
    erp.hit("html", methods=("POST",))
    assert kinds(list(connector.create("customer", [customer_draft(1)]))) == ["InDoubt"]
    with pytest.raises(Blocked):
        connector.identify()


@pytest.mark.parametrize(
    ("kind", "result"), [("lost_after", "Done"), ("lost_before", "InDoubt"), ("reset", "InDoubt")]
)
def test_after_a_lost_confirmation_the_document_itself_is_asked(
    erp: Erp, connector: RestConnector, customer: str, kind: str, result: str
) -> None:
    orders = make_orders(connector, erp, customer, 2)
    erp.hit(kind, path="confirm", times=1)
    assert kinds(list(connector.advance("order", orders, "confirmed"))) == [result] * 2
    assert connector.calls()["write"] == 2


def test_a_confirmation_whose_proof_cannot_be_read_stays_in_doubt(
    erp: Erp, connector: RestConnector, customer: str
) -> None:
    orders = make_orders(connector, erp, customer, 2)
    erp.hit("lost_after", path="confirm", times=1)
    results = connector.advance("order", orders, "confirmed")
    erp.hit("status", path="ids=", status=503, retry_after=3600, every=2)
    assert kinds(list(results)) == ["InDoubt"] * 2
    with pytest.raises(SystemDown):
        connector.identify()


def test_a_document_that_cannot_be_read_is_not_advanced(erp: Erp, customer: str) -> None:
    connector = connect(erp, pacing=waitless(batch=1, at_once=1))
    orders = make_orders(connector, erp, customer, 3)
    erp.hit("status", path="ids=", status=503, retry_after=3600)
    assert kinds(list(connector.advance("order", orders, "confirmed"))) == ["NotSent"] * 3
    assert connector.calls()["read"] == 1
    assert erp.happened("order.confirmed") == []
    with pytest.raises(SystemDown):
        connector.advance("order", orders, "confirmed")


def test_after_a_lost_answer_find_shows_what_became_of_it(
    erp: Erp, connector: RestConnector, customer: str
) -> None:
    erp.hit("lost_after", methods=("POST",), path="orders$", times=1)
    (lost,) = connector.create("order", [order_draft(erp, 1, customer)])
    assert isinstance(lost, InDoubt)
    (found,) = connector.find("order", "reference", ["WC-shop-1"])["WC-shop-1"]
    (completed,) = connector.create(
        "order", [Draft("WC-shop-1", order_draft(erp, 1, customer).payload, at=found.id)]
    )
    assert done(completed).id == found.id
    assert len(erp.happened("order.created")) == 1


def test_a_half_made_record_that_is_gone_is_not_made_again(
    erp: Erp, connector: RestConnector
) -> None:
    (result,) = connector.create("order", [Draft("WC-shop-1", {}, at="77")])
    assert (failed(result).problem.code, failed(result).id) == ("not-found", "77")
    assert erp.happened("order.created") == []


def test_a_draft_with_a_unique_reference_may_be_promised(erp: Erp) -> None:
    connector = connect(erp, reference=References.UNIQUE)
    assert connector.traits("order").reference is References.UNIQUE


def test_what_the_profile_cannot_write_is_told_at_once(connector: RestConnector) -> None:
    with pytest.raises(ConfigError, match="no `create` for stock"):
        connector.create("stock", [])


def test_calls_are_counted_by_their_kind(erp: Erp, connector: RestConnector, customer: str) -> None:
    make_orders(connector, erp, customer, 1)
    connector.find("order", "reference", ["WC-shop-0"])
    list(connector.advance("order", ["1"], "confirmed"))
    assert connector.calls() == {"read": 2, "write": 2}


def test_closing_twice_is_no_harm(connector: RestConnector) -> None:
    connector.close()
    connector.close()
