"""The sandbox's pretend Odoo: what the recordings of a real 17.0 prove, and nothing else.

Its own test holds it against those recordings. It knows sales orders with `load`, deliveries,
stock by warehouse, invoices and credit notes; asking for a field that it does not have is an error
as in the real one.
"""

from sync_cli.sandbox.odoo.actions import Hands
from sync_cli.sandbox.odoo.application import OdooSettings, odoo_app
from sync_cli.sandbox.odoo.rights import User
from sync_cli.sandbox.odoo.seeding import (
    INTEGRATION,
    KEY,
    READER,
    READER_KEY,
    USERS,
    seed_articles,
    seed_company,
)
from sync_cli.sandbox.odoo.store import OdooStore

__all__ = [
    "INTEGRATION",
    "KEY",
    "READER",
    "READER_KEY",
    "USERS",
    "Hands",
    "OdooSettings",
    "OdooStore",
    "User",
    "odoo_app",
    "seed_articles",
    "seed_company",
]
