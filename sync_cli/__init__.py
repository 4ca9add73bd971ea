"""sync-cli keeps a WooCommerce shop, an ERP and a CRM in step, and proves it."""

__version__ = "0.1.0"
