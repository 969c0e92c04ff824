"""Parcels: where they are followed, what is put right about them, and orders that are not sent."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from shared.core import clock
from shared.core.errors import NotFound
from shared.infra.mail.models import Email
from shared.trade.orders import reminders, shipping
from shared.trade.orders.carriers import Carrier, carriers, tracking_link
from shared.trade.orders.errors import CannotCorrect
from shared.trade.orders.models import Order
from shared.trade.orders.tracking import correct_tracking
from tests.support.factories import make_order

DHL = "https://www.dhl.com/global-en/home/tracking.html?submit=1&tracking-id="


@pytest.mark.parametrize("carrier", carriers(), ids=lambda carrier: carrier.name)
def test_parcels_are_followed_at_https_alone(carrier: Carrier) -> None:
    """At a host that stands in the table; the number is all that is added."""
    parts = urlsplit(carrier.page)
    assert bool(carrier.page) == bool(carrier.numbers)
    assert (parts.scheme, bool(parts.hostname)) == ("https", True) or not carrier.page


@pytest.mark.parametrize(
    ("carrier", "number", "link"),
    [
        (
            "dhl",
            "0034 0434 1610 9400 0000",
            f"{DHL}00340434161094000000",
        ),
        (
            "UPS",
            "1z999aa10123456784",
            "https://www.ups.com/track?tracknum=1Z999AA10123456784",
        ),
        ("UPS", "no number at all", None),
        ("DHL", "<script>alert(1)</script>", None),
        ("DHL", "https://evil.test/1234567890", None),
        ("DHL", "", None),
        ("POST Luxembourg", "RR123456789LU", None),
        ("My cousin's van", "1234567890", None),
        ("", "1234567890", None),
    ],
)
def test_only_what_fits_its_carrier_makes_a_link(
    carrier: str, number: str, link: str | None
) -> None:
    """What a vendor types freely stays text."""
    assert tracking_link(carrier, number) == link


async def _sent(tracking: str = "00340434161094000000") -> Order:
    order = await make_order(status="processing", payment_status="paid")
    await shipping.mark_as_shipped(
        vendor_id=order.vendor_id,
        number=order.number,
        carrier="DHL",
        tracking=tracking,
        actor="member:1",
    )
    return order


async def _correct(order: Order, carrier: str, tracking: str, **mine: int) -> bool:
    return await correct_tracking(
        vendor_id=mine.get("vendor_id", order.vendor_id),
        number=order.number,
        carrier=carrier,
        tracking=tracking,
        actor="member:1",
    )


async def test_a_correction_is_told_only_where_it_matters(database: str) -> None:
    """Spaces and small letters lead to the same parcel; another number does not."""
    order = await _sent()
    assert not await _correct(order, "dhl", "0034 0434 1610 9400 0000")
    assert not await Email.filter(kind="tracking_corrected").exists()
    assert await _correct(order, "DHL", "00340434161094000017")
    told = await Email.get(kind="tracking_corrected")
    assert "tracking-id=00340434161094000017" in told.text
    assert (await Order.get(id=order.id)).tracking_number == "00340434161094000017"
    # The same again is no news.
    assert not await _correct(order, "DHL", "00340434161094000017")


async def test_only_a_parcel_under_way_of_ones_own_is_corrected(database: str) -> None:
    """Not before it is sent, and no other shop's."""
    unsent = await make_order(status="processing", payment_status="paid")
    with pytest.raises(CannotCorrect):
        await _correct(unsent, "DHL", "1234567890")
    order = await _sent()
    with pytest.raises(NotFound):
        await _correct(order, "DHL", "1234567890", vendor_id=unsent.vendor_id)


async def test_who_never_sends_is_reminded_and_their_shopper_told_once(
    database: str,
) -> None:
    """After five days the vendor, after ten the shopper, however often somebody looks; not of what
    was sent.
    """
    paid_at = clock.now()
    values = {"status": "processing", "payment_status": "paid", "paid_at": paid_at}
    order = await make_order(**values)
    sent = await make_order(**values)
    await Order.filter(id=sent.id).update(status="shipped")
    seen = []
    for days in (4.9, 5.1, 5.2, 10.1, 10.2, 30):
        with clock.use(lambda at=paid_at + timedelta(days=days): at):  # type: ignore[misc]
            await reminders.remind()
        seen.append(await Email.all().order_by("id").values_list("kind", flat=True))
    assert seen == [
        [],
        ["order_waits"],
        ["order_waits"],
        ["order_waits", "order_late"],
        ["order_waits", "order_late"],
        ["order_waits", "order_late"],
    ]
    late = await Email.get(kind="order_late")
    assert late.order_id == order.id
    assert late.to == (await order.checkout).email
