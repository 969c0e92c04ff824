"""The table of vendors, and that of their places in the directory."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row
from shared.infra.database.indexes import IndexWhere
from shared.infra.database.searching import Searched, SearchedManager
from shared.trade.vendors.errors import VendorNotFound
from shared.trade.vendors.rules import VatScheme


class Vendor(Searched):
    """A business that sells through the marketplace."""

    lock_rank = 150
    not_found = VendorNotFound.default

    searched: ClassVar = {
        "search": ("name", "tagline", "city"),
        "search_contact": ("slug", "business_email"),
    }

    slug = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=120)
    tagline = fields.CharField(max_length=160, default="")
    description = fields.TextField(default="")
    business_email = fields.CharField(max_length=254)
    business_phone = fields.CharField(max_length=40, default="")
    country = fields.CharField(max_length=2, description="ISO 3166-1 alpha-2")
    city = fields.CharField(max_length=80, default="")
    postal_code = fields.CharField(
        max_length=12,
        default="",
        db_default="",
        description="where it sells from, for VAT; empty: it has not said",
    )
    legal_name = fields.CharField(
        max_length=120,
        default="",
        db_default="",
        description="of the business behind the shop; empty: it has not said",
    )
    seller_address = fields.CharField(
        max_length=300,
        default="",
        db_default="",
        description="of that business, a line each, without its country",
    )
    register_entry = fields.CharField(
        max_length=120,
        default="",
        db_default="",
        description="which register the business is in, and its number there",
    )
    brand_color = fields.CharField(max_length=7, default="#0f766e")
    logo = fields.CharField(
        max_length=200, default="", description="path below static/"
    )
    cover = fields.CharField(
        max_length=200, default="", description="path below static/"
    )
    vat_scheme = fields.CharField(
        max_length=10,
        default=VatScheme.UNSAID.value,
        db_default=VatScheme.UNSAID.value,
        description="small | local | oss; empty: it has not said",
    )
    ships_in_days = fields.SmallIntField(default=3)
    is_open = fields.BooleanField(
        default=True, description="false: hidden from shoppers"
    )
    closed_until = fields.DateField(
        null=True, description="the day on which a closed shop opens by itself"
    )

    payment_config: fields.BackwardOneToOneRelation[Any]  # finance/connect owns it

    search = fields.TextField(
        default="", db_default="", description="folded; what shoppers may find it by"
    )
    search_contact = fields.TextField(
        default="", db_default="", description="folded; what only staff find it by"
    )

    class Meta:
        table = "vendors"
        manager = SearchedManager()
        indexes = [
            IndexWhere(
                fields=("closed_until",),
                name="ix_vendors_closed_until",
                where="closed_until is not null",
            )
        ]
        constraints = [
            CheckConstraint(check="length(country) = 2", name="ck_vendors_country")
        ]


class ShopPlace(Row):
    """Where a shop stands in the directory; it has its vendor's id."""

    # Written by triggers on vendors and their payment configs alone (migration 0088).
    is_open = fields.BooleanField()
    is_soon = fields.BooleanField(
        description="nothing can be bought there, not yet or no longer"
    )
    sorted_by = fields.CharField(
        max_length=200, description="its name and more, folded"
    )

    class Meta:
        table = "shop_places"
        indexes = [
            IndexWhere(
                fields=("is_soon", "sorted_by", "id"),
                name="ix_shop_places_open",
                where="is_open",
            )
        ]
