"""The sandbox's pretend ERP: products, stock, customers and orders behind a JSON API.

A product carries, beside its SKU, name, kind, price, tax code, barcode and unit factor:
`sale_price` (text or null) with `sale_from` and `sale_to` (ISO times or null), `weight` (text or
null), `status` ("active", "draft", or "" where it leaves that to the shop), `attributes` (a list
of `{name, value}`; a main article has one row for each option of its variants),
`minimum_quantity` (text or null), and on a variant `parent_id`, the id of its main article.
"""

from sync_cli.sandbox.erp.application import erp_app
from sync_cli.sandbox.erp.settings import ALL_RIGHTS, ErpSettings
from sync_cli.sandbox.erp.store import ErpStore

__all__ = ["ALL_RIGHTS", "ErpSettings", "ErpStore", "erp_app"]
