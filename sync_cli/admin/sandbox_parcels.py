"""What the pretend shop has for parcels besides its orders' metadata."""

from __future__ import annotations

from enum import StrEnum


class SandboxParcels(StrEnum):
    """Nothing, the shop's own fulfilments, or one of two tracking plug-ins."""

    NONE = "none"
    FULFILLMENTS = "fulfillments"
    SHIPMENT_TRACKING = "shipment-tracking"
    ADVANCED = "advanced"

    @property
    def settings(self) -> dict[str, object]:
        """The settings of the pretend shop that make it so."""
        if self in (SandboxParcels.SHIPMENT_TRACKING, SandboxParcels.ADVANCED):
            return {"tracking": str(self)}
        return {"fulfillments": self is SandboxParcels.FULFILLMENTS}
