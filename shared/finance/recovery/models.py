"""Claims of the platform on vendors, and the movements at Stripe that settle them."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.finance.payments.models import Payment
from shared.finance.recovery.rules import MovementKind, MovementState
from shared.infra.database.base import Row, words
from shared.infra.database.indexes import IndexWhere
from shared.trade.vendors.models import Vendor


class Claim(Row):
    """What one refund or dispute takes from a vendor: `amount` has to be taken, `taken` was, `receivable` is owed and dated.

    amount == taken + netted + receivable + written_off once it is settled. It falls to 0 when the refund failed or the dispute
    was won; what was taken goes back then, or is set off (`netted`) against other claims of a vendor that is out of reach.
    Of a contribution (`contribution:7`, the payment's id) it is below zero: what the vendor gets (contributions.py).
    """

    lock_rank = 270
    activity_columns = (
        "amount",
        "taken",
        "netted",
        "receivable",
        "written_off",
    )

    subject = fields.CharField(
        max_length=80, unique=True, description="refund:12 or dispute:3"
    )
    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="claims", on_delete=fields.RESTRICT
    )
    vendor_id: int
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name="claims", on_delete=fields.RESTRICT
    )
    payment_id: int
    order: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Order", related_name="claims", on_delete=fields.RESTRICT
    )
    order_id: int
    currency = fields.CharField(max_length=3)
    amount = fields.BigIntField(description="minor units that the vendor bears")
    taken = fields.BigIntField(
        default=0,
        description="minor units that came back from the vendor's balance, net",
    )
    receivable = fields.BigIntField(
        default=0,
        description="minor units that the platform advanced and the vendor owes",
    )
    written_off = fields.BigIntField(
        default=0, description="minor units that the platform gave up on"
    )
    netted = fields.BigIntField(
        default=0,
        db_default=0,
        description=(
            "minor units set off against what we owed the vendor; negative: by what we owed"
        ),
    )
    owed_since = fields.DatetimeField(
        null=True, description="when the receivable arose"
    )
    postings = fields.IntField(
        default=0, description="how often the receivable changed in the ledger"
    )

    @property
    def paid(self) -> int:
        """What the vendor has borne of it: out of its balance, or set off."""
        return int(self.taken + self.netted)

    class Meta:
        table = "claims"
        indexes = [
            Index(fields=("vendor_id", "currency", "id"), name="ix_claims_vendor"),
            Index(fields=("order_id",), name="ix_claims_order"),
            Index(fields=("receivable",), name="ix_claims_receivable"),
            # What vendors have not got yet.
            IndexWhere(
                fields=("id",),
                name="ix_claims_to_send",
                where="taken > amount - netted",
            ),
        ]
        constraints = [
            CheckConstraint(
                check="(amount >= 0 or subject like 'contribution:%')"
                " and receivable >= 0 and written_off >= 0",
                name="ck_claims_amounts",
            ),
        ]


class Movement(Row):
    """One reversal, transfer or fee refund at Stripe for a claim, written down before it is asked for."""

    activity_columns = (
        "kind",
        "status",
        "amount",
        "stripe_id",
    )

    claim: fields.ForeignKeyRelation[Claim] = fields.ForeignKeyField(
        "models.Claim", related_name="movements", on_delete=fields.RESTRICT
    )
    claim_id: int
    kind = fields.CharField(max_length=20)
    status = fields.CharField(max_length=20, default=MovementState.OPENING.value)
    amount = fields.BigIntField(description="minor units of the claim's currency")
    stripe_source_id = fields.CharField(
        max_length=255,
        description=(
            "the transfer that is reversed, the fee that is given back, or the charge that is "
            "sent out of"
        ),
    )
    stripe_id = fields.CharField(
        max_length=255,
        null=True,
        unique=True,
    )
    idempotency_key = fields.CharField(max_length=255, unique=True)
    refusal = fields.CharField(max_length=200, default="")

    class Meta:
        table = "movements"
        indexes = [
            Index(fields=("claim_id",), name="ix_movements_claim"),
            Index(fields=("status",), name="ix_movements_status"),
        ]
        constraints = [
            CheckConstraint(
                check=f"kind in ({words(MovementKind)})", name="ck_movements_kind"
            ),
            CheckConstraint(
                check=f"status in ({words(MovementState)})", name="ck_movements_status"
            ),
            CheckConstraint(check="amount > 0", name="ck_movements_amount"),
        ]
