"""The hot statements of recovery answer as the ORM does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.finance.recovery import set_off, statements
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.queries import owed_by, owed_in
from shared.infra import unit
from shared.infra.database.several import read
from shared.infra.restoring.models import Restoration
from shared.trade.orders.models import Order
from tests.support.factories import make_order, make_payment

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]


async def make_claim(subject: str) -> Claim:
    """A claim of 9 minor units on an order of its own."""
    payment = await make_payment(await make_order(), status="succeeded")
    return await Claim.create(
        subject=subject,
        vendor_id=payment.vendor_id,
        order_id=payment.order_id,
        payment_id=payment.id,
        currency="EUR",
        amount=9,
    )


async def move(claim: Claim, kind: str, status: str) -> Movement:
    """A movement of a claim."""
    return await Movement.create(
        claim_id=claim.id,
        kind=kind,
        status=status,
        amount=1,
        stripe_source_id="tr_1",
        idempotency_key=f"{claim.subject}:{kind}:{status}",
    )


async def test_a_claim_is_read_with_all_that_settling_it_needs() -> None:
    """Claim, payment, and four things that may be so, one after the other."""
    claim, other = await make_claim("refund:1"), await make_claim("refund:2")
    assert await statements.status_of("refund:3") is None
    now = clock.now()
    await move(other, "transfer", "done")
    await move(other, "reversal", "opening")
    await _reads_as_the_orm(claim, may_move=True)
    await move(claim, "transfer", "opening")
    await _reads_as_the_orm(claim, may_move=True)
    await Movement.filter(claim_id=claim.id).update(status="done")
    await _reads_as_the_orm(claim, may_move=True)
    gone = VendorPaymentConfig.filter(vendor_id=claim.vendor_id)
    await gone.update(deauthorized_at=now)
    await _reads_as_the_orm(claim, may_move=True)
    await Restoration.create(source="a test", backup_made_at=now, backfilled_at=now)
    await _reads_as_the_orm(claim, may_move=False)


async def _reads_as_the_orm(claim: Claim, *, may_move: bool) -> None:
    found = await statements.status_of(claim.subject)
    assert found is not None
    assert vars(found.claim) == vars(await Claim.get(id=claim.id))
    assert vars(found.payment) == vars(await Payment.get(id=claim.payment_id))
    mine = Movement.filter(claim_id=claim.id)
    assert found.moves == await mine.filter(status="opening").exists()
    sent = mine.filter(kind="transfer", status="done")
    assert found.sent_again == await sent.exists()
    assert found.unreachable == await set_off.is_unreachable(claim.vendor_id)
    assert found.may_move == may_move


async def test_a_claim_is_locked_with_what_its_movements_are_named_by() -> None:
    """The order's number, how many there were; and with one of them, to note that."""
    claim = await make_claim("refund:1")
    await move(await make_claim("refund:2"), "reversal", "opening")
    order = await Order.get(id=claim.order_id)
    async with unit.transaction() as tx:
        found = await statements.lock_claim(tx, claim.id)
        assert vars(found.claim) == vars(await Claim.get(id=claim.id))
        assert (found.order_number, found.movements, found.moves) == (
            order.number,
            0,
            False,
        )
    row = await move(claim, "reversal", "opening")
    async with unit.transaction() as tx:
        locked, movement = await statements.lock_movement(tx, row.id)
        assert vars(locked) == vars(await Claim.get(id=claim.id))
        assert vars(movement) == vars(await Movement.get(id=row.id))
        assert await tx.move(movement, to="done", where={"status": "opening"})
    async with unit.transaction() as tx:
        found = await statements.lock_claim(tx, claim.id)
    assert (found.movements, found.moves) == (1, False)
    assert (await Movement.get(id=row.id)).status == "done"


async def test_what_a_vendor_owes() -> None:
    """The oldest first; not what is paid, and nobody else's."""
    one, two, paid, other = [await make_claim(f"refund:{n}") for n in range(1, 5)]
    now = clock.now()
    for claim, days in ((one, 1), (two, 2)):
        since = now - timedelta(days=days)
        mine = Claim.filter(id=claim.id)
        await mine.update(receivable=4, owed_since=since, vendor_id=one.vendor_id)
    await Claim.filter(id=paid.id).update(vendor_id=one.vendor_id)
    await Claim.filter(id=other.id).update(receivable=4, owed_since=now)
    found = owed_in(await read(statements.OWED(one.vendor_id, 100)))
    assert found == await owed_by(one.vendor_id)
    assert [owed.claim_id for owed in found] == [two.id, one.id]
