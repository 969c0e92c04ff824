"""A mail that waits to be sent."""

from __future__ import annotations

from shared.infra import unit
from shared.infra.mail import service as mail


async def post_a_mail() -> None:
    """One to Ada, under the key `test:1`."""
    async with unit.transaction() as tx:
        mail.post(
            tx,
            "switched_on",
            to="ada@example.test",
            unique_key="test:1",
            context={"full_name": "Ada"},
        )
