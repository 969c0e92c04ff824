"""What we know of a disputed order, gathered for the draft of an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from babel import Locale

from shared.core.markup import as_plain
from shared.core.money import Money
from shared.core.words import in_english
from shared.finance.disputes.queries import DisputeView
from shared.finance.disputes.response_draft import (
    Facts,
    GivenBack,
    Line,
    Message,
    OtherOrder,
    draft,
)
from shared.finance.ledger.queries import refunds_paid
from shared.finance.payments.models import Payment
from shared.infra.mail.links import PUBLIC_URL
from shared.infra.mail.models import Email
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders import terms
from shared.trade.orders.contacts import contact_of
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.purchase_mails import part_of_receipt, receipt_key
from shared.trade.orders.rules import TAKEN_FOR_GRANTED, PaymentStatus
from shared.trade.orders.sold_vat import sold_vat

TermsAt = Callable[[str], str]  # where the terms of a version can be read
_NEAR = timedelta(
    days=60
)  # orders of the same shopper that a bank may take for the same one
_DESCRIBED = 2000  # characters of a product's description


async def drafted(
    dispute: DisputeView,
    *,
    terms_at: TermsAt,
) -> dict[str, str]:
    """The texts of a first answer to this dispute."""
    return draft(await facts_of(dispute, terms_at=terms_at), dispute.reason_code)


async def facts_of(dispute: DisputeView, *, terms_at: TermsAt) -> Facts:
    """Order, parcel, receipt, messages, terms accepted, refunds, and other orders of the same
    shopper.
    """
    order = await Order.get(id=dispute.order_id).select_related("checkout", "vendor")
    checkout = order.checkout
    contact = contact_of(checkout)
    return Facts(
        vendor_name=order.vendor.name,
        number=order.number,
        charge_id=dispute.charge_id,
        total=Money(order.total_amount_cents, order.currency),
        lines=await _lines(order),
        full_name=checkout.full_name,
        email=checkout.email,
        address=(contact.full_name, *contact.lines, _country(contact.country)),
        placed_at=order.created_at,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        delivered_at=_delivered_at(order),
        carrier=order.tracking_carrier,
        tracking=order.tracking_number,
        ip=checkout.purchase_ip,
        terms_version=checkout.terms_version,
        terms_accepted_at=checkout.terms_accepted_at,
        terms_link=terms_at(checkout.terms_version),
        terms_on_returns=await terms.returns_of(checkout.terms_version),
        messages=await _messages(order),
        refunds=await _refunds(order.id),
        others=await _others(order, checkout),
        zone=(await marketplace()).zone,
        sent_by=order.shipping_method,
        is_pickup=order.is_pickup,
        discount=Money(order.discount_amount, order.currency),
        vat=sold_vat(order),
    )


async def _lines(order: Order) -> tuple[Line, ...]:
    rows = OrderLine.filter(order_id=order.id).order_by("id")
    lines = await rows.select_related("product__parent")
    return tuple([_line(row, order.currency) for row in lines])


def _line(line: OrderLine, currency: str) -> Line:
    amount = Money(line.unit_amount, currency) * line.quantity
    described = line.product.parent or line.product
    description = as_plain(described.description)[:_DESCRIBED]
    return Line(
        line.full_name,
        line.quantity,
        amount,
        description,
    )


def _delivered_at(order: Order) -> datetime | None:
    """When the vendor said that it arrived; what is taken for granted proves nothing."""
    return None if order.delivered_by == TAKEN_FOR_GRANTED else order.delivered_at


async def _refunds(order_id: int) -> tuple[GivenBack, ...]:
    return tuple(GivenBack(at, amount) for at, amount in await refunds_paid(order_id))


async def _messages(order: Order) -> tuple[Message, ...]:
    """The mails that the shopper got, without the links that would open the order to whoever reads
    them; of a receipt of several orders, what it says of this one.
    """
    receipt = receipt_key(order.checkout_id)
    kinds = ("order_confirmed", "order_shipped", "order_ready")
    keys = [receipt, *(f"{kind}:{order.id}" for kind in kinds)]
    mails = await Email.filter(unique_key__in=keys).order_by("id")
    shared = any(mail.unique_key == receipt for mail in mails)
    others = await _numbers_beside(order) if shared else []
    return tuple(
        Message(
            mail.sent_at or mail.created_at,
            mail.subject,
            _without_links(
                part_of_receipt(mail.text, order.number, others)
                if mail.unique_key == receipt
                else mail.text
            ),
        )
        for mail in mails
    )


async def _numbers_beside(order: Order) -> list[str]:
    """The numbers of the other orders of its purchase."""
    mine = Order.filter(checkout_id=order.checkout_id)
    others = await mine.exclude(id=order.id)
    return [other.number for other in others]


def _without_links(text: str) -> str:
    instead = in_english("disputes.draft", "hidden_link")
    lines = text.splitlines()
    return "\n".join(instead if PUBLIC_URL in line else line for line in lines)


async def _others(
    order: Order,
    checkout: Checkout,
) -> tuple[OtherOrder, ...]:
    rows = await (
        Order.filter(
            vendor_id=order.vendor_id,
            checkout__email=checkout.email,
            payment_status__in=[PaymentStatus.PAID, PaymentStatus.REFUNDED],
            created_at__gte=order.created_at - _NEAR,
            created_at__lte=order.created_at + _NEAR,
        )
        .exclude(id=order.id)
        .order_by("-id")
        .limit(3)
    )
    ids = [row.id for row in rows]
    charges = dict(
        await Payment.filter(order_id__in=ids, stripe_charge_id__not_isnull=True)
        .order_by("id")
        .values_list("order_id", "stripe_charge_id")
    )
    things: dict[int, list[str]] = {}
    for line in await OrderLine.filter(order_id__in=ids).order_by("id"):
        things.setdefault(line.order_id, []).append(
            f"{line.quantity} x {line.full_name}"
        )
    return tuple(
        OtherOrder(
            number=row.number,
            paid_at=row.paid_at or row.created_at,
            total=Money(row.total_amount_cents, row.currency),
            charge_id=charges[row.id],
            what="\n".join(things.get(row.id, [])),
        )
        for row in rows
        if row.id in charges
    )


def _country(code: str) -> str:
    return str(Locale.parse("en").territories.get(code, code))
