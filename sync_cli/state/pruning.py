"""Forgets what is too old to be asked for; nothing that a decision rests on."""

from __future__ import annotations

from datetime import datetime

from sync_cli.state.file import Room
from sync_cli.state.texts import time_to_text


class Pruning(Room):
    """Keeps the file from growing for ever."""

    def prune(self, before: datetime) -> int:
        """Delete audit lines, closed intents and ended runs older than `before`; returns how many.

        Links, fingerprints, open intents, held records and numbers given stay.
        """
        at = time_to_text(before)
        with self.file.transaction() as connection:
            deleted = [
                connection.execute(statement, (at,)).rowcount
                for statement in (
                    "DELETE FROM audit WHERE at < ?",
                    "DELETE FROM intents WHERE closed_at < ?",
                    "DELETE FROM runs WHERE ended_at < ?",
                    "DELETE FROM said WHERE at < ?",
                )
            ]
        return sum(deleted)
