"""The gateway on the real `stripe` SDK. The same code talks to Stripe and to the stand-in; only the base address differs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.gateway import translate
from shared.gateway.calls import API_VERSION, PLATFORM
from shared.gateway.money_calls import MoneyCalls
from shared.gateway.saving_calls import SavingCalls
from shared.gateway.seam import (
    SELLING_NEEDS,
    Account,
    AccountDetails,
    Charge,
    Intent,
    NewIntent,
    PayoutSettings,
    StripeRefused,
    StripeUnavailable,
)

__all__ = ["API_VERSION", "LiveGateway"]


class LiveGateway(MoneyCalls, SavingCalls):
    """Everything that `seam.Gateway` promises."""

    async def create_account(self, details: AccountDetails, *, vendor_id: int, key: str) -> Account:
        """A connected account by controller properties: Express dashboard, the platform liable for fees and losses.

        `type` is deprecated (stripe.md section 10). card_payments is asked for beside transfers, since transfers alone
        means the recipient agreement, which Stripe does not offer everywhere (features.md section 5).
        """
        params: dict[str, Any] = {
            "country": details.country,
            "email": details.email,
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {"card_payments": {"requested": True}, "transfers": {"requested": True}},
            "business_profile": {"name": details.business_name, **({"url": details.url} if details.url else {})},
            "metadata": {"platform": PLATFORM, "vendor_id": str(vendor_id)},
        }
        if details.business_type:
            params["business_type"] = details.business_type
        if details.business_type in ("company", "non_profit"):
            params["company"] = {"name": details.business_name, **({"phone": details.phone} if details.phone else {})}
        return await self._call(
            self._client.v1.accounts.create_async, params=params, to=translate.account, idempotency_key=key
        )

    async def get_account(self, account_id: str) -> Account:
        """The account as it is now. What holds a capability back is asked for where the account says that there is something."""
        found = await self._call(self._client.v1.accounts.retrieve_async, account_id, params={}, to=translate.account)
        if found.is_well:
            return found
        listed = await self._call(
            self._client.v1.accounts.capabilities.list_async, account_id, params={}, to=translate.capabilities
        )
        return replace(found, abilities=tuple(c for c in listed if c.name in SELLING_NEEDS))

    async def create_account_link(self, account_id: str, *, refresh_url: str, return_url: str) -> str:
        """A fresh, single-use address of the hosted onboarding that lives a few minutes. Never store it."""
        params = {
            "account": account_id,
            "type": "account_onboarding",
            "refresh_url": refresh_url,
            "return_url": return_url,
            "collection_options": {"fields": "eventually_due", "future_requirements": "include"},
        }
        return await self._call(
            self._client.v1.account_links.create_async, params=params, to=lambda link: str(link.url)
        )

    async def create_login_link(self, account_id: str) -> str:
        """A single-use address of the account's Express dashboard. Refused before onboarding is finished."""
        return await self._call(
            self._client.v1.accounts.login_links.create_async, account_id, params={}, to=lambda link: str(link.url)
        )

    async def get_payout_settings(self, account_id: str) -> PayoutSettings:
        """The account's payout schedule as Stripe keeps it."""
        return await self._call(
            self._client.v1.balance_settings.retrieve_async,
            params={},
            to=translate.payout_settings,
            account=account_id,
        )

    async def set_payout_settings(self, account_id: str, settings: PayoutSettings, *, key: str) -> PayoutSettings:
        """Write the schedule to Stripe and answer what Stripe made of it. Any but `manual` makes Stripe pay out."""
        schedule: dict[str, Any] = {"interval": settings.interval}
        if settings.weekly_days:
            schedule["weekly_payout_days"] = list(settings.weekly_days)
        if settings.monthly_days:
            schedule["monthly_payout_days"] = list(settings.monthly_days)
        tell = self._call if settings.interval == "manual" else self._move
        return await tell(
            self._client.v1.balance_settings.update_async,
            params={"payments": {"payouts": {"schedule": schedule}}},
            to=translate.payout_settings,
            account=account_id,
            idempotency_key=key,
        )

    async def get_statement_prefix(self) -> str:
        """What the platform's card statements begin with, as set in Stripe's dashboard; empty when nothing is."""
        return await self._call(
            self._client.v1.accounts.retrieve_current_async, params={}, to=translate.statement_prefix
        )

    async def create_payment_intent(self, new: NewIntent, *, key: str) -> Intent:
        """A destination charge's PaymentIntent. A fee of 0 is left out, since Stripe refuses an explicit 0 (stripe.md section 6)."""
        params: dict[str, Any] = {
            "amount": new.amount,
            "currency": new.currency.lower(),
            "automatic_payment_methods": {"enabled": True},
            "transfer_data": {"destination": new.destination},
            "transfer_group": new.transfer_group,
            "description": new.description,
            "metadata": {**new.metadata, "platform": PLATFORM},
        }
        if new.fee:
            params["application_fee_amount"] = new.fee
        if new.customer:
            params["customer"] = new.customer
        if new.statement_suffix:
            params["statement_descriptor_suffix"] = new.statement_suffix
        return await self._move(
            self._client.v1.payment_intents.create_async, params=params, to=translate.intent, idempotency_key=key
        )

    async def get_payment_intent(self, intent_id: str) -> Intent:
        """The intent as it is now, with its latest charge."""
        return await self._call(
            self._client.v1.payment_intents.retrieve_async,
            intent_id,
            params={"expand": ["latest_charge"]},
            to=translate.intent,
        )

    async def cancel_payment_intent(self, intent_id: str, *, key: str) -> Intent:
        """Cancel the intent; where it can no longer be cancelled, answer what it is instead (succeeded, processing, canceled)."""
        try:
            try:
                return await self._cancel(intent_id, key=key)
            except StripeUnavailable as down:
                if not down.replayed:
                    raise
            return await self._cancel(intent_id, key=f"{key}:2")  # a failure is stored under the first key
        except StripeRefused as refused:
            if refused.stripe_code != "payment_intent_unexpected_state":
                raise
        return await self.get_payment_intent(intent_id)

    async def _cancel(self, intent_id: str, *, key: str) -> Intent:
        return await self._call(
            self._client.v1.payment_intents.cancel_async,
            intent_id,
            params={"cancellation_reason": "abandoned"},
            to=translate.intent,
            idempotency_key=key,
        )

    async def get_charge(self, charge_id: str) -> Charge:
        """The charge with its balance transaction, which tells Stripe's own fee."""
        return await self._call(
            self._client.v1.charges.retrieve_async,
            charge_id,
            params={"expand": ["balance_transaction"]},
            to=translate.charge,
        )
