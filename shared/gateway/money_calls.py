"""The part of the gateway about money after a sale: refunds and reversals, disputes, payouts, balances, missed events."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.gateway import translate
from shared.gateway import translate_money as to
from shared.gateway.calls import PLATFORM, Calls
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
from shared.gateway.seam import ExternalAccount, Intent


def _marked(metadata: Mapping[str, str]) -> dict[str, str]:
    return {**metadata, "platform": PLATFORM}


class MoneyCalls(Calls):
    """Each write takes a key that the caller stored first; each read gives what is so now."""

    async def get_balance(self, account: str | None = None) -> tuple[BalanceLine, ...]:
        """What an account holds, one line a currency; of a connected account also what instant payouts leave after the fee."""
        asked = {"expand": ["instant_available.net_available"]} if account is not None else {}
        return await self._call(self._client.v1.balance.retrieve_async, params=asked, to=to.balance, account=account)

    async def list_balance_transactions(
        self,
        account: str | None = None,
        *,
        payout: str | None = None,
        since: datetime | None = None,
        of_type: str | None = None,
    ) -> list[BalanceTransaction]:
        """The rows of an account's books, with what their sources name; by `payout` only for automatic ones (features.md section 5)."""
        return await self._list(
            self._client.v1.balance_transactions.list_async,
            to=to.balance_transaction,
            account=account,
            since=since,
            payout=payout,
            type=of_type,
            expand=["data.source"],
        )

    async def create_refund(self, new: NewRefund, *, key: str) -> Refund:
        """Give money back to the shopper; the platform pays, and the transfer and fee come back where that is asked for."""
        params: dict[str, Any] = {
            "payment_intent": new.payment_intent,
            "amount": new.amount,
            "metadata": _marked(new.metadata),
        }
        if new.reverse_transfer:
            params["reverse_transfer"] = True
        if new.refund_application_fee:
            params["refund_application_fee"] = True
        if new.reason:
            params["reason"] = new.reason
        return await self._move(self._client.v1.refunds.create_async, params=params, to=to.refund, idempotency_key=key)

    async def get_refund(self, refund_id: str) -> Refund:
        """A refund as it is now."""
        return await self._call(self._client.v1.refunds.retrieve_async, refund_id, params={}, to=to.refund)

    async def cancel_refund(self, refund_id: str, *, key: str) -> Refund:
        """Call a refund back that waits for the shopper (requires_action alone can be)."""
        return await self._move(
            self._client.v1.refunds.cancel_async, refund_id, params={}, to=to.refund, idempotency_key=key
        )

    async def list_refunds(self, *, payment_intent: str | None = None, since: datetime | None = None) -> list[Refund]:
        """Refunds, of one payment or all."""
        return await self._list(
            self._client.v1.refunds.list_async, to=to.refund, since=since, payment_intent=payment_intent
        )

    async def get_transfer(self, transfer_id: str) -> Transfer:
        """A transfer as it is now."""
        return await self._call(self._client.v1.transfers.retrieve_async, transfer_id, params={}, to=to.transfer)

    async def create_transfer(self, new: NewTransfer, *, key: str) -> Transfer:
        """Send a vendor money out of a charge, so that it needs no available balance."""
        params = {
            "amount": new.amount,
            "currency": new.currency.lower(),
            "destination": new.destination,
            "source_transaction": new.source_transaction,
            "transfer_group": new.transfer_group,
            "metadata": _marked(new.metadata),
        }
        return await self._move(
            self._client.v1.transfers.create_async, params=params, to=to.transfer, idempotency_key=key
        )

    async def list_transfers(
        self, *, transfer_group: str | None = None, since: datetime | None = None
    ) -> list[Transfer]:
        """Transfers, of one group or all."""
        return await self._list(
            self._client.v1.transfers.list_async, to=to.transfer, since=since, transfer_group=transfer_group
        )

    async def create_reversal(
        self, transfer_id: str, *, amount: int, metadata: Mapping[str, str], key: str
    ) -> Reversal:
        """Take money of a transfer back; refused (`balance_insufficient`) where the vendor's balance does not cover it."""
        return await self._move(
            self._client.v1.transfers.reversals.create_async,
            transfer_id,
            params={"amount": amount, "metadata": _marked(metadata)},
            to=to.reversal,
            idempotency_key=key,
        )

    async def list_reversals(self, transfer_id: str) -> list[Reversal]:
        """What came back of one transfer."""
        return await self._list(self._client.v1.transfers.reversals.list_async, transfer_id, to=to.reversal)

    async def get_application_fee(self, fee_id: str) -> ApplicationFee:
        """A commission as Stripe keeps it."""
        return await self._call(
            self._client.v1.application_fees.retrieve_async, fee_id, params={}, to=to.application_fee
        )

    async def list_fee_refunds(self, fee_id: str) -> list[FeeRefund]:
        """What was given back of one commission."""
        return await self._list(self._client.v1.application_fees.refunds.list_async, fee_id, to=to.fee_refund)

    async def get_dispute(self, dispute_id: str) -> Dispute:
        """A dispute as it is now."""
        return await self._call(self._client.v1.disputes.retrieve_async, dispute_id, params={}, to=to.dispute)

    async def list_disputes(self, *, payment_intent: str | None = None, since: datetime | None = None) -> list[Dispute]:
        """Disputes, of one payment or all."""
        return await self._list(
            self._client.v1.disputes.list_async, to=to.dispute, since=since, payment_intent=payment_intent
        )

    async def update_dispute(self, dispute_id: str, *, evidence: Mapping[str, str], submit: bool, key: str) -> Dispute:
        """Stage evidence (`submit` false: the bank never sees it) or hand it in, which is done once (stripe.md section 13)."""
        return await self._call(
            self._client.v1.disputes.update_async,
            dispute_id,
            params={"evidence": dict(evidence), "submit": submit},
            to=to.dispute,
            idempotency_key=key,
        )

    async def upload_evidence(self, content: bytes, *, name: str, key: str) -> StoredFile:
        """Put a document where evidence can name it; the bank sees it when the answer that names it is handed in."""
        file = io.BytesIO(content)
        file.name = name
        return await self._call(
            self._client.v1.files.create_async,
            params={"purpose": "dispute_evidence", "file": file},
            to=to.stored_file,
            idempotency_key=key,
        )

    async def close_dispute(self, dispute_id: str, *, key: str) -> Dispute:
        """Accept the loss, for good."""
        return await self._move(
            self._client.v1.disputes.close_async, dispute_id, params={}, to=to.dispute, idempotency_key=key
        )

    async def get_fraud_warning(self, warning_id: str) -> FraudWarning:
        """An early fraud warning as it is now."""
        return await self._call(
            self._client.v1.radar.early_fraud_warnings.retrieve_async, warning_id, params={}, to=to.fraud_warning
        )

    async def list_banks(self, account: str) -> list[ExternalAccount]:
        """Where the payouts of a connected account can go: banks and debit cards."""
        return await self._list(
            self._client.v1.accounts.external_accounts.list_async, account, to=translate.external_account
        )

    async def create_payout(
        self, account: str, *, amount: int, currency: str, instant: bool, metadata: Mapping[str, str], key: str
    ) -> Payout:
        """Send available money of a connected account to its bank."""
        params: dict[str, Any] = {"amount": amount, "currency": currency.lower(), "metadata": _marked(metadata)}
        if instant:
            params["method"] = "instant"
        return await self._move(
            self._client.v1.payouts.create_async, params=params, to=to.payout, account=account, idempotency_key=key
        )

    async def get_payout(self, payout_id: str, *, account: str | None) -> Payout:
        """A payout as it is now; of the platform itself without an account."""
        return await self._call(
            self._client.v1.payouts.retrieve_async, payout_id, params={}, to=to.payout, account=account
        )

    async def cancel_payout(self, payout_id: str, *, account: str, key: str) -> Payout:
        """Call back a payout that is pending."""
        return await self._move(
            self._client.v1.payouts.cancel_async,
            payout_id,
            params={},
            to=to.payout,
            account=account,
            idempotency_key=key,
        )

    async def list_payouts(self, account: str | None = None, *, since: datetime | None = None) -> list[Payout]:
        """Payouts of one account."""
        return await self._list(self._client.v1.payouts.list_async, to=to.payout, account=account, since=since)

    async def list_payment_intents(self, *, since: datetime | None = None) -> list[Intent]:
        """All intents of the platform."""
        return await self._list(self._client.v1.payment_intents.list_async, to=translate.intent, since=since)

    async def list_events(
        self, account: str | None = None, *, since: datetime, undelivered: bool = False
    ) -> list[MissedEvent]:
        """Events of the last 30 days; `undelivered`: those that some endpoint of ours has not taken (Event.list delivery_success)."""
        return await self._list(
            self._client.v1.events.list_async,
            to=to.event,
            account=account,
            since=since,
            delivery_success=False if undelivered else None,
        )
