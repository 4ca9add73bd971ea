"""Documents that are called off: last, and only once the guard has seen all of them."""

from __future__ import annotations

from collections.abc import Sequence

from sync_cli.connectors.base import batched
from sync_cli.core.guard import Guard, Harm
from sync_cli.core.item import Why
from sync_cli.core.model import DocumentState
from sync_cli.core.plan import Advance, Operation, Reject
from sync_cli.engine.documents import DocumentWriter
from sync_cli.engine.guarding import judge
from sync_cli.engine.route import Route
from sync_cli.flows.order_problems import cancelled_after_credit
from sync_cli.flows.refund_sources import credited
from sync_cli.flows.systems import Systems

AT_ONCE = 100


class CallingOff:
    """Collects what a run would call off."""

    def __init__(self, systems: Systems, route: Route, writer: DocumentWriter) -> None:
        self.systems = systems
        self.run = systems.run
        self.route = route
        self.writer = writer
        self._operations: dict[str, Advance] = {}
        self._looked_at = 0

    @property
    def is_due(self) -> bool:
        """Whether anything is put by."""
        return bool(self._operations)

    def put_by(self, operations: Sequence[Operation]) -> list[Operation]:
        """The operations but those that call a document off: they are put by.

        A document with credit notes against it is never called off: the books would fall below
        zero by what was given back.
        """
        others: list[Operation] = []
        for operation in operations:
            # An order may be read twice in a run: its last standing counts.
            if self._operations.pop(operation.item.id, None) is not None:
                self.run.tally.add(self.route.name, "read", -1)
            if not isinstance(operation, Advance) or operation.to != DocumentState.CANCELLED:
                others.append(operation)
            elif credit := credited(self.systems, operation.item.source, operation.target):
                task = cancelled_after_credit(operation.item, credit)
                others.append(Reject(operation.item, task, Why.TASK))
            else:
                self._operations[operation.item.id] = operation
        self._looked_at += len(operations)
        return others

    def carry_out(self) -> None:
        """Call documents off; raises GuardTripped if these are far more than usual."""
        guard = Guard(self.systems.config.orders.limits())
        guard.look(self._looked_at)
        for operation in self._operations.values():
            guard.count(Harm.CANCEL, operation.item.id, operation.target)
        judge(self.run, self.route, guard)
        for batch in batched(self._operations.values(), AT_ONCE):
            self.writer.carry_out(batch)
        self._operations.clear()
