"""The sandbox: a pretend WooCommerce shop and a pretend ERP over HTTP, with faults on demand."""

from sync_cli.sandbox.embedded import Sandbox, Side, start

__all__ = ["Sandbox", "Side", "start"]
