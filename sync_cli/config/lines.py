"""How lines of orders become lines of documents: the part `orders.lines` of the configuration."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sync_cli.connectors.settings import Section
from sync_cli.core.bundles import Bundles
from sync_cli.core.coupons import Coupons
from sync_cli.core.gift_cards import GiftCards


class LineSettings(Section):
    """What becomes of lines that an ERP may keep in another way than the shop."""

    coupons: Coupons = Field(
        Coupons.NET,
        description="what coupons took off: net (the price that was paid), line (the price before,"
        " and a discount line for each tax) or percent (the price before and a percentage, where"
        " one with two decimals gives exactly what was paid)",
    )
    catch_all: str = Field(
        "",
        description="SKU of the ERP's article that stands for products which the shop has deleted,"
        " with the name of the line in its text; empty = such orders are held",
    )
    bundles: Bundles = Field(
        Bundles.LINES,
        description="bundles: lines (all, each under its own article), container (the line that"
        " holds it together alone, at the price of all) or contents (what is in it alone; a price"
        " of the whole goes along as a line without an article)",
    )
    gift_cards: GiftCards = Field(
        GiftCards.LINE,
        description="what gift cards paid: line (below zero, without tax, under an article of its"
        " own), payment (the document is over all that was sold; `prepaid` says what is paid) or"
        " hold",
    )
    deposits: Literal["hold", "book"] = Field(
        "hold",
        description="orders over a deposit, whose rest comes in another order: hold, or book (as"
        " they are)",
    )
