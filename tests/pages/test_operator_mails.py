"""The operator finds any mail that is kept, by address or by order, and reads none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.infra.mail.models import Email
from shared.infra.mail.queries import SHOWN
from shared.trade.orders.models import Order
from tests.support.factories import make_order
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = [pytest.mark.usefixtures("database")]

MAILS = "/operator/mails"
SECRET = "https://hall.test/account/reset/mhl_secret"


async def _mail(
    key: str, to: str, *, order: Order | None = None, status: str = "sent"
) -> Email:
    return await Email.create(
        unique_key=key,
        kind="order_confirmed",
        to=to,
        subject=f"Subject {key}.",
        text=f"Dear Ada, {SECRET}",
        status=status,
        order_id=order.id if order else None,
        sent_at=clock.now() if status == "sent" else None,
    )


async def test_a_mail_is_found_by_its_address_and_by_its_order(
    client: TestClientProtocol,
) -> None:
    """However the address and the number are typed; what nobody wrote is told in a sentence."""
    portal = await operator_in(client)
    order = await make_order()
    await _mail("one", "ada@example.test", order=order)
    await _mail("two", "bob@example.test", status="waiting")
    await _mail("three", "ada@example.test", status="failed")

    everything = words(await portal.get(MAILS))
    assert everything.index("Subject three.") < everything.index("Subject one.")
    to_ada = words(await portal.get(f"{MAILS}?q=+Ada%40Example.TEST"))
    assert "Subject one. Sent" in to_ada
    assert "Subject three. Not sent" in to_ada
    assert "Subject two." not in to_ada
    number = order.number.removeprefix("MH-").replace("-", " ").lower()
    html = await portal.get(f"{MAILS}?q={number}")
    assert f'href="/operator/orders/{order.number}"' in html
    assert "Subject one." in html
    assert "Subject three." not in html
    for nobody in ("carl@example.test", "MH-AAAA-AAAA", "@", "nothing at all"):
        assert "Nothing found" in await portal.get(f"{MAILS}?q={nobody}")


async def test_older_mails_are_a_page_away(client: TestClientProtocol) -> None:
    """By where the page ended, so mails that come meanwhile move nothing."""
    portal = await operator_in(client)
    rows = [await _mail(f"m{n}", "ada@example.test") for n in range(SHOWN + 2)]
    first = await portal.get(f"{MAILS}?q=ada%40example.test")
    oldest_shown = rows[2]
    older = f"{MAILS}?q=ada@example.test&amp;before={oldest_shown.id}"
    assert f'href="{older}"' in first
    assert "Newest mails" not in first
    await _mail("newer", "ada@example.test")
    second = await portal.get(older.replace("&amp;", "&"))
    assert "Subject m1." in second
    assert "Subject m0." in second
    assert "Subject m2." not in second
    assert "Older mails" not in second
    assert "Subject newer." in await portal.get(f"{MAILS}?before=x")
    assert "No older mails" in await portal.get(f"{MAILS}?before=0")
    assert (await portal.send("GET", f"{MAILS}?before={'9' * 40}")).status_code == 200


async def test_nobody_reads_what_a_mail_says(client: TestClientProtocol) -> None:
    """Neither its text nor a link that signs somebody in; and no vendor sees the list."""
    portal = await operator_in(client)
    await _mail("one", "ada@example.test")
    html = await portal.get(MAILS)
    assert "Subject one." in html
    assert "Dear Ada" not in html
    assert "mhl_secret" not in html
    owner = await signed_in(client)
    assert (await owner.send("GET", MAILS)).status_code == 403
