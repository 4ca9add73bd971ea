"""Cheap password hashes for a Tryton that only programs of this machine talk to.

Tryton takes 0.1 s of both cores to check a password, by intent; tests log in hundreds of times.
"""

from __future__ import annotations


def hash_cheaply() -> None:
    """Let the Tryton in this process hash passwords as fast as its algorithm can."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher
    from trytond.res import user

    user.PASSWORD_HASH = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)])
