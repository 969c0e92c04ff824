"""The hot statements of placing an order, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from shared.core.frozen import frozen
from shared.infra.database.dialect import dialect
from shared.infra.database.known_ids import next_id, next_id_of_each
from shared.infra.database.raw_sql import (
    Record,
    columns,
    every,
    fetch,
    for_update,
    row_of,
)
from shared.infra.gateway.restore_check import MAY_MOVE
from shared.infra.unit import Transaction
from shared.trade.baskets.models import Basket, BasketLine
from shared.trade.baskets.parts import BasketView
from shared.trade.baskets.queries import basket_in
from shared.trade.catalogue.models import Product
from shared.trade.commission.basis import CommissionBasis, Tariff
from shared.trade.commission.models import FeeRule
from shared.trade.commission.queries import POLICY_ID, rule_of
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.rules import CheckoutStatus, StockState
from shared.trade.shipping.models import ShippingSettings
from shared.trade.vat.models import VatRegistration
from shared.trade.vat.sales.businesses import ConfirmedBusiness, business_in
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.terms import (
    SellingTerms,
    payment_configs,
    term_columns,
    terms_of_record,
)


@frozen
class OnSale:
    """A basket that may become orders, with what each vendor sells at."""

    basket: BasketView
    terms: Mapping[int, SellingTerms | None]  # None: nothing was ever set up
    products: Mapping[int, Product]  # locked
    # Of the checkout and the orders that it becomes; None where they are not known beforehand.
    checkout_id: int | None = None
    order_ids: tuple[int, ...] | None = None


# A row for each vendor in the basket and one for none of them, each with its rules.
_SELLERS = (
    "(SELECT p.vendor_id FROM baskets f"
    " JOIN basket_lines l ON l.basket_id = f.id"
    " JOIN products p ON p.id = l.product_id"
    " WHERE f.token_digest = ? UNION SELECT NULL)"
)


@cache
def _basket_sql() -> str:
    return (
        f"SELECT {columns(Basket, 'b')}, {columns(FeeRule, 'r')}, s.vendor_id AS sold_by,"
        f" {columns(VatRegistration, 'n')}, y.commission_basis"
        f" FROM baskets b CROSS JOIN {_SELLERS} s"
        " LEFT JOIN fee_rules r ON r.is_active"
        " AND r.vendor_id IS NOT DISTINCT FROM s.vendor_id"
        " LEFT JOIN vat_registrations n ON n.customer_id = ?"
        " AND n.replaced_at IS NULL AND n.confirmed_at IS NOT NULL"
        f" LEFT JOIN marketplace_policy y ON y.id = {POLICY_ID}"
        " WHERE b.token_digest = ? ORDER BY r.position, r.id"
    )


@frozen
class LockedBasket:
    """A basket, locked, with the commission on what its vendors sell.

    `business`: for whom its shopper buys, by a confirmed number.
    """

    basket: Basket
    vendor_ids: frozenset[int]  # whose the things in it were
    tariff: Tariff
    business: ConfirmedBusiness | None = None


async def lock_basket_and_rules(
    tx: Transaction,
    token_digest: str,
    customer_id: int | None = None,
) -> LockedBasket | None:
    """Lock a basket, so that two submits of it queue here, and read the rules, and what is
    confirmed of its shopper's business; one query.
    """
    sql = _basket_sql() + for_update("b")
    found = await fetch(sql, token_digest, customer_id, token_digest)
    if not found:
        return None
    basket = row_of(Basket, "b", found[0])
    tx.took(basket)
    with_rule = [record for record in found if record["r.id"] is not None]
    rows = [row_of(FeeRule, "r", record) for record in with_rule]
    rules = tuple(rule_of(row) for row in rows)
    basis = CommissionBasis(found[0]["commission_basis"] or CommissionBasis.GOODS)
    sellers = {record["sold_by"] for record in found} - {None}
    return LockedBasket(
        basket,
        frozenset(sellers),
        Tariff(rules, basis),
        _business(found[0]),
    )


def _business(record: Record) -> ConfirmedBusiness | None:
    if record["n.id"] is None:
        return None
    return business_in(row_of(VatRegistration, "n", record))


@cache
def _on_sale(engine: str) -> str:
    configs = payment_configs()
    read = every(
        l=BasketLine,
        p=Product,
        v=Vendor,
        s=ShippingSettings,
    )
    return (
        f"SELECT {read}, {term_columns()}, {next_id(Checkout, engine)} AS next_checkout,"
        f" {next_id_of_each(Order, engine)} AS next_order, {{held}} AS held,"
        " '' AS discount_code"  # the locked basket says it
        " FROM {lines} JOIN vendors v ON v.id = p.vendor_id"
        f" LEFT JOIN {configs._meta.db_table} c ON c.vendor_id = v.id"
        " LEFT JOIN shipping_settings s ON s.vendor_id = v.id"
        f" WHERE {{which}} AND {MAY_MOVE} ORDER BY p.id"
    )


_NONE_OPEN = (
    "l.basket_id = ? AND NOT EXISTS (SELECT 1 FROM checkouts o"
    f" WHERE o.basket_id = l.basket_id AND o.status = '{CheckoutStatus.OPEN}')"
)
_OF_OPEN = (
    "order_lines h JOIN orders o ON o.id = h.order_id"
    " JOIN checkouts k ON k.id = o.checkout_id"
    f" WHERE k.basket_id = ? AND k.status = '{CheckoutStatus.OPEN}'"
)
_HELD = (
    f"(SELECT COALESCE(SUM(h.quantity), 0) FROM {_OF_OPEN}"
    f" AND o.stock_state = '{StockState.RESERVED}' AND h.product_id = p.id)"
)
_ALL_OF_THEM = (
    "p.id IN (SELECT b.product_id FROM basket_lines b WHERE b.basket_id = ?"
    f" UNION SELECT h.product_id FROM {_OF_OPEN})"
)


async def lock_on_sale(tx: Transaction, basket: Basket) -> OnSale | None:
    """Read a locked basket with its vendors, and lock its products; one query.

    None, and nothing is locked, where there is more to look at: nothing is in it, an open checkout
    was made of it (that is locked before any product), or money stands still after a restore.
    """
    lines = "basket_lines l JOIN products p ON p.id = l.product_id"
    sql = _on_sale(dialect()).format(
        held="0",
        lines=lines,
        which=_NONE_OPEN,
    )
    return _what_is_on_sale(tx, await fetch(sql + for_update("p"), basket.id))


async def lock_on_sale_again(tx: Transaction, basket: Basket) -> OnSale | None:
    """Do the same where an open checkout of the basket is locked, and with its products: what it
    holds counts as free.

    None where nothing is in the basket, or money stands still.
    """
    lines = (
        "products p LEFT JOIN basket_lines l ON l.product_id = p.id AND l.basket_id = ?"
    )
    sql = _on_sale(dialect()).format(
        held=_HELD,
        lines=lines,
        which=_ALL_OF_THEM,
    )
    ids = [basket.id] * sql.count("?")
    return _what_is_on_sale(tx, await fetch(sql + for_update("p"), *ids))


def _what_is_on_sale(
    tx: Transaction,
    found: Sequence[Record],
) -> OnSale | None:
    products = {int(one["p.id"]): row_of(Product, "p", one) for one in found}
    tx.took(*products.values())
    lines = [record for record in found if record["l.id"] is not None]
    if not lines:
        return None
    lines.sort(key=_line_id)
    terms = {record["v.id"]: terms_of_record(record) for record in lines}
    order_ids = sorted(record["next_order"] or 0 for record in lines)
    return OnSale(
        basket=basket_in(lines),
        terms=terms,
        products=products,
        checkout_id=lines[0]["next_checkout"],
        order_ids=tuple(order_ids) if order_ids[0] else None,
    )


def _line_id(record: Record) -> int:
    return int(record["l.id"])


@frozen
class OpenCheckout:
    """The open checkout of a basket with its orders, locked, and their lines."""

    checkout: Checkout
    orders: tuple[Order, ...]
    lines: tuple[OrderLine, ...]

    def items_of(self, order: Order) -> list[tuple[int, int]]:
        """(product id, quantity) of an order's lines."""
        mine = [line for line in self.lines if line.order_id == order.id]
        return sorted((line.product_id, line.quantity) for line in mine)


