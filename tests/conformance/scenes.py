"""Which shops an exchange may have met: candidates of seed objects, from the likeliest on.

For a read the objects of the list are planted as plain objects, others that do not belong in it
around them, and as many fillers as the total says. For a write the state before is what other
recordings tell of the object, else the object without what the request changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sync_cli.sandbox.trouble import TROUBLES
from tests.conformance.batches import COUNTERS, batch_scene, plant_parent
from tests.conformance.before import SUMS, before_update, tells_sums
from tests.conformance.fillers import add_fillers
from tests.conformance.helped import helped_scene, is_helped
from tests.conformance.hidden import hides_goods, plant_hidden_coupons, plant_hidden_goods, solved
from tests.conformance.implied import implied
from tests.conformance.known import Known, State, bodies_of, kind_of
from tests.conformance.plant_facts import plant_status
from tests.conformance.plant_mails import plant_acted_on
from tests.conformance.plant_sales import plant_sales
from tests.conformance.plant_setup import is_about_setup, setup_scene
from tests.conformance.plant_terms import SHELVES
from tests.conformance.recording import Recording
from tests.conformance.refused import refused_scene
from tests.conformance.reviewed import plant_reviewed
from tests.conformance.scene import Json, Scene
from tests.conformance.surroundings import (
    code_of,
    plant_background,
    plant_needed,
    plant_order_of_path,
)
from tests.conformance.told import (
    plant_attributes,
    plant_bought,
    plant_counted,
    plant_counting_parent,
    plant_coupons,
    plant_group,
    plant_named_images,
    plant_named_terms,
    plant_namesake,
    plant_older_files,
    plant_removed_goods,
    plant_shipping_class,
    plant_sold,
    plant_tax_class,
)

_MOST_STATES = 6


def scenes_for(recording: Recording, known: Known) -> Iterator[Scene]:
    """The scenes that an exchange can be tried in."""
    if recording.status >= 500 and recording.method in ("GET", "HEAD") and not _is_own(recording):
        yield from _troubled_scenes(recording, known)
    elif is_about_setup(recording.path):
        yield setup_scene(recording, known)
    elif recording.status >= 400:
        yield refused_scene(recording, known)
    elif is_helped(recording.path):
        yield helped_scene(recording, known)
    elif recording.method in ("GET", "HEAD"):
        yield from _read_scenes(recording, known)
    elif recording.path.endswith("/batch"):
        yield batch_scene(recording, known)
    elif recording.status == 201 and "id" in recording.answer:
        yield from _create_scenes(recording, known)
    else:
        yield from _update_scenes(recording, known)


def _is_own(recording: Recording) -> bool:
    """Whether the shop itself refused the request, with a code of its own."""
    return code_of(recording.answer).startswith("woocommerce_")


def _troubled_scenes(recording: Recording, known: Known) -> Iterator[Scene]:
    """The site in each trouble that there is: a read is never refused so for its own sake."""
    for trouble in TROUBLES:
        scene = Scene(recording, known)
        scene.trouble = trouble
        yield scene


def _read_scenes(recording: Recording, known: Known) -> Iterator[Scene]:
    kind = kind_of(recording.path)
    is_list = isinstance(recording.answer, list) or recording.method == "HEAD"
    for with_background in _backgrounds(recording) if is_list else (False,):
        scene = Scene(recording, known)
        plant_status(scene)
        if kind == "rate" and not with_background:
            scene.store.rates = []
        if kind is not None and with_background:
            plant_background(scene, kinds=(kind, "variation") if kind == "product" else (kind,))
        shown = list(bodies_of(recording))
        told = _told(scene, str(kind), shown)
        zone = scene.store.settings.time_zone
        follow: list[Json] = [{} for _ in told]
        if is_list:
            follow = implied(str(kind), recording.query, shown, told, zone)
        for body, known_of, said in zip(shown, told, follow, strict=True):
            is_variation = kind == "product" and body.get("type") == "variation"
            whole = {**said, **known_of, **body}
            if recording.query.get("product") and whole.get("count"):
                whole["count"] -= 1  # the product that is asked for is made below
            settled = scene.known.settled(str(kind), whole, recording)
            scene.plant("variation" if is_variation else str(kind), {**whole, **settled})
        _plant_empty_parent(scene)
        plant_acted_on(scene)
        plant_counted(scene)
        plant_sales(scene)
        _plant_product_of_terms(scene, str(kind), shown)
        if is_list and not add_fillers(scene):
            continue
        yield scene


def _backgrounds(recording: Recording) -> tuple[bool, ...]:
    """Whether others' objects stand around those of a list.

    Where the list is shown whole each of them shows that it has not the name that is asked for. Of
    a list of which only a page is shown nobody knows where the others stand in it, and what passes
    other filters may have changed since it was seen.
    """
    answer, total = recording.answer, recording.answer_headers.get("X-WP-Total")
    is_whole = isinstance(answer, list) and bool(answer) and total == str(len(answer))
    is_named = any(recording.query.get(name) for name in ("sku", "email", "slug", "code"))
    return (True,) if is_whole and is_named else (True, False)


def _told(scene: Scene, kind: str, shown: list[Json]) -> list[Json]:
    """For each object shown what other recordings tell of its hidden fields, and its own."""
    names = _told_of_all(scene, kind, shown)
    found = []
    for body in shown:
        later = scene.known.merged(kind, body["id"], scene.recording, later=True)
        found.append({**{name: later[name] for name in names if name in later}, **body})
    return found


def _told_of_all(scene: Scene, kind: str, shown: list[Json]) -> list[str]:
    """The hidden fields that are known of each object shown, so that they sort as one list."""
    told = [scene.known.merged(kind, body["id"], scene.recording, later=True) for body in shown]
    dates = ("date_created_gmt", "date_modified_gmt")
    complete = [name for name in dates if all(name in body for body in told)]
    return [*complete, "entity_id", "parent_id"]


def _plant_product_of_terms(scene: Scene, kind: str, shown: list[Json]) -> None:
    """The product whose terms a list shows."""
    number, field = scene.recording.query.get("product"), SHELVES.get(kind)
    if number and field:
        entries = [{"id": body["id"]} for body in shown]
        scene.plant("product", {"id": int(number), "name": "Bearer", field: entries})


def _plant_empty_parent(scene: Scene) -> None:
    """The object below which an empty list is asked for."""
    parts = scene.recording.path.split("/")
    if kind_of(scene.recording.path) == "option" and int(parts[2]) not in scene.store.attributes:
        scene.plant("attribute", {"id": int(parts[2])})
    if len(parts) < 3 or not parts[1].isdecimal():
        return
    number = int(parts[1])
    if parts[0] == "orders" and scene.store.orders.get(number) is None:
        scene.plant("order", {"id": number})
    if parts[0] == "customers" and scene.store.customers.get(number) is None:
        scene.plant("customer", {"id": number})
    if parts[0] == "products" and scene.store.products.get(number) is None:
        scene.plant("product", {"id": number, "type": "variable"})


def _create_scenes(recording: Recording, known: Known) -> Iterator[Scene]:
    """The shop before a create: others' objects, then what the lines of the answer tell."""
    for with_background in (True, False):

        def build(price: Decimal, with_background: bool = with_background) -> Scene:
            return _create_scene(recording, known, with_background, price)

        hidden = hides_goods(recording, recording.answer)
        yield solved(build, recording) if hidden else build(Decimal(1))


