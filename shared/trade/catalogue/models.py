"""Products and their stock.

`stock` is what the vendor has, `reserved` the part of it that open orders hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.core import search_terms
from shared.infra.database.searching import Searched, SearchedManager
from shared.trade.catalogue.errors import ProductNotFound
from shared.trade.vendors.models import Vendor

LONGEST_SORTED = 120  # letters


def product_terms(
    *,
    name: str,
    category: str,
    description: str,
    vendor_id: int,
) -> str:
    """What a product is found by; its vendor's words are looked up when somebody asks."""
    return search_terms.terms(
        name=name,
        near=category,
        text=description,
        kinds=(search_terms.of("vendor", vendor_id),),
    )


class Product(Searched):
    """Something a vendor sells. Prices are integers in minor units and include everything the shopper pays."""

    lock_rank = 300
    not_found = ProductNotFound.default

    searched: ClassVar = {
        "search": ("name", "category", "description"),
        "sort_name": ("name",),
        "terms": ("name", "category", "description", "vendor_id"),
    }

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
    is_published = fields.BooleanField(default=True)

    search = fields.TextField(
        default="", db_default="", description="folded words that it is found by"
    )

    sort_name = fields.TextField(
        default="", db_default="", description="folded; what lists by name go by"
    )
    terms = fields.TextField(
        default="", db_default="", description="what shoppers' searches go by"
    )

    @classmethod
    def derive(cls, column: str, values: Mapping[str, Any]) -> str:
        """As every searched row; the terms are those of `product_terms`."""
        if column == "terms":
            return product_terms(**values)
        found = super().derive(column, values)
        return found[:LONGEST_SORTED] if column == "sort_name" else found

    class Meta:
        table = "products"
        manager = SearchedManager()
        unique_together = (("vendor", "slug"),)
        indexes = [
            Index(fields=("vendor_id", "is_published", "id"), name="ix_products_shop"),
            Index(fields=("category",), name="ix_products_category"),
            Index(fields=("sort_name", "id"), name="ix_products_by_name"),
            Index(
                fields=("currency", "price_amount", "id"), name="ix_products_by_price"
            ),
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
        ]
