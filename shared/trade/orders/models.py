"""Checkouts, orders and their lines: one Checkout per purchase, one Order per vendor in it."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields
from tortoise.indexes import Index

from shared.core.locales import LONGEST_TAG, SOURCE
from shared.infra.database.base import Row, minor_units
from shared.infra.database.searching import Searched, SearchedManager
from shared.trade.baskets.models import Basket
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.rules import full_name
from shared.trade.orders import order_indexes as declared
from shared.trade.orders.errors import OrderNotFound
from shared.trade.orders.rules import (
    CheckoutStatus,
    OrderStatus,
    PaymentStatus,
    StockState,
)
from shared.trade.orders.sale_columns import OrderDiscount, OrderSending
from shared.trade.orders.shopper_waits import ShopperWaits
from shared.trade.orders.vat_columns import LineVat, OrderVat
from shared.trade.people.models import Customer
from shared.trade.shipping.rules import MethodKind
from shared.trade.vendors.models import Vendor


# What opens a purchase is its token with a signature (`ids.sealed`), which stands in no column.
class Checkout(Searched):
    """One purchase by one shopper, who reaches it by the link that holds `token`."""

    lock_rank = 210

    searched: ClassVar = {"search": ("full_name", "email")}

    token = fields.CharField(
        max_length=80,
        unique=True,
        description="unguessable; part of the shopper's order link",
    )
    old_link_digest = fields.CharField(
        max_length=64,
        null=True,
        description="of the link that it had before links were signed",
    )
    basket: fields.ForeignKeyNullableRelation[Basket] = fields.ForeignKeyField(
        "models.Basket", related_name="checkouts", null=True, on_delete=fields.RESTRICT
    )
    basket_id: int | None
    customer: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "models.Customer",
        related_name="checkouts",
        null=True,
        on_delete=fields.RESTRICT,
    )
    customer_id: int | None
    status = fields.CharField(max_length=20, default=CheckoutStatus.OPEN.value)
    email = fields.CharField(max_length=254)
    full_name = fields.CharField(max_length=120)
    address = fields.CharField(max_length=200)
    address_extra = fields.CharField(max_length=200, default="")
    city = fields.CharField(max_length=80)
    postal_code = fields.CharField(max_length=20)
    state = fields.CharField(
        max_length=60,
        default="",
        db_default="",
        description="as on a label; empty where a country has none",
    )
    country = fields.CharField(max_length=2)
    phone = fields.CharField(
        max_length=40,
        default="",
        db_default="",
        description="for the carrier, where a shop wants it",
    )
    billing: Any = fields.JSONField(
        null=True, description="orders/billing.py; null: where the parcel goes"
    )
    language = fields.CharField(
        max_length=LONGEST_TAG,
        default=SOURCE,
        db_default=SOURCE,
        description="spoken when it was placed; mails about it are in it",
    )
    currency = fields.CharField(max_length=3)
    total_amount = fields.BigIntField(description="minor units of currency")
    terms_version = fields.CharField(
        max_length=20,
        default="",
        db_default="",
        description="which terms were accepted",
    )
    terms_accepted_at = fields.DatetimeField(null=True)
    purchase_ip = fields.CharField(
        max_length=45,
        default="",
        db_default="",
        description="where the order came from",
    )
    network = fields.CharField(
        max_length=45,
        default="",
        db_default="",
        description="whose address it was (networks.network_of); its holds are counted",
    )
    reserved_until = fields.DatetimeField(
        description="when the stock is given back if nothing was paid"
    )

    search = fields.TextField(
        default="",
        db_default="",
        description="folded words that its orders are found by",
    )

    class Meta:
        table = "checkouts"
        manager = SearchedManager()
        indexes = declared.CHECKOUT_INDEXES
        constraints = declared.CHECKOUT_CHECKS


class Order(OrderSending, OrderDiscount, ShopperWaits, OrderVat, Row):
    """What one vendor has to deliver out of a checkout. The fee is frozen here when the order is placed."""

    lock_rank = 230
    not_found = OrderNotFound.default
    activity_columns = (
        "status",
        "payment_status",
        "refunded_amount",
        "disputed_amount",
        "lost_amount",
        "stock_state",
    )

    @property
    def activity_order_id(self) -> int:
        return int(self.id)

    @property
    def is_pickup(self) -> bool:
        """Whether its shopper comes for it."""
        return self.shipping_kind == MethodKind.PICKUP

    number = fields.CharField(max_length=20, unique=True)
    checkout: fields.ForeignKeyRelation[Checkout] = fields.ForeignKeyField(
        "models.Checkout", related_name="orders", on_delete=fields.RESTRICT
    )
    checkout_id: int
    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="orders", on_delete=fields.RESTRICT
    )
    vendor_id: int
    customer: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name="orders", null=True, on_delete=fields.RESTRICT
    )
    customer_id: int | None
    status = fields.CharField(max_length=20, default=OrderStatus.PENDING.value)
    payment_status = fields.CharField(
        max_length=50, default=PaymentStatus.PENDING.value
    )
    payment_intent_id = fields.CharField(max_length=255, null=True)
    total_amount_cents = fields.BigIntField(description="minor units of currency")
    shipping_amount = minor_units(
        "minor units of the total that are for sending; frozen at sale"
    )
    shipping_refunded = minor_units(
        "minor units of shipping_amount that refunds speak for"
    )
    platform_fee_amount = fields.BigIntField(
        description="minor units of currency; frozen at sale"
    )
    shipping_commission = minor_units(
        "minor units of platform_fee_amount that are of sending; frozen at sale"
    )
    platform_fee_percentage = fields.DecimalField(max_digits=5, decimal_places=2)
    refunded_amount = minor_units(
        "minor units that went back or are spoken for; never more than the total"
    )
    returned_amount = minor_units(
        "minor units of refunded_amount that have arrived at the shopper"
    )
    disputed_amount = minor_units(
        "minor units that open disputes are about; may be more than the total"
    )
    lost_amount = minor_units(
        "minor units that banks took for good; may be more than the total"
    )
    currency = fields.CharField(max_length=3)
    stock_state = fields.CharField(max_length=20, default=StockState.RESERVED.value)
    held_at = fields.DatetimeField(
        null=True, description="when Pay last set its pieces aside; null: it never did"
    )
    held_until = fields.DatetimeField(
        null=True, description="when what Pay set aside is let go, unless it is paid"
    )
    wasted_holds = fields.IntField(
        default=0,
        db_default=0,
        description="how often what Pay set aside was let go without a try to pay",
    )
    paid_at = fields.DatetimeField(null=True)
    shipped_at = fields.DatetimeField(null=True)
    delivered_at = fields.DatetimeField(null=True)
    delivered_by = fields.CharField(
        max_length=80,
        default="",
        db_default="",
        description="who said so; system: taken for granted after some days",
    )
    note = fields.CharField(
        max_length=500,
        default="",
        db_default="",
        description="of the shopper, to the shop",
    )
    tracking_carrier = fields.CharField(max_length=60, default="")
    tracking_number = fields.CharField(max_length=80, default="")

    class Meta:
        table = "orders"
        unique_together = (("checkout", "vendor"),)
        indexes = declared.ORDER_INDEXES
        constraints = declared.ORDER_CHECKS


class OrderLine(LineVat, Row):
    """One product of an order as it was sold: name and price are copies, the product may change later."""

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name="lines", on_delete=fields.RESTRICT
    )
    order_id: int
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="order_lines", on_delete=fields.RESTRICT
    )
    product_id: int
    name = fields.CharField(max_length=120)
    choice = fields.CharField(
        max_length=120,
        default="",
        db_default="",
        description="the variant's values in words: Blue, M",
    )
    sku = fields.CharField(max_length=60, default="", db_default="")
    picture = fields.CharField(max_length=200, default="")
    unit_amount = fields.BigIntField(description="minor units of the order's currency")
    quantity = fields.IntField()
    discount_amount = minor_units(
        "minor units of its order's discount_amount; frozen at sale"
    )
    refunded_quantity = fields.IntField(
        default=0,
        db_default=0,
        description="pieces that were given back or are spoken for by refunds",
    )
    restocked_quantity = fields.IntField(
        default=0,
        db_default=0,
        description="pieces that stand on the shelf again (or were sold from there)",
    )
    commission_amount = minor_units(
        "minor units of the order's currency; frozen at sale"
    )
    commission_rule = fields.CharField(
        max_length=255,
        default="",
        db_default="",
        description="fees.rules.snapshot; empty: the order's fee, spread",
    )

    @property
    def full_name(self) -> str:
        """What was sold, with what was chosen about it."""
        return full_name(self.name, self.choice)

    class Meta:
        table = "order_lines"
        indexes = [Index(fields=("order_id",), name="ix_order_lines_order")]
        constraints = declared.LINE_CHECKS


class CardDecline(Row):
    """One card that one purchase could not be paid with."""

    stripe_charge_id = fields.CharField(max_length=255, unique=True)
    checkout: fields.ForeignKeyRelation[Checkout] = fields.ForeignKeyField(
        "models.Checkout", related_name="card_declines", on_delete=fields.RESTRICT
    )
    checkout_id: int
    network = fields.CharField(
        max_length=45, description="the purchase's; empty: not known"
    )
    basket_id = fields.BigIntField(
        null=True, description="the purchase's, which stands for a browser"
    )
    fingerprint = fields.CharField(
        max_length=64, description="Stripe's of the card; empty: it has none"
    )
    code = fields.CharField(max_length=100, description="why, in Stripe's word")
    declined_at = fields.DatetimeField()

    class Meta:
        table = "card_declines"
        indexes = [
            Index(fields=("network", "declined_at"), name="ix_card_declines_network"),
            Index(fields=("basket_id", "declined_at"), name="ix_card_declines_basket"),
            Index(fields=("fingerprint", "declined_at"), name="ix_card_declines_card"),
            Index(fields=("checkout_id",), name="ix_card_declines_checkout"),
            Index(fields=("declined_at",), name="ix_card_declines_at"),
        ]