def _create_scene(
    recording: Recording, known: Known, with_background: bool, price: Decimal
) -> Scene:
    scene, answer = Scene(recording, known), recording.answer
    if with_background:
        plant_background(scene, below=answer["id"])
    plant_needed(scene, recording.body)
    plant_bought(scene, answer, recording.body)
    plant_reviewed(scene)
    _plant_refunded(scene)
    if kind_of(recording.path) == "fulfillment":
        _plant_fulfillments(scene, before=answer["id"])
    plant_named_terms(scene, answer)
    plant_shipping_class(scene, answer)
    plant_coupons(scene, answer)
    plant_group(scene, answer)
    plant_namesake(scene, answer)
    plant_hidden_coupons(scene)
    if "line_items" not in answer:
        plant_hidden_goods(scene, price)
    _plant_home(scene)
    plant_attributes(scene, next(bodies_of(recording), {}))
    _set_counters(scene, answer)
    return scene


def _plant_home(scene: Scene) -> None:
    """The product or the attribute below which a variation or a term is made."""
    kind, parts = kind_of(scene.recording.path), scene.recording.path.split("/")
    if kind == "variation" and scene.store.products.get(int(parts[1])) is None:
        plant_parent(scene, int(parts[1]), scene.recording.answer)
    if kind == "option" and int(parts[2]) not in scene.store.attributes:
        scene.plant("attribute", {"id": int(parts[2])})


