"""The shop before a request that it refused: whoever holds what the request wants is there."""

from __future__ import annotations

from tests.conformance.known import Known, kind_of
from tests.conformance.plant_mails import plant_acted_on
from tests.conformance.recording import Recording
from tests.conformance.reviewed import plant_reviewed
from tests.conformance.scene import Json, Scene
from tests.conformance.surroundings import (
    code_of,
    data_of,
    message_of,
    plant_background,
    plant_needed,
)
from tests.conformance.told import plant_sold


def refused_scene(recording: Recording, known: Known) -> Scene:
    """The shop that refuses the request, with what stands in its way."""
    scene = Scene(recording, known)
    plant_background(scene)
    plant_needed(scene, recording.body)
    _plant_holder(scene, recording)
    plant_reviewed(scene)
    plant_acted_on(scene)
    _drop_gone(scene)
    _drop_unknown(scene)
    known_order = message_of(recording.answer) not in (
        "Invalid refund amount.",
        "Invalid order ID.",
    )
    if kind_of(recording.path) == "refund" and recording.method == "POST" and known_order:
        plant_sold(scene, int(recording.path.split("/")[1]))
    draft = data_of(recording.answer).get("new_draft_order_id")
    if draft:
        scene.store.orders.remove(draft)
        scene.next_post_is(draft)
    return scene


def _plant_holder(scene: Scene, recording: Recording) -> None:
    """The other holder of a SKU or e-mail that the request wants."""
    body = recording.body if isinstance(recording.body, dict) else {}
    holder = data_of(recording.answer).get("resource_id")
    code = code_of(recording.answer)
    _plant_trashed_holder(scene, body)
    if "lookup table" in str(message_of(recording.answer)):
        scene.plant("product", {"id": 1, "sku": body.get("sku", ""), "status": "trash"})
    if holder and code == "product_invalid_global_unique_id":
        wanted = str(body.get("global_unique_id", ""))
        scene.plant("product", {"id": holder, "name": "Holder", "global_unique_id": wanted})
    if code == "woocommerce_rest_coupon_code_already_exists":
        scene.plant("coupon", {"id": 1, "code": str(body.get("code", "")).lower()})
    if holder and code == "term_exists":
        scene.plant(str(kind_of(recording.path)), {"id": holder, "name": body.get("name")})
    if code == "woocommerce_rest_customer_invalid_email":
        scene.plant("customer", {"id": 90_000_001, "email": body.get("email")})
    sku = body.get("sku") or next(
        (m.get("value") for m in body.get("meta_data") or () if m.get("key") == "_sku"), None
    )
    if holder and sku:
        scene.plant("product", {"id": holder, "sku": sku, "name": "Holder"})
    _plant_account(scene, code, body)


def _plant_account(scene: Scene, code: str, body: Json) -> None:
    """The account whose e-mail or username the request wants."""
    email, username = str(body.get("email", "")), body.get("username")
    if code == "registration-error-email-exists" and not scene.store.customer_by_email(email):
        scene.plant("customer", {"id": 90_000_001, "email": email})
    if code == "registration-error-username-exists":
        scene.plant("customer", {"id": 90_000_001, "username": username})


def _plant_trashed_holder(scene: Scene, body: Json) -> None:
    """A product in the trash that holds the SKU wanted, as any recording tells about it."""
    for number in scene.known.ids("product") if body.get("sku") else ():
        told = scene.known.merged("product", number, scene.recording, later=True)
        if told.get("sku") == body["sku"] and told.get("status") == "trash":
            scene.plant("product", told)


def _drop_unknown(scene: Scene) -> None:
    """Take out the object of the path whose id the shop did not know, whenever it went."""
    recording, last = scene.recording, scene.recording.path.rpartition("/")[2]
    is_head = recording.method == "HEAD" and recording.status == 404
    unknown = is_head or code_of(recording.answer).endswith("invalid_id")
    if unknown and last.isdecimal():
        kind = {"product": "products", "variation": "variations", "order": "orders",
                "customer": "customers", "coupon": "coupons", "webhook": "webhooks",
                "review": "reviews",
                }.get(str(kind_of(recording.path)))  # fmt: skip
        if kind is not None:
            getattr(scene.store, kind).remove(int(last))


def _drop_gone(scene: Scene) -> None:
    """Take out children of orders that a deletion before the exchange had taken out for good."""
    orders = scene.store.orders
    for order in list(orders.records.values()):
        if scene.known.is_gone("order", order.parent_id, scene.recording):
            orders.remove(order.id)
