"""Deleting a shopper's account: what the books must keep stays, under no name.

Invoices are issued before and stay as they are, as the law of accounts wants; from everything else
name, address and network are taken. Refused while something is under way.
"""

from __future__ import annotations

from datetime import timedelta

from shared.core import clock
from shared.core.ids import new_nonce
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.queries import FILTERS
from shared.finance.invoices.service import issue
from shared.finance.payment_methods import service as payment_methods
from shared.finance.payment_methods.queries import saved_methods
from shared.finance.shoppers.errors import DisputeStillOpen, OrderStillOpen
from shared.finance.shoppers.purchases import checkouts_of, orders_of
from shared.finance.shoppers.rules import OrderLeft, needed_until
from shared.infra import unit
from shared.infra.database.chunks import chunks
from shared.infra.gateway.gateway import Gateway
from shared.infra.mail import service as mail
from shared.infra.mail.models import Email
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.models import CardDecline, Checkout, Order
from shared.trade.orders.queries import money_of
from shared.trade.orders.rules import OrderStatus
from shared.trade.people import account_history, mailed_links, sessions
from shared.trade.people.models import Customer, CustomerAddress
from shared.trade.people.persons import CUSTOMER, language_of
from shared.trade.people.rules import Purpose, no_address
from shared.trade.returns.models import ReturnRequest
from shared.trade.returns.rules import ReturnState
from shared.trade.vat.models import VatRegistration

NOBODY = "(deleted)"


async def delete_account(gateway: Gateway, *, customer_id: int) -> None:
    """End an account for good; its owner has just given the password.

    Raises OrderStillOpen, DisputeStillOpen with the day.
    """
    await _must_be_over(await Customer.get(id=customer_id))
    for method in await saved_methods(customer_id):
        await payment_methods.remove(
            gateway, shopper_id=customer_id, method_id=method.id
        )
    await _invoice_all(await Customer.get(id=customer_id))
    async with unit.transaction() as tx:
        customer = await tx.lock(Customer, id=customer_id)
        await _must_be_over(customer)  # again, now that nobody signs in meanwhile
        _say_goodbye(tx, customer)
        await account_history.note(tx, "person.deleted", customer)
        await _forget_purchases(customer)
        await _forget_person(customer)


async def _must_be_over(customer: Customer) -> None:
    orders = await orders_of(await checkouts_of(customer))
    ids = [order.id for order in orders]
    requests = ReturnRequest.filter(order_id__in=ids, status=ReturnState.OPEN)
    asked = set(await requests.values_list("order_id", flat=True))
    # Inquiries too: they hold no money, and their vendors still answer for the parcel.
    disputes = Dispute.filter(FILTERS["open"], order_id__in=ids)
    disputed = set(await disputes.values_list("order_id", flat=True))
    days = timedelta(days=(await marketplace()).delivered_after_days)
    for order in orders:
        left = OrderLeft(
            order.number,
            OrderStatus(order.status),
            money_of(order),
            order.id in asked,
            order.id in disputed or order.disputed_amount > 0,
            order.shipped_at,
            order.delivered_at,
        )
        until = needed_until(left, now=clock.now(), delivered_after=days)
        if until is not None and left.is_disputed:
            raise DisputeStillOpen(order.number, until)
        if until is not None:
            raise OrderStillOpen(order.number, until)


async def _invoice_all(customer: Customer) -> None:
    """Afterwards nobody knows any more whom they were for."""
    for order in await orders_of(await checkouts_of(customer)):
        if order.paid_at is not None:
            await issue(order.id)


async def _forget_purchases(customer: Customer) -> None:
    ids = [checkout.id for checkout in await checkouts_of(customer)]
    now = clock.now()
    for some in chunks(ids):
        await Checkout.filter(id__in=some).update(
            customer_id=customer.id,
            email=no_address(customer.id),
            full_name=NOBODY,
            address="",
            address_extra="",
            city="",
            postal_code="",
            state="",
            phone="",
            billing=None,
            purchase_ip="",
            network="",
            basket_id=None,
            updated_at=now,
        )
        await CardDecline.filter(checkout_id__in=some).update(
            network="", basket_id=None
        )
        orders = Order.filter(checkout_id__in=some)
        await orders.update(
            customer_id=customer.id,
            note="",
            buyer_vat_name="",  # the number stays: returns to the tax office name it
            message_waits=False,
            updated_at=now,
        )


async def _forget_person(customer: Customer) -> None:
    await sessions.end_sessions(CUSTOMER, customer.id)
    await mailed_links.end(CUSTOMER, customer.id, *Purpose)
    await CustomerAddress.filter(customer_id=customer.id).delete()
    await VatRegistration.filter(customer_id=customer.id).delete()
    # What was written about orders is evidence, and goes with its time.
    await Email.filter(
        to=customer.email,
        order_id=None,
        status="sent",
    ).delete()
    await Customer.filter(id=customer.id).update(
        email=no_address(customer.id),
        full_name=NOBODY,
        password_hash="!",  # noqa: S106  # which no password has
        is_active=False,
        email_confirmed_at=None,
        updated_at=clock.now(),
    )


def _say_goodbye(tx: Transaction, customer: Customer) -> None:
    mail.post(
        tx,
        "account_deleted",
        to=customer.email,
        unique_key=f"account_deleted:{new_nonce()}",
        language=language_of(customer),
        context={"full_name": customer.full_name},
    )
