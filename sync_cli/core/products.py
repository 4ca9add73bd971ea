"""The canonical articles, and what of them lies in the warehouses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sync_cli.core.model import ZERO, Part, Record


class StockHolder(StrEnum):
    """Who holds the stock number of a shop product."""

    OWN = "own"
    PARENT = "parent"
    NONE = "none"


class ProductKind(StrEnum):
    """The kinds of product."""

    SIMPLE = "simple"
    VARIABLE = "variable"
    VARIATION = "variation"
    GROUPED = "grouped"
    EXTERNAL = "external"
    BUNDLE = "bundle"
    OTHER = "other"


class ProductStatus(StrEnum):
    """Who may see a product of the shop."""

    PUBLISHED = "published"
    DRAFT = "draft"
    PENDING = "pending"
    PRIVATE = "private"
    SCHEDULED = "scheduled"
    OTHER = "other"


class Attribute(Part):
    """What the variants of a main article differ in, such as Colour.

    `options` are all values of a main article, the one value of a variant. `id` is the shop's
    number of an attribute that many products share, "" for one of this product alone; `position`
    is its place there. `visible` and `varies` claim that customers see it, and choose by it.
    """

    name: str
    options: tuple[str, ...] = ()
    id: str = ""
    position: Decimal | None = None
    visible: bool = True
    varies: bool = True

    @property
    def option(self) -> str:
        """The value of a variant; "" if it has none."""
        return self.options[0] if self.options else ""


class Product(Record):
    """An article as one system sells or stores it.

    `main_article` claims that it is only the frame of its variants and cannot be sold itself.
    `unit_factor` is the number of ERP units in one piece of the shop. In the shop `holder` and
    `stock` say who holds the stock number, and which number it is. `sale_price` holds from
    `sale_from` to `sale_to` (aware UTC; None: at once, for ever). `status` is None where a system
    does not say it. `counterpart` is the id of the same article in the ERP.
    """

    sku: str = ""
    name: str = ""
    kind: ProductKind = ProductKind.SIMPLE
    parent_id: str = ""
    main_article: bool = False
    archived: bool = False
    barcode: str = ""
    tax_class: str = ""
    price: Decimal | None = None
    sale_price: Decimal | None = None
    sale_from: datetime | None = None
    sale_to: datetime | None = None
    weight: Decimal | None = None
    status: ProductStatus | None = None
    attributes: tuple[Attribute, ...] = ()
    minimum_quantity: Decimal | None = None
    unit_factor: Decimal = Decimal(1)
    holder: StockHolder = StockHolder.NONE
    stock: Decimal | None = None
    counterpart: str = ""

    @property
    def is_variation(self) -> bool:
        """Whether it is a variant below a main article."""
        return self.kind is ProductKind.VARIATION

    @property
    def is_listed(self) -> bool:
        """Whether it has a name and a page of its own: all but variations."""
        return self.kind is not ProductKind.VARIATION

    @property
    def is_variable(self) -> bool:
        """Whether it holds variations together."""
        return self.kind is ProductKind.VARIABLE

    @property
    def is_priced(self) -> bool:
        """Whether it has a price of its own, not one computed from its parts."""
        return self.kind not in (ProductKind.VARIABLE, ProductKind.GROUPED)


class WarehouseLevel(Part):
    """The stock of one article in one warehouse, in ERP units.

    `demand` is all open outgoing, whether reserved or not.
    """

    code: str
    on_hand: Decimal = ZERO
    demand: Decimal = ZERO
    reserved: Decimal = ZERO
    incoming: Decimal = ZERO


class StockLevel(Record):
    """The stock of one ERP article in all warehouses; `id` is the article's id.

    `stocked` is false for services and consumables, whose zeros are no stock.
    """

    sku: str = ""
    stocked: bool = True
    main_article: bool = False
    archived: bool = False
    unit_factor: Decimal = Decimal(1)
    warehouses: tuple[WarehouseLevel, ...] = ()
