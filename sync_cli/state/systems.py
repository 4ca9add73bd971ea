"""What is known of the systems: whom this state belongs to, which one rests, what was said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b

from msgspec import Struct

from sync_cli.state.file import Room
from sync_cli.state.texts import data_to_text, text_to_time, time_to_text


class Pause(Struct, frozen=True):
    """A system is left alone until `not_before`; after "access denied" until its secret changed.

    `secret_hash` is that of the secret it refused, empty if the secret is not to blame.
    """

    not_before: datetime
    why: str
    secret_hash: str = ""


class Systems(Room):
    """Identities, pauses, and the causes already printed."""

    def identity(self, system: str) -> dict[str, str] | None:
        """What the system said of itself when it was accepted; None if it never was."""
        row = self.file.row("SELECT facts FROM identities WHERE system = ?", (system,))
        return None if row is None else dict(json.loads(row[0]))

    def set_identity(self, system: str, facts: Mapping[str, str]) -> None:
        """Accept the system as the one that this state belongs to."""
        with self.file.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO identities VALUES (?, ?)",
                (system, data_to_text(dict(facts))),
            )

    def pause(self, system: str) -> Pause | None:
        """The stored pause, be it over or not; the caller compares it with the clock."""
        row = self.file.row(
            "SELECT not_before, why, secret_hash FROM pauses WHERE system = ?", (system,)
        )
        return None if row is None else Pause(text_to_time(row[0]), row[1], row[2])

    def set_pause(self, system: str, pause: Pause) -> None:
        """Leave the system alone for a while, over the end of this run."""
        with self.file.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO pauses VALUES (?, ?, ?, ?)",
                (system, time_to_text(pause.not_before), pause.why, pause.secret_hash),
            )

    def clear_pause(self, system: str) -> None:
        """The system may be asked again."""
        with self.file.transaction() as connection:
            connection.execute("DELETE FROM pauses WHERE system = ?", (system,))

    def say_once(self, cause: str, now: datetime, every: timedelta) -> bool:
        """Whether to print `cause` now: not if that was answered with yes less than `every` ago.

        Only a hash of the text is kept. A clock that went back does not silence anything.
        """
        key = blake2b(cause.encode(), digest_size=12).hexdigest()
        with self.file.transaction() as connection:
            row = connection.execute("SELECT at FROM said WHERE cause = ?", (key,)).fetchone()
            if row is not None and timedelta() <= now - text_to_time(row[0]) < every:
                return False
            connection.execute(
                "INSERT OR REPLACE INTO said VALUES (?, ?)", (key, time_to_text(now))
            )
        return True
