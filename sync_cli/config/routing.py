"""How one order becomes several documents: the part `orders.routing` of the configuration."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, model_validator

from sync_cli.connectors.settings import Section
from sync_cli.core.model import Order, OrderLine
from sync_cli.core.routing import Routing, RoutingRule, Shared
from sync_cli.mapping.shapes import wrong_path


class RoutingRuleSettings(Section):
    """Lines that fit go to `part`."""

    part: str = Field(
        pattern=r"^[a-z0-9]{1,6}$",
        description="small letters and digits, 6 at most; it becomes part of the reference, and the"
        " ERP's mapping makes a warehouse or company of it",
    )
    lines: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="fields of a line and patterns of their values"
    )
    order: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="fields of the order and patterns of their values"
    )

    @model_validator(mode="after")
    def _names_fields(self) -> RoutingRuleSettings:
        for model, wanted in ((OrderLine, self.lines), (Order, self.order)):
            for path in wanted:
                if wrong := wrong_path(model, path.split(".")):
                    raise ValueError(f"{path}: {wrong}")
        return self


class RoutingSettings(Section):
    """One order becomes several documents: by warehouse, vendor, company or brand."""

    parts: tuple[RoutingRuleSettings, ...] = Field(
        (),
        description="rules, the first that fits a line counts: {part: north, lines: {sku:"
        " [N-*]}, order: {billing.country: [AT]}}; without any an order is one document",
    )
    rest: str = Field(
        "",
        pattern=r"^[a-z0-9]{0,6}$",
        description="compulsory with `parts`: the part of lines that no rule takes, such as main",
    )
    shared: Shared = Field(
        Shared.SHARED,
        description="shipping and fees: shared (in proportion to the goods) or first (all to the"
        " part of the first line)",
    )

    @model_validator(mode="after")
    def _names_the_rest(self) -> RoutingSettings:
        if self.parts and not self.rest:
            raise ValueError("with `parts` the `rest` needs a name too, such as main")
        return self

    def rules(self) -> Routing:
        """The same as the core's rules."""
        rules = tuple(RoutingRule(one.part, one.lines, one.order) for one in self.parts)
        return Routing(rules, self.rest, self.shared)
