"""What shoppers ask their vendors to give back, with the pieces that it is about."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.core.locales import LONGEST_TAG
from shared.infra.database.base import Row, words
from shared.infra.database.indexes import IndexWhere
from shared.trade.orders.models import Order, OrderLine
from shared.trade.returns.errors import ReturnNotFound, WithdrawalNotFound
from shared.trade.returns.rules import ReturnKind, ReturnReason, ReturnState
from shared.trade.vendors.models import Vendor


class ReturnRequest(Row):
    """A shopper withdraws from an order, or asks for money back and says why."""

    lock_rank = 245
    not_found = ReturnNotFound.default
    activity_columns = ("status",)

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name="return_requests", on_delete=fields.RESTRICT
    )
    order_id: int
    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="return_requests", on_delete=fields.RESTRICT
    )
    vendor_id: int
    kind = fields.CharField(max_length=20)
    status = fields.CharField(max_length=20, default=ReturnState.OPEN.value)
    reason = fields.CharField(
        max_length=20, default="", description="empty for a withdrawal"
    )
    note = fields.TextField(default="", description="of the shopper")
    answer = fields.CharField(
        max_length=500, default="", description="why it was declined"
    )
    answered_by = fields.CharField(
        max_length=60,
        default="",
        description="member:7",
    )
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "return_requests"
        indexes = [
            Index(fields=("order_id",), name="ix_return_requests_order"),
            IndexWhere(
                fields=("vendor_id", "id"),
                name="ix_return_requests_open",
                where="status = 'open'",
            ),
        ]
        constraints = [
            CheckConstraint(
                check=f"status in ({words(ReturnState)})",
                name="ck_return_requests_status",
            ),
            CheckConstraint(
                check=f"kind in ({words(ReturnKind)})", name="ck_return_requests_kind"
            ),
            CheckConstraint(
                check=f"reason in ({words(ReturnReason)})",
                name="ck_return_requests_reason",
            ),
        ]


class ReturnLine(Row):
    """So many pieces of one line that a request is about."""

    request: fields.ForeignKeyRelation[ReturnRequest] = fields.ForeignKeyField(
        "models.ReturnRequest", related_name="lines", on_delete=fields.RESTRICT
    )
    request_id: int
    order_line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "models.OrderLine", related_name="return_lines", on_delete=fields.RESTRICT
    )
    order_line_id: int
    quantity = fields.IntField()

    class Meta:
        table = "return_lines"
        unique_together = (("request", "order_line"),)
        constraints = [
            CheckConstraint(check="quantity > 0", name="ck_return_lines_quantity")
        ]


class UnmatchedWithdrawal(Row):
    """A withdrawal that named no order which could be withdrawn from; a person looks for it."""

    lock_rank = 247
    not_found = WithdrawalNotFound.default
    activity_columns = ("answered_at",)

    full_name = fields.CharField(max_length=120)
    number = fields.CharField(max_length=40, description="as it was typed")
    email = fields.CharField(max_length=254)
    language = fields.CharField(max_length=LONGEST_TAG)
    answered_at = fields.DatetimeField(null=True)
    answered_by = fields.CharField(
        max_length=60,
        default="",
        description="member:7",
    )

    class Meta:
        table = "unmatched_withdrawals"
        indexes = [
            IndexWhere(
                fields=("id",),
                name="ix_unmatched_withdrawals_open",
                where="answered_at IS NULL",
            )
        ]
