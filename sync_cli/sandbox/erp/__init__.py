"""The sandbox's pretend ERP: products, stock, customers and orders behind a JSON API."""

from sync_cli.sandbox.erp.application import erp_app
from sync_cli.sandbox.erp.settings import ALL_RIGHTS, ErpSettings
from sync_cli.sandbox.erp.store import ErpStore

__all__ = ["ALL_RIGHTS", "ErpSettings", "ErpStore", "erp_app"]
