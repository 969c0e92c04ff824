"""Argon2id off the event loop: at most two hashes at a time, so a wave of sign-ins takes time but
not all the memory.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's minimum for Argon2id: 19 MiB, two passes, one lane.
MEMORY_KIB, PASSES = 19_456, 2
_HASHER = PasswordHasher(
    time_cost=PASSES,
    memory_cost=MEMORY_KIB,
    parallelism=1,
)
_POOL = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


@cache
def _nobody() -> str:
    """A hash that no password opens in practice: what an unknown address is checked against."""
    return _HASHER.hash("nobody has this password, it only takes the same time")


def _verify(stored: str | None, password: str) -> bool:
    nobody = _nobody()  # made by whoever comes first, known address or not
    try:
        _HASHER.verify(stored or nobody, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


async def hash_password(password: str) -> str:
    """The string to store for `password`."""
    return await asyncio.get_running_loop().run_in_executor(
        _POOL, _HASHER.hash, password
    )


async def matches(stored: str | None, password: str) -> bool:
    """Whether `password` opens `stored`.

    None (nobody has that address) takes as long and is never opened.
    """
    return await asyncio.get_running_loop().run_in_executor(
        _POOL, _verify, stored, password
    )


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(stored)
