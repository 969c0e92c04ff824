"""Links that lead the holder of a connected account through Stripe's hosted onboarding."""

from __future__ import annotations

from shared.infra.gateway.calls import Resource


class AccountLinks(Resource):
    """Links of connected accounts."""

    async def create(
        self,
        account_id: str,
        *,
        refresh_url: str,
        return_url: str,
    ) -> str:
        """A fresh, single-use address of the hosted onboarding that lives a few minutes.

        Never store it.
        """
        params = {
            "account": account_id,
            "type": "account_onboarding",
            "refresh_url": refresh_url,
            "return_url": return_url,
            "collection_options": {
                "fields": "eventually_due",
                "future_requirements": "include",
            },
        }
        return await self._call(
            self._v1.account_links.create_async,
            params=params,
            to=lambda link: str(link["url"]),
        )
