"""What all writing has in common: reads inside it never throw, results keep their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from sync_cli.connectors.base import Done, Failed, InDoubt, NotSent, Raw, Result
from sync_cli.connectors.http import AnswerLost, CallNotSent, RequestRefused
from sync_cli.connectors.odoo.loading import Loaded, Outcome
from sync_cli.connectors.odoo.lookups import Lookups
from sync_cli.connectors.odoo.parts import Parts
from sync_cli.connectors.odoo.problems import refused
from sync_cli.connectors.odoo.read import Reader
from sync_cli.connectors.odoo.shapes import Shape
from sync_cli.connectors.odoo.wire import Ask, Wire
from sync_cli.core.errors import ConfigError, Problem, SyncError, SystemFault

T = TypeVar("T")


class Desk(Struct, frozen=True):
    """One Odoo, ready to be read and written."""

    wire: Wire
    lookups: Lookups
    parts: Parts
    reader: Reader

    @property
    def system(self) -> str:
        """The system's name in messages."""
        return self.wire.system

    def safely(self, read: Callable[[], T]) -> T | NotSent:
        """What `read` gives; a fault of the system is remembered for the next method."""
        try:
            return read()
        except (SystemFault, ConfigError) as fault:
            self.wire.remember(fault)
            return NotSent(str(fault))

    def stand(self, shape: Shape, ids: Sequence[str]) -> Mapping[str, Raw] | NotSent:
        """The records with these ids as they stand now."""
        return self.safely(lambda: {raw.id: raw for raw in self.reader.fetch(shape, ids)})

    def call(self, ask: Ask, label: str) -> Any | Problem | InDoubt | NotSent:
        """The result of one writing call, or what became of it; `label` names its record."""
        try:
            return self.wire.write(ask)
        except AnswerLost as lost:
            return InDoubt(lost.why)
        except CallNotSent as unsent:
            return NotSent(unsent.why)
        except RequestRefused as no:
            return refused(self.system, label, no.message)
        except SyncError as fault:
            self.wire.remember(fault)
            return NotSent(str(fault))


def result_of(outcome: Outcome, stored: Raw | None) -> Result:
    """The result of a load; `stored` is the record as it was read back."""
    match outcome:
        case Loaded(id=id_) if stored is not None:
            return Done(id_, stored.data, stored.birth)
        case Loaded(id=id_):
            return InDoubt(f"it was stored as {id_} and cannot be read back", id_)
        case Problem():
            return Failed(outcome)
        case _:
            return outcome
