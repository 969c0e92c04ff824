"""Products and their stock.

`stock` is what the vendor has, `reserved` the part of it that open orders hold. What is sold is
always one row of this table: a product, or, of a product with options, one of its variants, which
names it as its parent (decision 20).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.core import search_terms
from shared.infra.database.base import Row
from shared.infra.database.indexes import IndexWhere
from shared.infra.database.searching import Searched, SearchedManager
from shared.trade.catalogue.errors import CategoryNotFound, ProductNotFound
from shared.trade.catalogue.rules import (
    MOST_SAFETY,
    full_name,
    in_words,
    values_in,
)
from shared.trade.vat.sales.rules import TaxClass
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


class Category(Row):
    """A kind of thing that is sold; the operator keeps them as a tree."""

    lock_rank = 145
    not_found = CategoryNotFound.default

    slug = fields.CharField(max_length=80, unique=True)
    name = fields.CharField(
        max_length=60, unique=True, description="as products have it"
    )
    name_de = fields.CharField(max_length=60, default="")
    name_fr = fields.CharField(max_length=60, default="")
    parent: fields.ForeignKeyNullableRelation[Category] = fields.ForeignKeyField(
        "models.Category", related_name="children", null=True, on_delete=fields.RESTRICT
    )
    parent_id: int | None
    position = fields.IntField(default=0)
    vat_class = fields.CharField(
        max_length=20,
        default="",
        db_default="",
        description="what a new product is to VAT whose vendor does not say; empty: as above it",
    )

    class Meta:
        table = "categories"
        indexes = [Index(fields=("parent_id",), name="ix_categories_parent")]


class FormerCategory(Row):
    """An address and a name that a category had; links to it lead on."""

    slug = fields.CharField(max_length=80, unique=True)
    name = fields.CharField(max_length=60, description="as products had it")
    category: fields.ForeignKeyNullableRelation[Category] = fields.ForeignKeyField(
        "models.Category",
        related_name="formers",
        null=True,
        on_delete=fields.SET_NULL,
        description="that has its things now; null: none",
    )
    category_id: int | None

    class Meta:
        table = "former_categories"
        indexes = [
            Index(fields=("name",), name="ix_former_categories_name"),
            Index(fields=("category_id",), name="ix_former_categories_category"),
        ]


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
    vat_class = fields.CharField(
        max_length=20,
        default=TaxClass.STANDARD.value,
        db_default=TaxClass.STANDARD.value,
        description="what it is to the states' VAT rates; of a variant its product's",
    )
    weight_grams = fields.IntField(
        default=0, db_default=0, description="of one piece; 0: nobody has said"
    )
    maker = fields.CharField(
        max_length=MOST_SAFETY,
        default="",
        db_default="",
        description="who answers for its safety: name, addresses; empty: its vendor made it",
    )
    warnings = fields.CharField(
        max_length=MOST_SAFETY,
        default="",
        db_default="",
        description="and on its safe use; empty: none",
    )
    picture = fields.CharField(
        max_length=200, default="", description="path below static/"
    )
    taken_off_for = fields.CharField(
        max_length=500,
        default="",
        db_default="",
        description="why the staff took it off sale; empty: it did not",
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
            self.search, self.terms = "", ""

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
            Index(fields=("parent_id",), name="ix_products_parent"),
            IndexWhere(
                fields=("id",), name="ix_products_off_sale", where="taken_off_for > ''"
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
            CheckConstraint(
                check="weight_grams >= 0 and weight_grams <= 1000000",
                name="ck_products_weight",
            ),
            CheckConstraint(
                check="parent_id is null or options <> ''", name="ck_products_variant"
            ),
        ]


class ProductPicture(Row):
    """An uploaded picture of a product; `vendor_id` says whose pages show it."""

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
