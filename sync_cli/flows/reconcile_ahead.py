"""The long lists of a side, read while other things are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sync_cli.connectors.base import Connector, Page
from sync_cli.engine.aside import ReadAside
from sync_cli.flows.read_only import ReadOnly


class ReadAhead(ReadOnly):
    """A system, of which the whole lists of `entities` are read from now on, one after the other.

    The first `changes` of such a list gives what was read; all else asks the system. Lists that
    are asked for in another order than that of `entities` are read anew.
    """

    def __init__(self, inner: Connector, entities: Sequence[str]) -> None:
        super().__init__(inner)
        self._unread = set(entities)
        self._pages = ReadAside(_whole_lists(inner, entities))

    def changes(
        self, entity: str, since: datetime | None, resume: str | None = None
    ) -> Iterator[Page]:
        """The pages that were read already, or as the system answers."""
        if since is not None or resume is not None or entity not in self._unread:
            return super().changes(entity, since, resume)
        self._unread.remove(entity)
        return self._pages_of(entity)

    def close(self) -> None:
        """Read no more; the connections belong to the run."""
        self._pages.close()

    def _pages_of(self, entity: str) -> Iterator[Page]:
        for of, page in self._pages:
            if of == entity:
                if page is None:
                    return
                yield page
            self._unread.discard(of)
        raise AssertionError(f"the list of {entity} did not end")


def _whole_lists(
    connector: Connector, entities: Sequence[str]
) -> Iterator[tuple[str, Page | None]]:
    """All pages, each with its entity; none ends the list of an entity."""
    for entity in entities:
        for page in connector.changes(entity, None):
            yield entity, page
        yield entity, None
