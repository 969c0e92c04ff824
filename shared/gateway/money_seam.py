"""The part of the seam about money after a sale; what goes through it stands in objects.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from shared.gateway.objects import (
    ApplicationFee,
    BalanceLine,
    BalanceTransaction,
    Dispute,
    FeeRefund,
    FraudWarning,
    MissedEvent,
    NewRefund,
    NewTransfer,
    Payout,
    Refund,
    Reversal,
    StoredFile,
    Transfer,
)

if TYPE_CHECKING:
    from shared.gateway.seam import ExternalAccount, Intent


class MoneyGateway(Protocol):
    """Refunds and reversals, disputes, payouts, balances, missed events. The promises of `seam.Gateway` hold here too."""

    # Balances. `account` None is the platform's own; lists come whole, oldest first, `since` by creation.

    async def get_balance(self, account: str | None = None) -> tuple[BalanceLine, ...]: ...

    async def list_balance_transactions(
        self,
        account: str | None = None,
        *,
        payout: str | None = None,
        since: datetime | None = None,
        of_type: str | None = None,
    ) -> list[BalanceTransaction]: ...

    # Refunds, and what comes back from a vendor or goes to it again.

    async def create_refund(self, new: NewRefund, *, key: str) -> Refund: ...

    async def get_refund(self, refund_id: str) -> Refund: ...

    async def cancel_refund(self, refund_id: str, *, key: str) -> Refund: ...

    async def list_refunds(
        self, *, payment_intent: str | None = None, since: datetime | None = None
    ) -> list[Refund]: ...

    async def get_transfer(self, transfer_id: str) -> Transfer: ...

    async def create_transfer(self, new: NewTransfer, *, key: str) -> Transfer: ...

    async def list_transfers(
        self, *, transfer_group: str | None = None, since: datetime | None = None
    ) -> list[Transfer]: ...

    async def create_reversal(
        self, transfer_id: str, *, amount: int, metadata: Mapping[str, str], key: str
    ) -> Reversal: ...

    async def list_reversals(self, transfer_id: str) -> list[Reversal]: ...

    async def get_application_fee(self, fee_id: str) -> ApplicationFee: ...

    async def list_fee_refunds(self, fee_id: str) -> list[FeeRefund]: ...

    # Disputes.

    async def get_dispute(self, dispute_id: str) -> Dispute: ...

    async def list_disputes(
        self, *, payment_intent: str | None = None, since: datetime | None = None
    ) -> list[Dispute]: ...

    async def update_dispute(
        self, dispute_id: str, *, evidence: Mapping[str, str], submit: bool, key: str
    ) -> Dispute: ...

    async def upload_evidence(self, content: bytes, *, name: str, key: str) -> StoredFile: ...

    async def close_dispute(self, dispute_id: str, *, key: str) -> Dispute: ...

    async def get_fraud_warning(self, warning_id: str) -> FraudWarning: ...

    # Payouts, and where they go.

    async def list_banks(self, account: str) -> list[ExternalAccount]: ...

    async def create_payout(
        self, account: str, *, amount: int, currency: str, instant: bool, metadata: Mapping[str, str], key: str
    ) -> Payout: ...

    async def get_payout(self, payout_id: str, *, account: str | None) -> Payout: ...

    async def cancel_payout(self, payout_id: str, *, account: str, key: str) -> Payout: ...

    async def list_payouts(self, account: str | None = None, *, since: datetime | None = None) -> list[Payout]: ...

    # What we may have missed.

    async def list_payment_intents(self, *, since: datetime | None = None) -> list[Intent]: ...

    async def list_events(
        self, account: str | None = None, *, since: datetime, undelivered: bool = False
    ) -> list[MissedEvent]: ...
