"""The routes of customers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from sync_cli.sandbox.shop.arguments import is_mail
from sync_cli.sandbox.shop.errors import ShopError
from sync_cli.sandbox.shop.http import Answer, Call, created, paged, refuse_existing
from sync_cli.sandbox.shop.listing import ListSpec, is_true, page_of, wish_of
from sync_cli.sandbox.shop.meta import changed_meta
from sync_cli.sandbox.shop.order_view import billing_json, shipping_json
from sync_cli.sandbox.shop.product_facts import meta_json
from sync_cli.sandbox.shop.records import ADDRESS_KEYS, Customer, Json, Meta
from sync_cli.sandbox.shop.store import ShopStore, folded
from sync_cli.sandbox.shop.times import gmt_text, local_text

CUSTOMERS = ListSpec(default_orderby="name", default_order="asc", dates=False)


_NAME = re.compile(r"[A-Za-z0-9 _.@-]+")
"""What a username may hold."""
_COMMON = ("sales", "hello", "mail", "contact", "info")
"""Names of addresses that would make poor usernames."""
_CHANGEABLE = ("customer", "subscriber")
"""Roles of which an account can be changed and deleted whole."""


def _untied(customer: Customer) -> Any:
    """Registered in one second, customers come in no certain order: it changes with the page."""
    return (customer.created, hashlib.md5(str(customer.id).encode()).hexdigest())


_SORT_KEYS: dict[str, Callable[[Customer], Any]] = {
    "name": lambda c: (folded(c.username), c.id),
    "registered_date": _untied,
}


def _filter(call: Call) -> Callable[[Customer], bool]:
    role, search = call.query.get("role", "customer"), folded(call.query.get("search", ""))

    def matches(customer: Customer) -> bool:
        return role in ("all", customer.role) and (not search or _found_by(customer, search))

    return matches


def _found_by(customer: Customer, search: str) -> bool:
    """Whether a search finds an account: by address where it holds an @, by login or id where it
    is a number, else by login and address; never by the names of the person."""
    if "@" in search:
        return search in folded(customer.email)
    if search.isdecimal():
        return search in customer.username or search == str(customer.id)
    return any(search in folded(text) for text in (customer.username, customer.email))


def list_customers(call: Call) -> Answer:
    """`GET /customers`: role customer only unless `role` says otherwise; no filter by change."""
    store, email = call.store, call.query.get("email")
    wish = wish_of(store, CUSTOMERS, call.query, matches=_filter(call), sort_keys=_SORT_KEYS)
    if email:
        holder = store.customer_by_email(email)
        found, total = store.customers.choose([holder] if holder else [], wish)
    else:
        found, total = store.customers.find(wish)
    page, names = page_of(call.query), call.names
    bodies = [customer_json(store, customer, names) for customer in found]
    return paged(call, bodies, total, page.size, page.number)


def customer_json(store: ShopStore, customer: Customer, names: frozenset[str] | None) -> Json:
    """A customer as `/customers` answers it."""
    zone = store.settings.time_zone
    mail = hashlib.sha256(customer.email.strip().lower().encode()).hexdigest()
    body: Json = {
        "id": customer.id,
        "date_created": local_text(customer.created, zone),
        "date_created_gmt": gmt_text(customer.created),
        "date_modified": local_text(customer.modified, zone),
        "date_modified_gmt": gmt_text(customer.modified),
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "role": customer.role,
        "username": customer.username,
        "billing": billing_json(customer.billing),
        "shipping": shipping_json(customer.shipping),
        "is_paying_customer": customer.is_paying,
        "avatar_url": f"https://secure.gravatar.com/avatar/{mail}?s=96&d=mm&r=g",
        "meta_data": meta_json(customer.meta),
        "_links": _links(store, customer),
    }
    return body if names is None else {key: body[key] for key in body if key in names}


def _links(store: ShopStore, customer: Customer) -> Json:
    home = f"{store.settings.base_url}/wp-json/wc/v3/customers"
    allow = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return {
        "self": [{"href": f"{home}/{customer.id}", "targetHints": {"allow": allow}}],
        "collection": [{"href": home}],
    }


def customer_of(store: ShopStore, number: int) -> Customer:
    """The customer with this id; raises the shop's refusal."""
    customer = store.customers.get(number)
    if customer is None:
        raise ShopError("wc_user_invalid_id", "Invalid user ID.", 404)
    return customer


def get_customer(call: Call) -> Answer:
    """`GET /customers/{id}`."""
    customer = customer_of(call.store, call.numbers[0])
    return Answer(customer_json(call.store, customer, call.single_names))


def post_customer(call: Call) -> Answer:
    """`POST /customers`."""
    refuse_existing(call, "customer", "resource")
    customer = create_customer(call.store, call.body)
    return created(call, customer_json(call.store, customer, call.single_names), customer.id)


def put_customer(call: Call) -> Answer:
    """`PUT`, `PATCH` and `POST /customers/{id}`."""
    customer = customer_of(call.store, call.numbers[0])
    _refuse_for_staff(customer, call.body)
    update_customer(call.store, customer, call.body)
    return Answer(customer_json(call.store, customer, call.single_names))


def delete_customer(call: Call) -> Answer:
    """`DELETE /customers/{id}`, only with `force`: customers have no trash."""
    customer = customer_of(call.store, call.numbers[0])
    if customer.role not in _CHANGEABLE:
        message = (
            f"Sorry, users with {customer.role} role cannot be deleted via this endpoint."
            f" Allowed roles: {', '.join(_CHANGEABLE)}"
        )
        raise ShopError("woocommerce_rest_cannot_delete", message, 403)
    if not is_true(call.query.get("force")):
        message = "Customers do not support trashing."
        raise ShopError("woocommerce_rest_trash_not_supported", message, 501)
    body = customer_json(call.store, customer, call.single_names)
    drop_customer(call.store, customer)
    return Answer(body)


