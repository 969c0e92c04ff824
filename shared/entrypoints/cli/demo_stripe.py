"""What people do at Stripe and not at ours, done for the demo at the stand-in."""

from __future__ import annotations

import aiohttp


class DemoStripe:
    """Finishes onboarding, pays by card, disputes."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session, self._base = session, base

    async def complete_onboarding(self, account_id: str) -> None:
        async with self._session.post(
            f"{self._base}/_control/accounts/{account_id}", json={"complete": True}
        ) as answer:
            answer.raise_for_status()

    async def dispute(self, charge_id: str, reason: str) -> None:
        body = {"charge": charge_id, "reason": reason}
        async with self._session.post(
            f"{self._base}/_control/disputes", json=body
        ) as answer:
            answer.raise_for_status()

    async def pay(self, intent_id: str, card: str) -> None:
        form = {"payment_method": card, "return_url": "http://127.0.0.1/"}
        async with self._session.post(
            f"{self._base}/v1/payment_intents/{intent_id}/confirm", data=form
        ) as answer:
            answer.raise_for_status()
