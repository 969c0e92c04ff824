"""Each question finds its rows by the index that is kept for it, though that holds only some rows.

PostgreSQL is asked for the plan that knows no values, which it keeps after five executions: a
narrow index helps there only where the statement itself says that it wants no others.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.finance.inbox.models import WebhookEvent
from shared.finance.ledger.chart import AT_STRIPE, Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.payments.models import Payment
from shared.finance.payments.queries import parked_payments
from shared.finance.payments.rules import OPEN_IN_ORDER
from shared.finance.payments.waiting_transfers import waiting_transfers
from shared.infra import unit
from shared.infra.activity.models import Activity
from shared.infra.activity.queries import led_to
from shared.infra.audit.models import AuditEntry
from shared.infra.audit.queries import About, Wanted, entry_page
from shared.infra.database.dialect import dialect
from shared.infra.references.models import StripeReference
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.queries import unexpected_answers
from shared.infra.stripe_writes.rules import WriteState
from shared.trade.baskets.models import Basket
from shared.trade.catalogue.moderation import taken_off
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import CheckoutStatus, OrderStatus
from shared.trade.orders.statements import purchases_that_hold
from tests.support.statement_plans import Sent, plan_of, sent

Asked = Callable[[], QuerySet[Any]]
# The index, and what is asked for.
FOUND: Mapping[str, Asked] = {
    "ix_webhook_events_order": lambda: newest(WebhookEvent.filter(order_id=7)),
    "ix_webhook_events_account": lambda: newest(of_account("acct_7")),
    r"webhook_eve\w*_(source|1)": lambda: WebhookEvent.at_either().filter(
        stripe_event_id="evt_7"
    ),
    "ix_orders_customer": lambda: newest(Order.filter(customer_id=7)),
    "ix_orders_shipped": lambda: Order.filter(
        status=OrderStatus.SHIPPED, shipped_at__lte=clock.now()
    ).order_by("shipped_at", "id"),
    "ix_orders_held": lambda: Order.filter(held_at__gte=clock.now()),
    "ix_checkouts_old_link": lambda: Checkout.filter(old_link_digest="a"),
    "ix_checkouts_basket": lambda: Checkout.filter(basket_id__in=[7, 8]),
    "ix_checkouts_network": lambda: Basket.exclude(
        id__in=Subquery(in_use().values("basket_id"))
    ),
    "ix_payments_charge": lambda: Payment.filter(stripe_charge_id="ch_7"),
    "uq_payments_slice": lambda: Payment.filter(stripe_payment_intent_id="pi_7"),
    "uq_payments_open": lambda: Payment.filter(
        status__in=OPEN_IN_ORDER, updated_at__lt=clock.now()
    ),
    "ix_payments_untransferred": waiting_transfers,
    "ix_activity_order": lambda: newest(Activity.filter(order_id=7)),
    "ix_audit_vendor": lambda: newest(AuditEntry.filter(vendor_id=7)),
    "ix_ledger_entries_vendor_at": lambda: LedgerEntry.filter(
        vendor_id=7, currency="EUR", account__in=["vendor_payable"]
    ),
    "ix_ledger_entries_at_stripe": lambda: LedgerEntry.filter(
        account__in=AT_STRIPE, created_at__gte=clock.now()
    ),
    "ix_ledger_entries_earned": lambda: LedgerEntry.filter(
        account=Account.COMMISSION, created_at__gte=clock.now()
    ),
    "ix_ledger_entries_suspense": lambda: LedgerEntry.filter(account=Account.SUSPENSE),
    "ix_stripe_writes_state": lambda: StripeWrite.filter(
        state=WriteState.WAITING, updated_at__lt=clock.now()
    ),
    "ix_stripe_references_order": lambda: StripeReference.filter(order_id=7),
}
# The same of what a read model asks.
ASKED: Mapping[str, Callable[[], Awaitable[object]]] = {
    "ix_activity_cause": lambda: led_to(["webhook_event:7", "webhook_event:8"]),
    "ix_audit_of_people": lambda: entry_page(Wanted(by_people=True)),
    "ix_stripe_writes_state": unexpected_answers,
    "ix_payments_parked": parked_payments,
    "ix_audit_actor": lambda: entry_page(Wanted(about=About(("member:7",), (7,)))),
    "ix_products_off_sale": taken_off,
    "ix_checkouts_network": lambda: purchases_that_hold("10.0.0.0/24"),
}


def in_use() -> QuerySet[Checkout]:
    return Checkout.filter(status=CheckoutStatus.OPEN, basket_id__not_isnull=True)


def newest(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("-id").limit(50)


def of_account(account: str) -> QuerySet[WebhookEvent]:
    return WebhookEvent.filter(stripe_account_id=account)


async def unaware(query: str, values: list[Any]) -> str:
    """How the database goes about a statement whatever its values are."""
    if dialect() != "postgres":
        return await plan_of(query, values)
    client = get_connection("default")
    await client.execute_script("SET LOCAL enable_seqscan = off")
    await client.execute_script("SET LOCAL plan_cache_mode = force_generic_plan")
    await client.execute_script(f"PREPARE asked AS {query}")
    given = f"({', '.join(['NULL'] * len(values))})" if values else ""
    _, plan = await client.execute_query(f"EXPLAIN EXECUTE asked{given}")
    await client.execute_script("DEALLOCATE asked")
    return "\n".join(row["QUERY PLAN"] for row in plan)


@pytest.mark.both_engines
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("index", FOUND)
async def test_a_narrow_index_is_found_without_knowing_values(index: str) -> None:
    with sent() as statements:
        await FOUND[index]()
    await all_by(index, statements)


@pytest.mark.both_engines
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("index", ASKED)
async def test_a_read_model_says_what_its_narrow_index_says(index: str) -> None:
    with sent() as statements:
        await ASKED[index]()
    await all_by(index, statements)


async def all_by(index: str, statements: Sent) -> None:
    assert statements
    for query, values in statements:
        async with unit.transaction():
            plan = await unaware(query, values)
        assert re.search(index, plan), f"{query}\n{plan}"
