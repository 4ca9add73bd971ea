"""The list of the calls that sync-cli makes of a shop is what it was seen to call."""

from __future__ import annotations

from typing import Any

from sync_cli.connectors.http import USER_AGENT
from tests.conformance.ours import is_our_call
from tests.conformance.recording import PREFIX
from tests.contract.cells import KEPT, cells_of, judge
from tests.contract.rigs.woocommerce import SandboxShopRig, woocommerce

SEEN = {
    ("GET", "orders"), ("GET", "products"), ("GET", "variations"), ("GET", "customers"),
    ("GET", "system_status"), ("POST", "products/batch"), ("POST", "orders/batch"),
}  # fmt: skip


def test_every_call_of_the_connector_is_on_the_list() -> None:
    called: set[tuple[str, str]] = set()
    with woocommerce() as rig:
        assert isinstance(rig, SandboxShopRig)
        inner = rig.app.wsgi_app

        def told(environ: dict[str, Any], start_response: Any) -> Any:
            path = str(environ["PATH_INFO"])
            is_ours = environ.get("HTTP_USER_AGENT", "").split("/")[0] == USER_AGENT
            # the index of the site and the plug-ins' own roots are no routes of the shop
            if is_ours and path.startswith(PREFIX):
                path = path.removeprefix(PREFIX)
                called.add((environ["REQUEST_METHOD"], path))
            return inner(environ, start_response)

        rig.app.wsgi_app = told  # type: ignore[method-assign]
        tried = [judge(cell, rig) for cell in cells_of(rig)]
    assert KEPT in tried
    assert called >= SEEN
    assert [call for call in sorted(called) if not is_our_call(*call)] == []