def _refuse_for_staff(customer: Customer, body: Json) -> None:
    """Refuse (403) another address or a password for who is more than a customer."""
    if customer.role in _CHANGEABLE:
        return
    for name in ("email", "password"):
        if body.get(name) is not None and (name == "password" or body[name] != customer.email):
            message = (
                f"Sorry, {name} cannot be updated via this endpoint for a user with role"
                f" {customer.role}."
            )
            raise ShopError("woocommerce_rest_cannot_edit", message, 403)


def drop_customer(store: ShopStore, customer: Customer) -> None:
    """Take a customer out for good."""
    store.drop_customer(customer)
    store.record("customer.deleted", customer.id)


def create_customer(store: ShopStore, body: Json) -> Customer:
    """Make a customer; the username comes from the e-mail when none is given."""
    email = str(body.get("email") or "")
    if not is_mail(email):
        message = "Please provide a valid email address."
        raise ShopError("registration-error-invalid-email", message, 400)
    _check_email(store, email, None)
    _check_username(store, body.get("username"))
    number, now = store.next_id("user"), store.now()
    customer = Customer(number, now, now, email=email)
    customer.username = str(body.get("username") or _free_username(store, email))
    if not body.get("password"):
        customer.meta.append(Meta(store.next_id("user_meta"), "default_password_nag", "1"))
    _write(store, customer, body)
    store.put_customer(customer)
    store.record("customer.created", number)
    return customer


def _check_email(store: ShopStore, email: str, own_id: int | None) -> None:
    holder = store.customer_by_email(email)
    if holder is None or holder.id == own_id:
        return
    if own_id is not None:
        raise ShopError("woocommerce_rest_customer_invalid_email", "Email address is invalid.", 400)
    raise ShopError(
        "registration-error-email-exists",
        f"An account is already registered with {email}. Please log in or use a "
        "different email address.",
        400,
    )


def _check_username(store: ShopStore, wanted: Any) -> None:
    """Refuse a username that is taken, without regard to case, or has no letter that is let in."""
    if not wanted:
        return
    if not _NAME.fullmatch(str(wanted)):
        message = "Please provide a valid account username."
        raise ShopError("registration-error-invalid-username", message, 400)
    if any(folded(c.username) == folded(str(wanted)) for c in store.customers.records.values()):
        message = "An account is already registered with that username. Please choose another."
        raise ShopError("registration-error-username-exists", message, 400)


def _free_username(store: ShopStore, email: str) -> str:
    taken = {customer.username for customer in store.customers.records.values()}
    name, _, domain = email.partition("@")
    base = re.sub(r"[^a-z0-9 _.-]", "", (domain if name in _COMMON else name).lower())
    name, number = base, 0
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def update_customer(store: ShopStore, customer: Customer, body: Json) -> None:
    """Change a customer; the fields of an address that are not sent stay."""
    if body.get("username") and body["username"] != customer.username:
        message = "Username isn't editable."
        raise ShopError("woocommerce_rest_customer_invalid_argument", message, 400)
    if body.get("email"):
        _check_email(store, str(body["email"]), customer.id)
        store.drop_customer(customer)
        customer.email = str(body["email"])
        store.put_customer(customer)
    _write(store, customer, body)
    store.customers.touch(customer, store.now())
    keys = sorted(name for name in body if name != "id")
    store.record("customer.updated", customer.id, keys=keys)


def _write(store: ShopStore, customer: Customer, body: Json) -> None:
    for name in ("first_name", "last_name"):
        if body.get(name) is not None:
            setattr(customer, name, str(body[name]))
    for side in ("billing", "shipping"):
        for key, value in (body.get(side) or {}).items():
            if key in (*ADDRESS_KEYS, "phone") or (side == "billing" and key == "email"):
                getattr(customer, side)[key] = str(value if value is not None else "")
    if body.get("meta_data"):
        customer.meta = changed_meta(
            customer.meta, body["meta_data"], lambda: store.next_id("user_meta")
        )


class CustomerBatch:
    """The items of `/customers/batch`."""

    def __init__(self, store: ShopStore) -> None:
        self._store = store

    def create(self, item: Json) -> Json:
        """Make one; raises ShopError."""
        return customer_json(self._store, create_customer(self._store, item), None)

    def update(self, number: Any, item: Json) -> Json:
        """Change one; raises ShopError."""
        customer = self._found(number, "ID")
        update_customer(self._store, customer, item)
        return customer_json(self._store, customer, None)

    def delete(self, number: Any) -> Json:
        """Take one out for good; raises ShopError."""
        customer = self._found(number, "id")
        body = customer_json(self._store, customer, None)
        drop_customer(self._store, customer)
        return body

    def _found(self, number: Any, written: str) -> Customer:
        """The customer of an item; each kind of item writes "ID" in its own way."""
        customer = self._store.customers.get(number) if isinstance(number, int) else None
        if customer is None:
            raise ShopError("woocommerce_rest_invalid_id", f"Invalid resource {written}.", 400)
        return customer


def list_downloads(call: Call) -> Answer:
    """`GET /customers/{id}/downloads`: the sandbox grants none."""
    if call.store.customers.get(call.numbers[0]) is None:
        raise ShopError("woocommerce_rest_customer_invalid", "Resource does not exist.", 404)
    return Answer([])