def _plant_refunded(scene: Scene) -> None:
    """The order of a refund and its earlier refunds, as any recording tells about them."""
    recording = scene.recording
    if kind_of(recording.path) != "refund":
        return
    number, own = int(recording.path.split("/")[1]), recording.answer["id"]
    states = [s.body for s in scene.known.states("order", number, recording)]
    full = next((body for body in states if "line_items" in body), None)
    if full is None:
        plant_sold(scene, number)
        return
    refunds = {r["id"]: r for body in states for r in body.get("refunds", ()) if r["id"] < own}
    status = "completed" if full["status"] == "refunded" else full["status"]
    for refund_id in [i for i in scene.store.refunds.records if i >= own]:
        scene.store.refunds.remove(refund_id)
    scene.store.refunds_of[number] = [i for i in scene.store.refunds_of[number] if i < own]
    scene.plant("order", {**full, "refunds": list(refunds.values()), "status": status})


def _plant_fulfillments(scene: Scene, before: int) -> None:
    for number in scene.known.ids("fulfillment"):
        states = scene.known.states("fulfillment", number, scene.recording)
        if states and number < before:
            scene.plant("fulfillment", states[0].body)


def _set_counters(scene: Scene, answer: Json) -> None:
    number = answer["id"]
    kind = kind_of(scene.recording.path)
    images = [image["id"] for image in answer.get("images", ())]
    if kind == "product" and "images" not in answer:
        images = [number - at for at in range(1, _new_images(scene.recording) + 1)]
    scene.store.rewind(COUNTERS.get(str(kind), "post"), min([number, *images]))
    if images and kind == "product":
        _skip_to_images(scene, number, images)


def _new_images(recording: Recording) -> int:
    """How many images a request brings; each takes a number before the product's own."""
    body = recording.body if isinstance(recording.body, dict) else {}
    return sum(bool(image.get("src") and not image.get("id")) for image in body.get("images") or ())


def _skip_to_images(scene: Scene, number: int, images: list[int]) -> None:
    """A product's own id comes after those of its images."""
    del number
    for image in images:
        scene.store.images.pop(image, None)


def _update_scenes(recording: Recording, known: Known) -> Iterator[Scene]:
    """The shop before an update or a deletion: the object in each state that is known of it."""
    kind, answer = str(kind_of(recording.path)), recording.answer
    if "id" not in answer:
        yield _nameless_scene(recording, known)
        return
    states = known.states(kind, answer["id"], recording)[:_MOST_STATES]
    for state in [*(s.body for s in states), _sums_told(kind, states, recording)]:
        body = before_update(recording, kind, next(bodies_of(recording)), state)
        body = {**_rest(known, kind, answer["id"], recording, body), **body}
        if kind == "order" and "line_items" not in body:
            body.setdefault("total", "1.00")  # an order of nothing would wait for no payment
        if hides_goods(recording, body):

            def build(price: Decimal, body: Json = body) -> Scene:
                hidden = "hidden_rest" if "line_items" in body else "hidden_goods"
                return _update_scene(recording, known, {**body, hidden: price}, price)

            yield solved(build, recording)
        else:
            yield _update_scene(recording, known, body, Decimal(1))