@cache
def _open_checkout_sql() -> str:
    return (
        f"SELECT {every(k=Checkout, o=Order, l=OrderLine)}"
        " FROM checkouts k JOIN orders o ON o.checkout_id = k.id"
        " LEFT JOIN order_lines l ON l.order_id = o.id"
        f" WHERE k.basket_id = ? AND k.status = '{CheckoutStatus.OPEN}'"
        " ORDER BY k.id, o.id, l.id"
    )


async def lock_open_checkouts(
    tx: Transaction,
    basket: Basket,
) -> tuple[OpenCheckout, ...]:
    """Lock the open checkouts that were made of a locked basket, one a currency, and their orders;
    one query.
    """
    sql = _open_checkout_sql() + for_update("k", "o")
    found = await fetch(sql, basket.id)
    checkouts = {record["k.id"]: row_of(Checkout, "k", record) for record in found}
    orders = {record["o.id"]: row_of(Order, "o", record) for record in found}
    tx.took(*checkouts.values(), *_by_id(orders))
    with_line = [record for record in found if record["l.id"] is not None]
    lines = [row_of(OrderLine, "l", record) for record in with_line]
    return tuple(
        _open_checkout(checkout, orders.values(), lines)
        for checkout in checkouts.values()
    )


def _by_id(orders: Mapping[int, Order]) -> list[Order]:
    return [orders[order_id] for order_id in sorted(orders)]


def _open_checkout(
    checkout: Checkout,
    orders: Iterable[Order],
    lines: Iterable[OrderLine],
) -> OpenCheckout:
    mine = tuple(order for order in orders if order.checkout_id == checkout.id)
    ids = {order.id for order in mine}
    ordered = (line for line in lines if line.order_id in ids)
    return OpenCheckout(checkout, mine, tuple(ordered))
