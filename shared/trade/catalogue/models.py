"""Products and their stock.

`stock` is what the vendor has, `reserved` the part of it that open orders hold. What is sold is
always one row of this table: a product, or, of a product with options, one of its variants, which
names it as its parent (decision 20).
"""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row
from shared.infra.database.searching import Searched, SearchedManager
from shared.trade.catalogue.errors import ProductNotFound
from shared.trade.catalogue.rules import full_name, in_words, values_in
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
    picture = fields.CharField(
        max_length=200, default="", description="path below static/"
    )
    # Of a variant: whether its product is, and it is offered.
    is_published = fields.BooleanField(default=True)
    parent: fields.ForeignKeyNullableRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="variants", null=True, on_delete=fields.RESTRICT
    )
    parent_id: int | None
    options = fields.CharField(
        max_length=4000,
        default="",
        db_default="",
        description="JSON: its options with their values; of a variant: its values",
    )
    position = fields.IntField(
        default=0, db_default=0, description="of a variant among its product's"
    )
    sku = fields.CharField(
        max_length=60, default="", db_default="", description="the vendor's own number"
    )
    is_offered = fields.BooleanField(
        default=True, db_default=True, description="of a variant: the vendor's tick"
    )
    removed_at = fields.DatetimeField(
        null=True, description="of a variant that its product has no more"
    )
    top_price_amount = fields.BigIntField(
        null=True, description="minor units; of a product with options: the dearest"
    )

    search = fields.TextField(
        default="", db_default="", description="folded words that it is found by"
    )

    @property
    def has_options(self) -> bool:
        """Whether its variants are sold instead of itself."""
        return self.parent_id is None and bool(self.options)

    @property
    def full_name(self) -> str:
        """What it is called where nothing else says which variant it is."""
        values = values_in(self.options) if self.parent_id is not None else ()
        return full_name(self.name, in_words(values))

    def fold(self) -> None:
        """A variant is found by its product alone."""
        super().fold()
        if self.parent_id is not None:
            self.search = ""

    class Meta:
        table = "products"
        manager = SearchedManager()
        unique_together = (("vendor", "slug"),)
        indexes = [
            Index(fields=("vendor_id", "is_published", "id"), name="ix_products_shop"),
            Index(fields=("category",), name="ix_products_category"),
            Index(fields=("parent_id",), name="ix_products_parent"),
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
                check="parent_id is null or options <> ''", name="ck_products_variant"
            ),
        ]


class ProductPicture(Row):
    """An uploaded picture of a product. `vendor_id` is its product's, for whoever asks whose change it is."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="pictures", on_delete=fields.RESTRICT
    )
    product_id: int
    vendor_id = fields.BigIntField()
    path = fields.CharField(max_length=200, description="as in products.picture")
    text = fields.CharField(
        max_length=200, default="", description="what it shows; empty: not told"
    )
    position = fields.IntField()

    class Meta:
        table = "product_pictures"
        unique_together = (("product", "path"),)
