"""Looks at a shop before a go-live: what of its set-up disturbs, and what one must know of it.

Numbers in brackets are points of the observed behaviour of WooCommerce 10.7. Nothing is written: an
empty batch asks for the right to write and can change nothing [6.1].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from typing import Any

from sync_cli.connectors.http import HttpClient, RequestRefused
from sync_cli.connectors.woocommerce.plugins import findings_of
from sync_cli.connectors.woocommerce.wire import Wire, home_of
from sync_cli.core.checkup import Finding, Grade, problem_of
from sync_cli.core.errors import AccessDenied, ConfigError, ExitCode, SyncError

OBSERVED = (10, 7)
OLDEST = (9, 0)
"""Before this version a shop has no list of all its refunds (`GET /refunds`)."""
WITH_SEARCH_FIELDS = (10, 1)
"""Before this version a shop ignores in which fields it is to search (`search_fields`)."""
WITH_VARIATIONS = (10, 3)
"""Before this version a shop has no list of all its variations (`GET /variations`)."""
_KEY_PAGE = "WooCommerce > Settings > Advanced > REST API"
_STATUS_FIELDS = "environment,settings,active_plugins"

Facts = Mapping[str, Any]


def inspect(wire: Wire, *, writes: bool) -> Iterator[Finding]:
    """See `Inspects.inspect`."""
    for question in (_status, _clock_and_taxes, _webhooks):
        yield from _asked(partial(question, wire))
    yield from _rights(wire, writes=writes)


def _asked(question: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of one question; a right that is lacking for it is a finding too."""
    try:
        yield from question()
    except (AccessDenied, ConfigError) as fault:
        yield Finding(Grade.WARNING, "set-up", f"A part was not looked at: {fault}", fault.remedy)


def _status(wire: Wire) -> Iterator[Finding]:
    status = wire.document("system_status", {"_fields": _STATUS_FIELDS})
    environment, settings = _part(status, "environment"), _part(status, "settings")
    yield _version(str(environment.get("version") or ""))
    yield _storage(settings)
    if environment.get("wp_debug_mode"):
        yield Finding(
            Grade.WARNING,
            "debug mode",
            "WP_DEBUG is on: warnings of PHP may stand before the shop's answers, which are then"
            " lost.",
            "Switch WP_DEBUG off, or WP_DEBUG_DISPLAY at least.",
        )
    plugins = status.get("active_plugins")
    active = plugins if isinstance(plugins, list) else []
    yield Finding(Grade.OK, "plug-ins", f"Active plug-ins: {len(active)}.")
    yield from findings_of(one for one in active if isinstance(one, Mapping))


def _version(text: str) -> Finding:
    version = tuple(int(part) for part in text.split(".")[:2] if part.isdecimal())
    oldest = ".".join(map(str, OLDEST))
    if not version:
        return Finding(
            Grade.WARNING,
            "version",
            f"The shop does not tell its version; sync-cli needs WooCommerce {oldest} or newer.",
            "Look at the first runs closely.",
        )
    if version < OLDEST:
        return Finding(
            Grade.PROBLEM,
            "version",
            f"WooCommerce {text} has no list of all refunds, which they are read by.",
            f"Bring WooCommerce up to version {oldest} or newer.",
        )
    if version < WITH_SEARCH_FIELDS:
        return Finding(
            Grade.WARNING,
            "version",
            f"WooCommerce {text} cannot be searched by barcode, so that products are found by SKU"
            " alone, and whole reads of products ask for the variations of each variable product.",
            f"Bring WooCommerce up to version {'.'.join(map(str, WITH_VARIATIONS))} or newer, or"
            " match products by SKU.",
        )
    if version < WITH_VARIATIONS:
        return Finding(
            Grade.NOTE,
            "version",
            f"WooCommerce {text} has no list of all variations: whole reads of products ask for"
            " those of each variable product, one call each.",
            f"From version {'.'.join(map(str, WITH_VARIATIONS))} on they are quicker.",
        )
    if version[0] > OBSERVED[0]:
        return Finding(
            Grade.NOTE,
            "version",
            f"WooCommerce {text} is newer than {'.'.join(map(str, OBSERVED))}, whose behaviour"
            " sync-cli was tested with.",
            "Look at the first runs closely.",
        )
    return Finding(Grade.OK, "version", "It has every list that sync-cli reads.")


