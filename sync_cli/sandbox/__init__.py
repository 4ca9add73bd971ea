"""The sandbox: a pretend WooCommerce shop and a pretend ERP over HTTP, with faults on demand."""

from sync_cli.sandbox.articles import Article
from sync_cli.sandbox.embedded import Sandbox, Side, start
from sync_cli.sandbox.faults import rule_from_json
from sync_cli.sandbox.shop.settings import ShopSettings

__all__ = ["Article", "Sandbox", "ShopSettings", "Side", "rule_from_json", "start"]
