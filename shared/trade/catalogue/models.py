"""Products and their stock.

`stock` is what the vendor has, `reserved` the part of it that open orders hold.
"""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.searching import Searched, SearchedManager
from shared.trade.catalogue.errors import ProductNotFound
from shared.trade.vendors.models import Vendor


class Product(Searched):
    """Something a vendor sells. Prices are integers in minor units and include everything the shopper pays."""

    lock_rank = 300
    not_found = ProductNotFound.default

    searched: ClassVar = {"search": ("name", "category", "description")}

    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="products", on_delete=fields.RESTRICT
    )
    vendor_id: int
    slug = fields.CharField(max_length=80)
    name = fields.CharField(max_length=120)
    category = fields.CharField(max_length=60, default="")
    description = fields.TextField(default="")
    price_amount = fields.BigIntField(description="minor units of currency")
    currency = fields.CharField(max_length=3)
    stock = fields.IntField(default=0)
    reserved = fields.IntField(
        default=0, description="held by open orders; never more than stock"
    )
    weight_grams = fields.IntField(
        default=0, db_default=0, description="of one piece; 0: nobody has said"
    )
    picture = fields.CharField(
        max_length=200, default="", description="path below static/"
    )
    is_published = fields.BooleanField(default=True)

    search = fields.TextField(
        default="", db_default="", description="folded words that it is found by"
    )

    class Meta:
        table = "products"
        manager = SearchedManager()
        unique_together = (("vendor", "slug"),)
        indexes = [
            Index(fields=("vendor_id", "is_published", "id"), name="ix_products_shop"),
            Index(fields=("category",), name="ix_products_category"),
        ]
        constraints = [
            CheckConstraint(
                check="price_amount > 0 and price_amount <= 99999999",
                name="ck_products_price",
            ),
            CheckConstraint(
                check="stock >= 0 and reserved >= 0 and reserved <= stock",
                name="ck_products_stock",
            ),
            CheckConstraint(
                check="weight_grams >= 0 and weight_grams <= 1000000",
                name="ck_products_weight",
            ),
        ]
