"""A shopper's basket, kept in the database and known to the browser by an unguessable token."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row
from shared.trade.catalogue.models import Product


class Basket(Row):
    """What someone means to buy. Belongs to whoever holds the token in the signed session cookie."""

    lock_rank = 200

    token_digest = fields.CharField(max_length=64, unique=True)
    discount_code = fields.CharField(
        max_length=40,
        default="",
        db_default="",
        description="discounts/rules.py::typed_code; empty: none",
    )

    class Meta:
        table = "baskets"
        indexes = [Index(fields=("updated_at",), name="ix_baskets_used")]


class BasketLine(Row):
    """One product in a basket. `seen_amount` is the unit price that the shopper was last shown, in minor units."""

    basket: fields.ForeignKeyRelation[Basket] = fields.ForeignKeyField(
        "models.Basket", related_name="lines", on_delete=fields.RESTRICT
    )
    basket_id: int
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="basket_lines", on_delete=fields.RESTRICT
    )
    product_id: int
    quantity = fields.IntField()
    seen_amount = fields.BigIntField(description="minor units")

    class Meta:
        table = "basket_lines"
        unique_together = (("basket", "product"),)
        constraints = [
            CheckConstraint(
                check="quantity between 1 and 99", name="ck_basket_lines_quantity"
            )
        ]