def _storage(settings: Facts) -> Finding:
    """In posts storage an order's date does not move with its addresses and lines [14.3]."""
    topic = "order storage"
    if not settings.get("HPOS_enabled"):
        return Finding(
            Grade.WARNING,
            topic,
            "Orders are stored as posts: an order whose address or lines are edited does not tell"
            " so, and the edit is seen only by the nightly look back.",
            "Switch to the order tables: WooCommerce > Settings > Advanced > Features.",
        )
    if settings.get("HPOS_sync_enabled"):
        return Finding(
            Grade.NOTE,
            topic,
            "Orders are stored in their own tables and copied to posts, which makes each write"
            " slower.",
            "Switch compatibility mode off once no plug-in needs it.",
        )
    return Finding(Grade.OK, topic, "Orders are stored in their own tables.")


def _clock_and_taxes(wire: Wire) -> Iterator[Finding]:
    index = wire.document(
        f"{home_of(wire.client.base_url)}/wp-json/", {"_fields": "name,timezone_string"}
    )
    zone = str(index.get("timezone_string") or "")
    if zone:
        yield Finding(
            Grade.OK, "time zone", f"The shop's time zone is {zone}; dates are read in UTC."
        )
    else:
        yield Finding(
            Grade.WARNING,
            "time zone",
            "Its time zone is an offset, which does not follow summer time.",
            "Choose a city under Settings > General > Timezone.",
        )
    taxes = {row.get("id"): row.get("value") for row in wire.table("settings/tax")}
    yield _taxes(taxes)


def _taxes(settings: Mapping[Any, Any]) -> Finding:
    included = settings.get("woocommerce_prices_include_tax") == "yes"
    at_subtotal = settings.get("woocommerce_tax_round_at_subtotal") == "yes"
    how = "with" if included else "without"
    where = "of the whole order" if at_subtotal else "of each line"
    says = f"Prices are entered {how} tax, and the tax {where} is rounded."
    if not included:
        return Finding(Grade.OK, "taxes", says)
    return Finding(
        Grade.NOTE,
        "taxes",
        says,
        "Amounts of orders are net all the same; prices that `products` writes are entered"
        " as they are: let the ERP give prices with tax.",
    )


def _webhooks(wire: Wire) -> Iterator[Finding]:
    """The shop disables a webhook by itself, at the seventh failure in a row [11.6]."""
    rows = wire.rows("webhooks", {"status": "disabled", "per_page": "100"}).rows
    if not rows:
        yield Finding(Grade.OK, "webhooks", "No webhook was disabled.")
    for row in rows:
        yield Finding(
            Grade.WARNING,
            "webhooks",
            f"Webhook {row['id']} ({row.get('topic')}) was disabled, by somebody or because its"
            " deliveries failed.",
            "sync-cli does not need it. Switch it on again or delete it: WooCommerce > Settings >"
            " Advanced > Webhooks.",
        )


def _rights(wire: Wire, *, writes: bool) -> Iterator[Finding]:
    """Whether the key may write, and whether it should."""
    for entity in ("products", "orders", "customers"):
        try:
            _ask_to_write(wire, entity)
        except AccessDenied as denied:
            if writes:
                yield problem_of("rights", denied)
            else:
                yield Finding(
                    Grade.NOTE, "rights", f"{denied} Nothing is to be written yet.", denied.remedy
                )
            return
    if writes:
        yield Finding(Grade.OK, "rights", "The key may read, and write all that sync-cli writes.")
    else:
        yield Finding(
            Grade.NOTE,
            "rights",
            "The key may write, though every mode is off or plan.",
            f"For rehearsals a read-only key is enough ({_KEY_PAGE}).",
        )


def _ask_to_write(wire: Wire, entity: str) -> None:
    wire.client.call("POST", f"{entity}/batch", body={}, repeatable=True, expect=_is_json)


def _is_json(data: Any) -> bool:
    """An empty batch is answered by an empty list, others by an object [6.1]."""
    return isinstance(data, list | dict)


def why_denied(by_query: HttpClient) -> Iterator[Finding]:
    """Whether a key that was not known is known in the query: then the header was dropped.

    The client must be one over HTTPS or to this machine, as every client is; it is closed.
    """
    with closing(by_query):
        try:
            by_query.call(
                "GET", "system_status", params={"_fields": "settings"}, repeatable=True, expect=dict
            )
        except (SyncError, RequestRefused):
            return
    yield Finding(
        Grade.PROBLEM,
        "authentication",
        "The web server drops the Authorization header: the key arrives in the query only.",
        "Let the header through (in Apache `CGIPassAuth On`), or set `systems.shop.auth: query`.",
        exit_code=ExitCode.ACCESS,
    )


def _part(document: Facts, name: str) -> Facts:
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}
