"""Tables of people: members of the portal, shoppers (`customers`), their sessions, mailed links,
and API tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.core import search_terms
from shared.core.locales import LONGEST_TAG
from shared.infra.database.base import Row, words
from shared.infra.database.indexes import IndexWhere
from shared.infra.database.searching import Searched, SearchedManager
from shared.trade.people.rules import Purpose


class FoundByPieces:
    """What staff find somebody by: any piece of name and address."""

    searched: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "terms": ("full_name", "email")
    }

    terms = fields.TextField(
        default="", db_default="", description="what staff find them by"
    )

    @classmethod
    def derive(cls, column: str, values: Mapping[str, Any]) -> str:  # noqa: ARG003
        """The terms of `pieces`."""
        return search_terms.pieces(*values.values())


class Member(FoundByPieces, Searched):
    """Someone who signs in to the portal: `owner` of one vendor, or `operator` of the marketplace (no vendor)."""

    lock_rank = 20

    email = fields.CharField(
        max_length=254,
        unique=True,
        description="lower case",
    )
    password_hash = fields.CharField(max_length=255)
    full_name = fields.CharField(max_length=120)
    role = fields.CharField(max_length=20, description="owner | operator")
    vendor: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Vendor", related_name="members", null=True, on_delete=fields.RESTRICT
    )
    vendor_id: int | None
    is_active = fields.BooleanField(default=True)
    second_factor_at = fields.DatetimeField(
        null=True, description="since when a second factor is asked for"
    )
    email_confirmed_at = fields.DatetimeField(
        null=True, description="when a mail to this address was answered"
    )

    class Meta:
        table = "members"
        manager = SearchedManager()
        indexes = [Index(fields=("role", "id"), name="ix_members_role")]
        constraints = [
            CheckConstraint(
                check="role in ('owner', 'operator')", name="ck_members_role"
            ),
            CheckConstraint(
                check="(role = 'operator') = (vendor_id is null)",
                name="ck_members_vendor",
            ),
        ]


class Customer(FoundByPieces, Searched):
    """A shopper with an account. Guests have none: their checkout holds what they typed."""

    lock_rank = 10

    email = fields.CharField(
        max_length=254,
        unique=True,
        description="lower case",
    )
    password_hash = fields.CharField(max_length=255)
    full_name = fields.CharField(max_length=120)
    is_active = fields.BooleanField(default=True)
    email_confirmed_at = fields.DatetimeField(
        null=True, description="when a mail to this address was answered"
    )
    language = fields.CharField(
        max_length=LONGEST_TAG,
        default="",
        db_default="",
        description="chosen, or spoken at the sign-up; empty: not known",
    )

    class Meta:
        table = "customers"
        manager = SearchedManager()
        indexes = [
            IndexWhere(
                fields=("id",),
                name="ix_customers_off",
                where="is_active = FALSE",
            )
        ]


class CustomerAddress(Row):
    """Where a shopper has things sent to: one of a book of them, the default one first."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name="addresses", on_delete=fields.RESTRICT
    )
    customer_id: int
    full_name = fields.CharField(max_length=120)
    address = fields.CharField(max_length=200)
    address_extra = fields.CharField(max_length=200, default="")
    city = fields.CharField(max_length=80)
    postal_code = fields.CharField(max_length=20, default="")
    state = fields.CharField(
        max_length=60, default="", description="as on a label; empty where none"
    )
    country = fields.CharField(max_length=2)
    is_default = fields.BooleanField(default=False)

    class Meta:
        table = "customer_addresses"
        indexes = [
            Index(fields=("customer_id",), name="ix_customer_addresses_customer")
        ]


class Session(Row):
    """One signed-in browser. The cookie holds the token, the row its digest; a revoked or expired row opens nothing."""

    token_digest = fields.CharField(max_length=64, unique=True)
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="sessions", null=True, on_delete=fields.RESTRICT
    )
    member_id: int | None
    customer: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name="sessions", null=True, on_delete=fields.RESTRICT
    )
    customer_id: int | None
    user_agent = fields.CharField(max_length=255, default="")
    authenticated_at = fields.DatetimeField(
        null=True, description="when a password or factor was last given in it"
    )
    wrong_answers = fields.SmallIntField(
        default=0, db_default=0, description="in a row; too many of them end it"
    )
    awaits_factor = fields.BooleanField(
        default=False, db_default=False, description="the password alone was given"
    )
    challenge = fields.CharField(
        max_length=128, null=True, description="to which the next passkey must answer"
    )
    last_seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sessions"
        indexes = [
            Index(fields=("member_id",), name="ix_sessions_member"),
            Index(fields=("customer_id",), name="ix_sessions_customer"),
            Index(fields=("expires_at",), name="ix_sessions_end"),
        ]
        constraints = [
            CheckConstraint(
                check="(member_id is null) <> (customer_id is null)",
                name="ck_sessions_one_person",
            ),
        ]


class MailLink(Row):
    """A link that was mailed to a person and acts once. The row holds no part of what opens it (`shared.core.ids.sealed`)."""

    purpose = fields.CharField(
        max_length=20, description="reset | confirm | change | undo"
    )
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="mail_links", null=True, on_delete=fields.RESTRICT
    )
    member_id: int | None
    customer: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "models.Customer",
        related_name="mail_links",
        null=True,
        on_delete=fields.RESTRICT,
    )
    customer_id: int | None
    email = fields.CharField(
        max_length=254, description="where it was sent: for a change the new address"
    )
    nonce = fields.CharField(max_length=32, unique=True)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(
        null=True, description="when it lost its meaning before anybody used it"
    )

    class Meta:
        table = "mail_links"
        indexes = [
            Index(fields=("member_id", "purpose"), name="ix_mail_links_member"),
            Index(fields=("customer_id", "purpose"), name="ix_mail_links_customer"),
            Index(fields=("email", "purpose"), name="ix_mail_links_email"),
        ]
        constraints = [
            CheckConstraint(
                check="(member_id is null) <> (customer_id is null)",
                name="ck_mail_links_one_person",
            ),
            CheckConstraint(
                check=f"purpose in ({words(Purpose)})", name="ck_mail_links_purpose"
            ),
        ]


class Token(Row):
    """A vendor's API token. Shown once when made; only its digest is kept."""

    lock_rank = 40

    vendor: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Vendor", related_name="tokens", on_delete=fields.RESTRICT
    )
    vendor_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="tokens", on_delete=fields.RESTRICT
    )
    member_id: int
    name = fields.CharField(max_length=80)
    hint = fields.CharField(
        max_length=16, description="its first characters, to recognise it by"
    )
    token_digest = fields.CharField(max_length=64, unique=True)
    scopes = fields.CharField(
        max_length=200,
        default="payments:read",
        db_default="payments:read",
        description="words of people/scopes.py",
    )
    expires_at = fields.DatetimeField(
        null=True, description="null: until it is revoked"
    )
    told_of_end_at = fields.DatetimeField(
        null=True, description="when its owners were written to"
    )
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "tokens"
        indexes = [
            Index(fields=("vendor_id",), name="ix_tokens_vendor"),
            Index(fields=("expires_at",), name="ix_tokens_end"),
        ]


class DoorCount(Row):
    """How far ahead of the clock the tries at one door are (shared/trade/people/login_limits.py). Emails are kept as digests."""

    key = fields.CharField(max_length=200, unique=True)
    free_at = fields.BigIntField(
        description="when all tries are forgotten: milliseconds since 1970"
    )

    class Meta:
        table = "door_counts"
        indexes = [Index(fields=("free_at",), name="ix_door_counts_free")]