def _update_scene(recording: Recording, known: Known, body: Json, price: Decimal) -> Scene:
    kind, answer, scene = str(kind_of(recording.path)), recording.answer, Scene(recording, known)
    plant_background(scene)
    if kind == "refund" and scene.store.orders.get(body["parent_id"]) is None:
        scene.plant("order", {"id": body["parent_id"]})
    plant_removed_goods(scene, kind, body)
    scene.plant(kind, body)
    if kind == "variation":
        plant_counting_parent(scene)
    plant_attributes(scene, next(bodies_of(recording)))
    if kind == "order":
        plant_needed(scene, recording.body)
        plant_hidden_coupons(scene)
        if "line_items" not in answer:
            plant_hidden_goods(scene, price)
    plant_named_images(scene)
    plant_older_files(scene)
    plant_shipping_class(scene, answer)
    plant_coupons(scene, answer)
    if kind == "product" and body.get("type") == "variable":
        _trash_parts(scene, body)
    if kind == "fulfillment":
        plant_order_of_path(scene)
        _plant_fulfillments(scene, before=answer["id"])
    refunds = [r["id"] for r in answer.get("refunds") or ()]
    images = [i["id"] for i in answer.get("images") or ()]
    fresh = [i for i in (*refunds, *images) if i not in _ids_in(body)]
    if fresh:
        scene.next_post_is(min(fresh))
    return scene


def _sums_told(kind: str, states: list[State], recording: Recording) -> Json | None:
    """What is known before an update if no state is the one right before it: what it cost."""
    for state in states:
        if tells_sums(kind, state.body, recording.body):
            return {name: state.body[name] for name in SUMS if name in state.body}
    return None


def _ids_in(body: Json) -> set[int]:
    lists = (body.get("refunds") or (), body.get("images") or ())
    return {entry["id"] for entries in lists for entry in entries}


def _rest(known: Known, kind: str, number: int, recording: Recording, body: Json) -> Json:
    """What other recordings tell of fields that the answer does not show."""
    told = known.merged(kind, number, recording, later=True)
    hidden = {name: value for name, value in told.items() if name not in body}
    for name in ("date_paid", "date_completed", "date_paid_gmt", "date_completed_gmt"):
        hidden.pop(name, None)
    return hidden


def _trash_parts(scene: Scene, body: Json) -> None:
    """The variations of a product whose parts the answer no longer shows lie in the trash."""
    product = scene.store.products.records[body["id"]]
    if scene.recording.answer.get("variations") == [] and product.variations:
        for number in product.variations:
            part = scene.store.variations.records[number]
            part.status = "trash"
            scene.store.variations.set_trashed(part, True)


def _nameless_scene(recording: Recording, known: Known) -> Scene:
    """The shop before a write whose answer has no id: a message, or a tax class."""
    scene = Scene(recording, known)
    plant_background(scene)
    plant_needed(scene, recording.body)
    plant_tax_class(scene)
    plant_reviewed(scene)
    plant_acted_on(scene)
    if kind_of(recording.path) != "fulfillment":
        return scene
    home, _, last = recording.path.rpartition("/")
    numbers = {*known.ids("fulfillment"), *([int(last)] if last.isdecimal() else ())}
    for number in sorted(numbers):
        states = known.states("fulfillment", number, recording)
        nobody = {"id": number, "entity_id": home.split("/")[1], "meta_data": []}
        scene.plant("fulfillment", states[0].body if states else nobody)
    return scene
