"""Which external ids of ours are taken already, where the user may ask that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sync_cli.connectors.odoo.asking import rows_where
from sync_cli.connectors.odoo.values import text_of
from sync_cli.connectors.odoo.wire import Wire
from sync_cli.core.errors import AccessDenied


class Claims:
    """The holders of external ids. To read them takes more rights than the least (054)."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._may_ask = True

    def holders(self, model: str, names: Sequence[str]) -> Mapping[str, str]:
        """Record ids by external id; nothing where the user may not ask.

        Raises SystemFault or ConfigError.
        """
        if not self._may_ask or not names:
            return {}
        module = names[0].partition(".")[0]
        domain = [["module", "=", module], ["model", "=", model]]
        below = [name.partition(".")[2] for name in names]
        fields = ("name", "res_id")
        try:
            rows = list(
                rows_where(self._wire, "ir.model.data", "name", below, fields, domain=domain)
            )
        except AccessDenied:
            self._may_ask = False
            return {}
        return {f"{module}.{text_of(row.get('name'))}": str(row["res_id"]) for row in rows}
