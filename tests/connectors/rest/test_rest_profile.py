"""A profile that cannot work is refused before anything is asked, with file, line and a hint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sync_cli.connectors.base import References
from sync_cli.connectors.rest.connector import RestConnector
from sync_cli.connectors.rest.loading import load_profile, parse_profile
from sync_cli.core.errors import ConfigError
from tests.connectors.rest.rest_erp import PROFILE_FILE

SMALL = """\
kind: small
base: /api
credentials: [token]
auth: {kind: bearer, token: "{token}"}
identify:
  call: {path: /me}
  address: name
errors:
  codes:
    locked: busy
    gone: {means: gone, says: it was deleted}
entities:
  customer: {}
  order:
    traits: {overlap: 30 min, reference: unique}
    modified: {path: changed, zone: Europe/Berlin}
    changes:
      call: {path: /orders, params: {since: "{since}", after: "{after}"}}
      items: items
      paging: {kind: keyset, start: "0"}
    fetch:
      call: {path: "/orders/{id}"}
    find:
      reference:
        call: {path: /orders, params: {ref: "{value}"}}
    create:
      steps:
        - call: {method: POST, path: /orders, body: "{item}"}
          id: id
    advance:
      confirmed:
        unless: state == 'confirmed'
        steps:
          - call: {method: POST, path: "/orders/{id}/confirm"}
"""


def test_a_small_profile_is_enough() -> None:
    profile = parse_profile(SMALL, "small.yaml")
    traits = profile.entities["order"].traits.as_traits()
    assert traits.reference is References.UNIQUE
    assert traits.overlap.total_seconds() == 1800


def test_the_shipped_profile_can_be_used() -> None:
    entities = {"product", "stock", "customer", "order", "refund", "payment", "shipment"}
    assert set(load_profile(PROFILE_FILE).entities) == entities


@pytest.mark.parametrize(
    ("right", "wrong", "line", "says"),
    [
        ("modified: {", "modfied: {", 16, "no such word here; did you mean 'modified'"),
        ("zone: Europe/Berlin", "zone: Berlin", 16, "'Berlin' is no time zone"),
        ("30 min", "half an hour", 15, "'half an hour' is no duration"),
        ("reference: unique", "reference: sure", 15, "'unique', 'searchable' or 'none'"),
        ("items: items\n", "items: items[\n", 19, "'items[' is no JMESPath expression"),
        ("{since}", "{sinse}", 18, "there is no placeholder {sinse} here; did you mean 'since'"),
        ("{after}", "{limit}", 18, "this paging needs {after} in the call"),
        ("/orders/{id}\"}", "/orders\"}", 22, "the call needs either {id} or {ids}"),
        ("{ref: \"{value}\"}", "{}", 25, "the call needs either {value} or {values}"),
        ("kind: keyset", "kind: pages", 20, "'pages' found using 'kind'"),
        ("kind: keyset, ", "", 20, "say the `kind`"),
        ("          id: id\n", "", 28, "the first step makes the record: give `item` or `id`"),
        ("  address: name\n", "", 5, "identify.address: this is missing"),
        ("path: /me", "path: me", 6, "the path 'me' must begin with a slash"),
        ("base: /api", "base: api/", 2, "must begin with a slash"),
        ("locked: busy", "locked: bussy", 10, "'access', 'down'"),
        ("means: gone, says", "means: gone, sayz", 11, "did you mean 'says'"),
        ('token: "{token}"', 'token: "{tokn}"', 4, "{tokn} here; did you mean 'token'"),
        ("order:\n", "order:\n    id: [x]\n", 15, "a JMESPath expression is a text"),
        ("kind: small", "kind: small\nkind: small", 2, "stands here a second time"),
        ("path: /orders, params: {since", "method: X, path: /orders, params: {since", 18, "'GET'"),
        ("[token]", "[token, id]", 3, "'id' is a placeholder of the calls"),
        ("  id: id\n", "  id: id\n          unless: id\n", 30, "`unless` has no meaning"),
        ("/confirm\"}", "/confirm\"}\n            send: x", 35, "`send` has no meaning here"),
        ("overlap: 30 min", "delta: false", 18, "the traits say `delta: false`"),
        ("since: \"{since}\", ", "", 18, "the call has no {since}"),
        ("body: \"{item}\"", "body: \"{items}\"", 28, "a batch needs `results`"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(right: str, wrong: str, line: int, says: str) -> None:
    assert right in SMALL
    with pytest.raises(ConfigError) as caught:
        parse_profile(SMALL.replace(right, wrong, 1), "small.yaml")
    told = str(caught.value).splitlines()[1:]
    assert any(each.startswith(f"  small.yaml:{line}: ") and says in each for each in told), told


def test_all_errors_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_profile(SMALL.replace("30 min", "x").replace("/me", "/me, y: 1"), "small.yaml")
    assert [line.split(":")[1] for line in str(caught.value).splitlines()[1:]] == ["6", "15"]


@pytest.mark.parametrize(
    ("without", "says"),
    [
        ("    fetch:\n      call: {path: \"/orders/{id}\"}\n", "this entity has no `fetch`"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_read_cannot_be_advanced(without: str, says: str) -> None:
    assert without in SMALL
    with pytest.raises(ConfigError, match=says):
        parse_profile(SMALL.replace(without, ""), "small.yaml")


@pytest.mark.parametrize(("text", "says"), [("", "empty"), ("a: [", "no valid YAML")])
def test_a_file_that_is_no_profile(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_profile(text, "small.yaml")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_profile(tmp_path / "none.yaml")


def test_a_missing_credential_is_named_before_any_call() -> None:
    with pytest.raises(ConfigError, match=r"erp \(small\) needs token"):
        RestConnector("erp", "https://erp.example", parse_profile(SMALL, "small.yaml"), {})


@pytest.mark.parametrize(
    ("write", "what"),
    [
        (lambda it: it.update("order", []), "update"),
        (lambda it: it.advance("order", ["1"], "cancelled"), "advance.cancelled"),
        (lambda it: list(it.census("customer")), "changes"),
    ],
)
def test_what_the_profile_does_not_have_is_told(
    write: Callable[[RestConnector], object], what: str
) -> None:
    profile = parse_profile(SMALL, "small.yaml")
    connector = RestConnector("erp", "https://erp.example", profile, {"token": "x"})
    with pytest.raises(ConfigError, match=f"has no `{what}`"):
        write(connector)


def test_an_unknown_entity_is_told_with_the_known_ones() -> None:
    profile = parse_profile(SMALL, "small.yaml")
    connector = RestConnector("erp", "https://erp.example", profile, {"token": "x"})
    with pytest.raises(ConfigError, match="no entity 'invoice'; it has customer, order"):
        connector.traits("invoice")


def test_a_setting_of_the_installation_replaces_a_trait() -> None:
    profile = load_profile(PROFILE_FILE)
    connector = RestConnector(
        "erp", "https://erp.example", profile, {"token": "x"}, reference=References.UNIQUE
    )
    assert connector.traits("order").reference is References.UNIQUE
    assert connector.traits("product").reference is References.NONE


def test_no_secret_is_shown() -> None:
    profile = load_profile(PROFILE_FILE)
    connector = RestConnector("erp", "https://erp.example", profile, {"token": "s3cret"})
    assert "s3cret" not in repr(connector) + repr(vars(connector)["_wire"])
