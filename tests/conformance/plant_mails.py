"""The order before an action on it: with the state and address that the answer tells of."""

from __future__ import annotations

import re
from typing import Any

from tests.conformance.scene import Json, Scene
from tests.conformance.surroundings import code_of, message_of

_STATUS = {
    "customer_completed_order": "completed",
    "customer_failed_order": "failed",
    "customer_on_hold_order": "on-hold",
    "customer_processing_order": "processing",
    "customer_refunded_order": "refunded",
}
_SOMEBODY = "somebody@buyer.example"
_UPDATED = re.compile(r"Billing email updated to (\S+)\.(?: |$)")
_SENT = re.compile(r'(?:Order details|Email template "(.*)") sent to (\S+)\.$')


def plant_acted_on(scene: Scene) -> None:
    """Plant the order of an action's path as it has to be for this answer."""
    parts = scene.recording.path.split("/")
    if parts[0] != "orders" or len(parts) < 3 or parts[2] not in ("actions", "receipt"):
        return
    number = int(parts[1])
    is_read = scene.recording.method == "GET" and parts[2] == "receipt"
    if "not_found" in code_of(scene.recording.answer) and not is_read:
        scene.store.orders.remove(number)
        return
    told = scene.known.merged("order", number, scene.recording)
    asked = _receipt(scene) if parts[2] == "receipt" else _mailed(scene, parts[-1], told)
    scene.plant("order", {**told, **asked, "id": number})


def _receipt(scene: Scene) -> Json:
    """The receipt that the order has already, where the answer is not a new one's."""
    answer, recording = scene.recording.answer, scene.recording
    name = str(answer.get("receipt_url", "")).rpartition("/")[2]
    asked = {**recording.query, **(recording.body or {})}
    is_old = recording.method == "GET" or asked.get("expiration_date") not in (
        None, answer.get("expiration_date"),
    )  # fmt: skip
    if not name or not is_old:
        return {}
    return {"meta_data": [{"id": 1, "key": "_receipt_file_name", "value": name}]}


def _mailed(scene: Scene, action: str, told: Json) -> Json:
    if action == "email_templates":
        return _with_mails(scene, told)
    code = code_of(scene.recording.answer)
    body = scene.recording.body if isinstance(scene.recording.body, dict) else {}
    template = str(body.get("template_id") or "")
    if code:
        return _refused(code, template, told)
    message = message_of(scene.recording.answer)
    updated, sent = _UPDATED.search(message), _SENT.search(message)
    mail = sent[2] if sent else _SOMEBODY
    title = sent[1] if sent and sent[1] else ""
    template = template or _titled(scene, title)
    if title and template in scene.store.mails:
        scene.store.mails[template] = {**scene.store.mails[template], "title": title}
    if updated:
        mail = _SOMEBODY if body.get("force_email_update") else ""
    status = _STATUS.get(template, told.get("status", "pending"))
    return {"status": status, "billing": {**(told.get("billing") or {}), "email": mail}}


def _titled(scene: Scene, title: str) -> str:
    return next((name for name, one in scene.store.mails.items() if one["title"] == title), "")


def _refused(code: str, template: str, told: Json) -> Json:
    mail = "" if code.endswith("missing_email") else _SOMEBODY
    status = told.get("status", "pending")
    if code.endswith("no_email_template"):
        status = "trash"
    elif _STATUS.get(template) == status:
        status = "pending"
    return {"status": status, "billing": {**(told.get("billing") or {}), "email": mail}}


def _with_mails(scene: Scene, told: Json) -> Json:
    """The order that these mails fit; what they are called is as the answer says."""
    shown: list[Any] = scene.recording.answer if isinstance(scene.recording.answer, list) else []
    for body in shown:
        name = body.get("id")
        if name in scene.store.mails:
            texts = {key: body[key] for key in ("title", "description") if key in body}
            scene.store.mails[name] = {**scene.store.mails[name], **texts}
    mails = {body.get("id") for body in shown}
    found = [name for name in _STATUS if name in mails]
    status = _STATUS[found[0]] if found else told.get("status", "pending")
    if len(found) == 2:
        _plant_part(scene)
    billing = {**(told.get("billing") or {}), "email": _SOMEBODY if shown else ""}
    return {"status": status, "billing": billing, **({"total": "10.00"} if len(found) == 2 else {})}


def _plant_part(scene: Scene) -> None:
    """A refund of a part of the order."""
    number = int(scene.recording.path.split("/")[1])
    scene.plant("order", {"id": number, "total": "10.00"})
    scene.plant("refund", {"id": 60_800_000, "parent_id": number, "amount": "1.00"})
