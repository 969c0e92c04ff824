"""Disputes: what a shopper's bank claims back, what was answered, and what became of the money."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.finance.disputes.errors import DisputeNotFound
from shared.finance.disputes.files import KINDS
from shared.finance.disputes.rules import DisputeStatus
from shared.finance.payments.models import Payment
from shared.infra.database.base import Row, minor_units, words
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor

_KINDS = words(KINDS)


class Dispute(Row):
    """One dispute at Stripe, mirrored. `vendor_part` and `commission_part` are who bears `amount`, frozen when the money went."""

    lock_rank = 260
    not_found = DisputeNotFound.default
    activity_columns = (
        "stripe_dispute_id",
        "status",
        "reason",
        "amount",
        "fee",
        "vendor_part",
        "commission_part",
        "discount_part",
        "loss_part",
        "vendor_back",
        "commission_back",
        "loss_back",
        "is_charge_refundable",
        "due_by",
        "withdrawn_at",
        "reinstated_at",
        "closed_at",
        "submitted_at",
        "delivered_at",
        "part_closed_at",
    )

    # `…_back` is what came back of a part: what somebody bears now is the difference.
    stripe_dispute_id = fields.CharField(max_length=255)
    share_weight = fields.BigIntField(
        null=True,
        description=(
            "what was left of the order when a shared dispute came; null: it has it alone"
        ),
    )
    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="disputes", on_delete=fields.RESTRICT
    )
    vendor_id: int
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name="disputes", on_delete=fields.RESTRICT
    )
    order_id: int
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name="disputes", on_delete=fields.RESTRICT
    )
    payment_id: int
    status = fields.CharField(max_length=40)
    reason = fields.CharField(max_length=60)
    amount = fields.BigIntField(description="minor units of currency")
    currency = fields.CharField(max_length=3)
    is_inquiry = fields.BooleanField()
    is_charge_refundable = fields.BooleanField()
    due_by = fields.DatetimeField(null=True)
    opened_at = fields.DatetimeField(description="when Stripe made it")
    closed_at = fields.DatetimeField(null=True)
    fee = fields.BigIntField(
        default=0, description="minor units that Stripe took for it"
    )
    vendor_part = fields.BigIntField(
        default=0,
        description="minor units that the vendor bears while the money is gone",
    )
    commission_part = fields.BigIntField(
        default=0, description="minor units of commission given back"
    )
    loss_part = fields.BigIntField(
        default=0, description="minor units that neither vendor nor commission can bear"
    )
    discount_part = minor_units(
        "minor units that the marketplace has back of what it paid of the price"
    )
    discount_back = minor_units("minor units of them that it pays again")
    vendor_back = fields.BigIntField(
        default=0, db_default=0, description="minor units that the vendor has back"
    )
    commission_back = fields.BigIntField(
        default=0, db_default=0, description="minor units of commission that are back"
    )
    loss_back = fields.BigIntField(
        default=0, db_default=0, description="minor units that the marketplace has back"
    )
    fee_back = fields.BigIntField(
        default=0, db_default=0, description="minor units of the fee that came back"
    )
    transaction_count = fields.SmallIntField(
        default=0, db_default=0, description="balance transactions seen so far"
    )
    withdrawn_at = fields.DatetimeField(null=True)
    reinstated_at = fields.DatetimeField(null=True)
    evidence: Any = fields.JSONField(
        default=dict, description="the vendor's draft, field -> text"
    )
    staged_evidence: Any = fields.JSONField(
        default=dict, description="what Stripe holds, field -> text"
    )
    # Each draft and decision has its own; it names writes.
    evidence_version = fields.IntField(default=0)
    submitted_at = fields.DatetimeField(null=True)
    submitted_by = fields.CharField(max_length=60, default="")
    delivered_at = fields.DatetimeField(
        null=True, description="when Stripe had taken the answer, or the acceptance"
    )
    part_closed_at = fields.DatetimeField(
        null=True,
        description=(
            "when a vendor's part of a shared answer was handed in, or its time was over"
        ),
    )
    accepted_at = fields.DatetimeField(null=True)
    accepted_by = fields.CharField(max_length=60, default="")
    network_reason_code = fields.CharField(max_length=40, null=True)

    @property
    def withdrawn(self) -> int:
        """What its bank took for it."""
        borne = self.vendor_part + self.commission_part + self.loss_part
        return int(borne - self.discount_part)

    @property
    def is_share(self) -> bool:
        """Whether it is what one order has of a dispute that several share."""
        return self.share_weight is not None

    class Meta:
        table = "disputes"
        indexes = [
            Index(fields=("vendor_id", "id"), name="ix_disputes_vendor"),
            Index(fields=("order_id",), name="ix_disputes_order"),
            Index(fields=("status", "due_by"), name="ix_disputes_status"),
            Index(fields=("opened_at", "id"), name="ix_disputes_opened"),
        ]
        constraints = [
            CheckConstraint(
                check=f"status in ({words(DisputeStatus)})", name="ck_disputes_status"
            ),
            CheckConstraint(
                check=(
                    "amount > 0 and vendor_part >= 0 and commission_part >= 0 and loss_part >= 0 "
                    "and fee >= 0 and discount_part >= 0"
                ),
                name="ck_disputes_amounts",
            ),
            CheckConstraint(
                check="vendor_back >= 0 and vendor_back <= vendor_part and commission_back >= 0"
                " and commission_back <= commission_part and loss_back >= 0"
                " and discount_back >= 0 and discount_back <= discount_part",
                name="ck_disputes_back",
            ),
            CheckConstraint(
                check="submitted_at is null or accepted_at is null",
                name="ck_disputes_one_answer",
            ),
        ]


class DisputeFile(Row):
    """A document of a dispute's answer, one of each kind, with what is in it: it must outlive a crash before Stripe has it."""

    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", related_name="files", on_delete=fields.RESTRICT
    )
    dispute_id: int
    kind = fields.CharField(
        max_length=40, description="Stripe's name of this piece of evidence"
    )
    name = fields.CharField(max_length=120)
    content_type = fields.CharField(max_length=40)
    size = fields.IntField(description="bytes")
    digest = fields.CharField(max_length=64, description="SHA-256")
    content = fields.BinaryField()
    made_here = fields.BooleanField(
        default=False, description="our own receipt, not the vendor's document"
    )
    upload_key = fields.CharField(
        max_length=255, description="idempotency key of its upload"
    )
    stripe_file_id = fields.CharField(max_length=255, null=True)
    refusal = fields.CharField(
        max_length=200,
        default="",
        description="why Stripe did not take it, for the vendor",
    )

    class Meta:
        table = "dispute_files"
        unique_together = (("dispute", "kind"),)
        constraints = [
            CheckConstraint(check=f"kind in ({_KINDS})", name="ck_dispute_files_kind"),
            CheckConstraint(check="size > 0", name="ck_dispute_files_size"),
        ]
