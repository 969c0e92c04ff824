"""What people and banks do in the marketplace of tests.support.machine: through our services, or
past us at Stripe.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from shared.core.money import step
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.rules import PayoutSchedule
from shared.finance.disputes import responses
from shared.finance.disputes.models import Dispute
from shared.finance.inbox import dispatch
from shared.finance.inbox.models import WebhookEvent
from shared.finance.ledger.chart import Account
from shared.finance.payments import stock_hold
from shared.finance.payments.models import Payment
from shared.finance.payments.service import confirm_payment, create_payment_intent
from shared.finance.payouts import instant_payouts, operator_holds, stripe_schedule
from shared.finance.payouts import service as payouts
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.payouts.plans import PayoutPlan
from shared.finance.reconciliation import repairs
from shared.finance.reconciliation.findings import DifferenceKind
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.finance.reconciliation.service import reconcile
from shared.finance.refunds import approval
from shared.finance.refunds import service as refunds
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import UNSETTLED, Reach, RefundRequest, RefundState
from shared.infra import unit
from shared.sandbox import books, choices
from shared.sandbox.resources import (
    appeals,
    dispute_funds,
    dispute_lifecycle,
    dispute_terms,
    reserves,
)
from shared.trade.baskets import service as baskets
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.service import place_order
from tests.support.market import ADA
from tests.support.money import booked

if TYPE_CHECKING:
    from shared.sandbox.store import Document
    from tests.support.machine import Market
    from tests.support.market import Shop


async def buy(
    market: Market,
    shop: Shop,
    quantity: int,
    card: str | None,
    *,
    back: bool,
) -> int:
    """An order, paid with this card: its id. `back`: the shopper comes to the return page."""
    basket = await baskets.add(None, product_id=shop.product_id, quantity=quantity)
    token = await place_order(
        basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30
    )
    order = await Order.get(checkout__token=token)
    intent = await create_payment_intent(market.gateway, order_id=order.id)
    if card is not None:
        await stock_hold.press(
            market.gateway,
            checkout_id=order.checkout_id,
            intent_id=intent.payment_intent_id,
        )
        given = {
            "payment_method": f"pm_card_{card}",
            "return_url": "http://127.0.0.1/back",
        }
        path = f"/v1/payment_intents/{intent.payment_intent_id}/confirm"
        status, body, _ = market.stand.send("POST", path, given)
        assert status == 200, body
        market.advance(1)
    if back:
        await confirm_payment(market.gateway, intent.payment_intent_id)
    return int(order.id)


async def press_and_leave(market: Market, shop: Shop) -> None:
    """A shopper presses Pay of an order and is not heard of again."""
    sale = await buy(market, shop, 1, None, back=False)
    order = await Order.get(id=sale)
    await stock_hold.press(
        market.gateway,
        checkout_id=order.checkout_id,
        intent_id=str(order.payment_intent_id),
    )


async def shelve(shop: Shop, free: int) -> None:
    """The vendor counts anew: so many pieces lie there beside those that orders hold."""
    async with unit.transaction():
        await Product.filter(id=shop.product_id).update(stock=F("reserved") + free)


async def wrongly_held() -> list[str]:
    """Products that hold another number of pieces than their orders say."""
    held: dict[int, int] = defaultdict(int)
    for line in await OrderLine.filter(order__stock_state="reserved"):
        held[line.product_id] += line.quantity
    return [
        (
            f"product {product.id}: {product.reserved} of {product.stock} are held, by its orders "
            f"{held[product.id]}"
        )
        for product in await Product.all().order_by("id")
        if product.reserved != held[product.id]
    ]


async def held_for_too_long() -> list[str]:
    """Orders whose money is neither there nor on its way, and which hold pieces after a quiet hour
    all the same.
    """
    held = Order.filter(
        stock_state="reserved", payment_status__in=["pending", "failed"]
    ).order_by("id")
    return [
        f"order {order.number} ({order.status}) holds its pieces"
        for order in await held
    ]


def part_of(order: Order, share: float) -> int:
    """A share of an order's total that its currency can be given back in."""
    unit = step(order.currency)
    return max(unit, int(order.total_amount_cents * share) // unit * unit)


async def refund(market: Market, sale: int, share: float, *, now: bool) -> RefundState:
    """The vendor gives a part back, or what is left; asked of Stripe at once, or by the job."""
    order = await Order.get(id=sale)
    made = await refunds.request(
        market.gateway,
        vendor_id=order.vendor_id,
        number=order.number,
        wish=RefundRequest(Reach.WHOLE)
        if share == 1
        else RefundRequest(Reach.AMOUNT, part_of(order, share)),
        reason="requested_by_customer",
        note="",
        by="member:1",
    )
    if now and made.state is RefundState.OPENING:
        return (await refunds.try_now(market.gateway, made.id)).state
    return made.state


async def decide(*, yes: bool) -> bool:
    """The operator decides about the refund that waits longest; False when none waits."""
    waiting = (
        await Refund.filter(status=RefundState.AWAITING_APPROVAL).order_by("id").first()
    )
    if waiting is None:
        return False
    if yes:
        await approval.approve(waiting.id, by="member:2")
    else:
        await approval.decline(waiting.id, reason="Not like this.", by="member:2")
    return True


async def refund_at_stripe(
    market: Market, sale: int, share: float, *, reverse: bool, fee: bool
) -> None:
    """Staff give back past us, in Stripe's dashboard; Stripe may refuse."""
    order = await Order.get(id=sale)
    given: dict[str, Any] = {
        "payment_intent": order.payment_intent_id,
        "amount": str(part_of(order, share)),
    }
    given |= {"reverse_transfer": "true"} if reverse else {}
    given |= {"refund_application_fee": "true"} if reverse and fee else {}
    market.stand.send("POST", "/v1/refunds", given)


async def take_back_at_stripe(
    market: Market, sale: int, share: float, *, fee: bool
) -> None:
    """Staff reverse a part of a transfer past us, in Stripe's dashboard; Stripe may refuse."""
    payment = await Payment.filter(
        order_id=sale, stripe_transfer_id__not_isnull=True
    ).first()
    if payment is not None:
        amount = part_of(await Order.get(id=sale), share)
        given = {"amount": str(amount)} | (
            {"refund_application_fee": "true"} if fee else {}
        )
        market.stand.send(
            "POST", f"/v1/transfers/{payment.stripe_transfer_id}/reversals", given
        )


async def decide_what_was_taken(market: Market) -> None:
    """The operator books as taken from vendors what was taken by hand and nobody owed."""
    await differences(market)
    run = await ReconciliationRun.all().order_by("-id").first()
    assert run is not None
    rows = Difference.filter(
        run_id=run.id,
        kind__in=[DifferenceKind.TAKEN_BY_HAND, DifferenceKind.MOVEMENT_UNKNOWN],
    ).order_by("number")
    for row in await rows:
        await repairs.apply(market.context, row.id, actor="member:2")


def open_disputes(market: Market) -> list[Document]:
    """Those at Stripe that are not decided."""
    act = market.act()
    found = act.store.select("platform = ? AND object = 'dispute'", [act.platform])
    return [doc for doc in found if doc.body["status"] not in dispute_terms.CLOSED]


# What becomes of a complaint: most often a dispute.
CASES = (
    "chargeback",
    "chargeback",
    "chargeback",
    "inquiry",
    "inquiry",
    "block",
    "resolution",
)


# How much of the charge it is about: all that is left of it, a part, all of it once more, or more
# than it.
DISPUTED = (None, None, 0.3, 1.0, 1.1)


async def bank_disputes(
    market: Market, sale: int, *, case: str, share: float | None = None
) -> None:
    """The shopper's bank wants some of a charge, asks about it, or has it settled before that."""
    payment = await Payment.filter(order_id=sale).order_by("id").first()
    if payment is None or payment.stripe_charge_id is None:
        return
    market.stand.complain(payment.stripe_charge_id, case, share)


def bank_decides(
    market: Market,
    which: int,
    *,
    won: bool,
    share: float = 0.0,
) -> None:
    """One of the open disputes ends; of a loss, a share may come back."""
    act, found = market.act(), open_disputes(market)
    doc = found[which % len(found)]
    with act.store.transaction():
        back = 0 if won else int(dispute_funds.taken(doc) * share)
        dispute_lifecycle.end(act, doc, won=won, returned=back)


def other_world(market: Market) -> None:
    """From now on Stripe asks for cover where it did not when a destination charge's transfer comes
    back, or the reverse.
    """
    act = market.act()
    worlds = choices.CHOICES["destination_reversals"]
    now = choices.chosen(act)["destination_reversals"]
    with act.store.transaction():
        choices.choose(act, {"destination_reversals": worlds[1 - worlds.index(now)]})


def meanwhile(market: Market, shop: Shop, what: str) -> None:
    """Between our next look at a balance and our next refund or reversal: the vendor's money
    leaves, or the world changes.
    """

    def money_leaves() -> None:
        account = {"stripe-account": shop.account_id}
        _, balance, _ = market.stand.send("GET", "/v1/balance", None, account)
        for line in balance["available"]:
            if (amount := line["amount"] // 100 * 100) > 0:
                market.stand.send(
                    "POST",
                    "/v1/payouts",
                    {"amount": str(amount), "currency": line["currency"]},
                    account,
                )

    happens = {"world": lambda: other_world(market), "money": money_leaves}
    market.line.meanwhile.append(happens[what])


def lost_disputes(market: Market) -> list[Document]:
    """Those at Stripe whose decision can be appealed."""
    act = market.act()
    found = act.store.select("platform = ? AND object = 'dispute'", [act.platform])
    return [doc for doc in found if appeals.may_be_offered(doc)]


async def offer_appeal(market: Market, which: int) -> None:
    """The card network would hear an appeal."""
    act, found = market.act(), lost_disputes(market)
    with act.store.transaction():
        appeals.offer(act, found[which % len(found)])


async def answer(market: Market, which: int, words: str, *, accept: bool) -> None:
    """The vendor hands evidence in, or gives the dispute up."""
    rows = await Dispute.all().order_by("id")
    if not rows:
        return
    row, gateway = rows[which % len(rows)], market.gateway
    mine: dict[str, Any] = {
        "vendor_id": row.vendor_id,
        "dispute_id": row.id,
        "actor": "member:1",
    }
    if accept:
        await responses.accept(gateway, **mine)
        return
    version = await responses.save_draft(texts={"uncategorized_text": words}, **mine)
    await responses.submit(gateway, version=version, **mine)


async def replay(market: Market, which: int) -> None:
    """The operator applies a stored event again."""
    rows = await WebhookEvent.all().order_by("-id").limit(40)
    if rows:
        await dispatch.replay(
            market.context, rows[which % len(rows)].stripe_event_id, actor="member:2"
        )


async def unfinished() -> list[str]:
    """What must not be left after a quiet hour: events without a decision, payouts of ours that
    their parts do not explain.
    """
    left = [
        f"{row.stripe_event_id} {row.type} is {row.status}: {row.error}"
        for row in await WebhookEvent.filter(
            status__in=["received", "failed", "parked"]
        ).order_by("id")
    ]
    parts: dict[int, int] = defaultdict(int)
    for item in await PayoutItem.all():
        parts[item.payout_id] += item.amount
    alive = Payout.filter(
        idempotency_key__not_isnull=True, status__in=["pending", "in_transit", "paid"]
    ).order_by("id")
    left += [
        f"payout {row.id}: {row.amount} of {parts[row.id]}"
        for row in await alive
        if parts[row.id] != row.amount + row.fee
    ]
    due = await booked(Account.SHOPPERS_DUE)
    if due and not await Refund.filter(status__in=list(UNSETTLED)).exists():
        left.append(f"nobody waits for a refund, and the ledger owes shoppers {due}")
    return left


# What can never differ, not even while news is on its way: we would know of money that Stripe does
# not.
NEVER = frozenset(
    {
        DifferenceKind.PAYMENT_DIFFERS,
        DifferenceKind.PAYMENT_MISSING,
        DifferenceKind.SALE_UNPOSTED,
        DifferenceKind.REFUND_MISSING,
        DifferenceKind.DISPUTE_MISSING,
        DifferenceKind.PAYOUT_MISSING,
        DifferenceKind.MOVEMENT_MISSING,
        DifferenceKind.CLAIM_MISCOUNTED,
        DifferenceKind.REFUNDED_MISCOUNTED,
        DifferenceKind.POSTING_UNEXPLAINED,
        DifferenceKind.POSTING_ORPHANED,
        DifferenceKind.POSTING_OPEN,
        DifferenceKind.LEDGER_UNBALANCED,
        DifferenceKind.RECEIVABLE_DIFFERS,
        DifferenceKind.EARNED_DIFFERS,
    }
)


async def differences(market: Market) -> list[tuple[str, ...]]:
    """What reconciliation finds at this moment, without patience."""
    run = await reconcile(market.gateway, started_by="machine", grace=timedelta(0))
    rows = await Difference.filter(run_id=run.id).order_by("number")
    return [
        (
            row.kind,
            row.subject,
            row.text,
            row.ours,
            row.theirs,
        )
        for row in rows
    ]


async def reconcile_in_passing(market: Market, *, repair: bool) -> None:
    """The operator compares in the middle of everything, and presses the button that repairs it
    all.
    """
    found = await differences(market)
    assert not [row for row in found if row[0] in NEVER], found
    if repair and found:
        run = await ReconciliationRun.all().order_by("-id").first()
        assert run is not None
        await repairs.apply_all(market.context, run.id, actor="member:2")


# Stripe's own reserve.


def stripe_holds(market: Market, shop: Shop | None, share: float) -> None:
    """Stripe puts a part of what is available in reserve: of a vendor, or of the platform."""
    act = market.act() if shop is None else market.act().within(shop.account_id)
    for currency, (available, _) in books.balances(act).items():
        if (amount := int(available * share)) > 0:
            with act.store.transaction():
                reserves.hold(act, amount, currency, days=30)


def held_in_reserve(market: Market) -> list[Document]:
    """What Stripe holds and has not let go."""
    act = market.act()
    found = act.store.select("platform = ? AND object = 'reserve.hold'", [act.platform])
    return [doc for doc in found if doc.body["amount_releasable"]]


def stripe_lets_go(market: Market, which: int, share: float) -> None:
    """Stripe releases a part of one hold."""
    found = held_in_reserve(market)
    doc = found[which % len(found)]
    amount = max(1, int(doc.body["amount_releasable"] * share))
    act = market.act().within(doc.scope)
    with act.store.transaction():
        reserves.release(act, doc, amount)


# Payouts.


async def plan(market: Market, shop: Shop, schedule: str, minimum: int) -> None:
    """The vendor chooses when it is paid, and from how much on."""
    wanted = PayoutPlan(PayoutSchedule(schedule), "", minimum)
    await stripe_schedule.choose(
        market.gateway, vendor_id=shop.vendor_id, plan=wanted, actor="member:1"
    )


async def pay_at_once(market: Market, shop: Shop) -> None:
    """The vendor asks for all that can be sent at once."""
    config = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
    offer = await instant_payouts.preview(
        market.gateway, vendor_id=shop.vendor_id, currency=config.currency
    )
    await instant_payouts.pay(
        market.gateway,
        vendor_id=shop.vendor_id,
        amount=offer.amount,
        actor="member:1",
        fee=offer.fee.amount,
    )


async def call_back(market: Market, which: int) -> None:
    """A payout of ours is called back, if it can be."""
    rows = await Payout.filter(vendor_id__not_isnull=True).order_by("id")
    if rows:
        row = rows[which % len(rows)]
        await payouts.cancel(
            market.gateway,
            vendor_id=int(row.vendor_id or 0),
            payout_id=row.id,
            actor="member:2",
        )


def payouts_at_stripe(market: Market) -> list[Document]:
    """All that have not come back."""
    act = market.act()
    found = act.store.select("platform = ? AND object = 'payout'", [act.platform])
    return [
        doc
        for doc in found
        if doc.body["status"] not in ("failed", "canceled") and doc.body["amount"] > 0
    ]


def on_the_way(market: Market, shop: Shop) -> dict[str, int]:
    """What has left a vendor's balance and not arrived at its bank, by Stripe; per currency."""
    found: dict[str, int] = {}
    for doc in payouts_at_stripe(market):
        if doc.scope == shop.account_id and doc.body["status"] in (
            "pending",
            "in_transit",
        ):
            currency = doc.body["currency"].upper()
            found[currency] = found.get(currency, 0) + doc.body["amount"]
    return found


def bank_returns(market: Market, which: int) -> None:
    """A bank sends a payout back, on its way or weeks later; the bank account is broken from then
    on.
    """
    doc = payouts_at_stripe(market)
    chosen = doc[which % len(doc)]
    home = market.act().home
    market.stand.fail_payout(
        None if chosen.scope == home else chosen.scope, chosen.id, "account_closed"
    )


def another_bank(market: Market, shop: Shop, number: str) -> None:
    """The vendor gives Stripe another bank account; some send everything back."""
    country = market.act().get("account", shop.account_id).body["country"]
    given = {
        "object": "bank_account",
        "country": country,
        "currency": market.currency(shop),
        "account_number": number,
    }
    market.stand.send(
        "POST",
        f"/v1/accounts/{shop.account_id}/external_accounts",
        {"external_account": given, "default_for_currency": "true"},
    )


async def pay_out_at_stripe(market: Market, shop: Shop | None, share: float) -> None:
    """Staff pay out past us: a vendor's money, or the platform's own."""
    account = {} if shop is None else {"stripe-account": shop.account_id}
    _, balance, _ = market.stand.send("GET", "/v1/balance", None, account)
    for line in balance["available"]:
        amount = int(line["amount"] * share) // 100 * 100
        if amount > 0:
            market.stand.send(
                "POST",
                "/v1/payouts",
                {"amount": str(amount), "currency": line["currency"]},
                account,
            )


async def hold_or_release(shop: Shop) -> None:
    """The operator holds a vendor's payouts back, or lets them go on."""
    config = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
    if config.payouts_held_at is None:
        await operator_holds.hold(
            vendor_id=shop.vendor_id, reason="We are looking.", actor="member:2"
        )
    else:
        await operator_holds.release(vendor_id=shop.vendor_id, actor="member:2")


async def reserve(shop: Shop, percentage: int) -> None:
    """The operator holds a part of each sale back for a month."""
    await operator_holds.set_reserve(
        vendor_id=shop.vendor_id,
        percentage=Decimal(percentage),
        days=30 if percentage else 0,
        actor="member:2",
    )
