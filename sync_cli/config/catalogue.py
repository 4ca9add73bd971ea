"""What the shop offers: the parts `products` and `stock` of the configuration."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import Field

from sync_cli.config.shared import Guarded
from sync_cli.core.sellable import Basis
from sync_cli.engine.route import Mode


class ParentManaged(StrEnum):
    """What to do with variations whose stock the parent holds."""

    SUM = "sum"
    HOLD = "hold"


class StockSettings(Guarded):
    """Stock, ERP to shop."""

    mode: Mode = Field(Mode.PLAN, description="off, plan (print only) or on")
    basis: Basis = Field(
        Basis.AVAILABLE, description="available: on hand less demand; physical: on hand"
    )
    warehouses: tuple[str, ...] = Field(
        (), description="ERP warehouses that serve the shop, empty = all"
    )
    safety_stock: Decimal = Field(Decimal(0), ge=0, description="pieces kept back, per product")
    count_unseen: bool = Field(
        True, description="take off pieces of shop orders that the ERP has not confirmed"
    )
    parent_managed: ParentManaged = Field(
        ParentManaged.SUM,
        description="variations that share their parent's number: write the sum, or hold them",
    )
    second_looks: int = Field(
        5, ge=0, description="how often orders placed during the run are looked for again"
    )


class Archived(StrEnum):
    """What becomes of the shop's product when its article was archived in the ERP."""

    SKIP = "skip"
    DRAFT = "draft"


class ProductsSettings(Guarded):
    """Products, ERP to shop. Nothing is ever deleted in the shop."""

    mode: Mode = Field(Mode.PLAN, description="off, plan (print only) or on")
    create: bool = Field(
        False, description="true: articles that the shop does not have are made there"
    )
    new_status: Literal["draft", "published"] = Field(
        "draft",
        description="status of a product made in the shop, where the ERP says none: draft (to add"
        " images and texts first) or published",
    )
    archived: Archived = Field(
        Archived.SKIP,
        description="articles archived in the ERP: skip (the shop's product stays as it is) or"
        " draft (customers see it no longer)",
    )
    mark_unchanged: bool = Field(
        False,
        description="true: a product that lacks nothing but the ERP's id in its metadata is"
        " written too; false: the id goes along with the next change",
    )
