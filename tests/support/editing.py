"""Two people with one form open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.trade.people import registration
from tests.support.filled import filled
from tests.support.portal import PASSWORD, Portal, page_of, sign_in

if TYPE_CHECKING:
    from quart import Quart


async def opened_form(portal: Portal, action: str) -> dict[str, str]:
    """The fields of the form that is sent to `action`, as its page shows them; the token is each
    browser's own.
    """
    fields = filled(await portal.get(page_of(action)), action)
    assert "opened" in fields, action
    return {name: value for name, value in fields.items() if name != "csrf_token"}


async def two_people(
    app: Quart,
    role: str,
    vendor_id: int | None,
) -> tuple[Portal, Portal]:
    people = []
    for name in ("Anna First", "Ben Second"):
        email = f"{name.split()[0]}.{role}@two.test"
        await registration.create_member(
            email=email,
            password=PASSWORD,
            full_name=name,
            role=role,
            vendor_id=vendor_id,
            confirmed=True,
        )
        client = app.test_client()
        await sign_in(client, email)
        people.append(Portal(client, vendor_id or 0))
    return people[0], people[1]
