"""One writing call for one record, and what its failure means for the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync_cli.connectors.base import Failed, InDoubt, NotSent, Result
from sync_cli.connectors.http import Answer, AnswerLost, CallNotSent, RequestRefused
from sync_cli.connectors.http_answers import Expected
from sync_cli.connectors.woocommerce.refusals import problem_of
from sync_cli.connectors.woocommerce.wire import Wire


def send_one(
    wire: Wire,
    label: str,
    method: str,
    path: str,
    body: Mapping[str, Any],
    *,
    expect: Expected,
    params: Mapping[str, Any] | None = None,
) -> Answer | Result:
    """The shop's answer, or the result of the record that `label` names.

    Only a PUT, whose values are absolute, may be made again after a doubtful answer.
    """
    try:
        return wire.client.call(
            method,
            path,
            params=params,
            body=body,
            repeatable=method == "PUT",
            expect=expect,
            write=True,
        )
    except CallNotSent as fault:
        return NotSent(fault.why)
    except AnswerLost as lost:
        return InDoubt(lost.why)
    except RequestRefused as refused:
        return Failed(problem_of(wire.name, label, refused.body, refused.status))
