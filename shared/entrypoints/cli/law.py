"""What the law wants the operator to say before anything is sold, as `doctor` looks at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from shared.core.settings import Settings
from shared.entrypoints.cli.findings import Finding
from shared.finance.statements import invoice_issuer
from shared.trade.marketplace import presentation
from shared.trade.marketplace.legal import LegalKind
from shared.trade.vat.rules import EU
from shared.trade.vendors.models import Vendor

_OPEN = {"is_open": True, "payment_config__accepts_payments": True}


async def law(settings: Settings) -> AsyncIterator[Finding]:
    """Nothing where nobody sells yet; with a test key it is only told, since nobody can buy."""
    if not settings.production:
        return
    is_real = settings.stripe.livemode
    async for what, advice in _lacking():
        if is_real:
            yield Finding(what, advice)
        else:
            yield Finding(f"Before real money moves: {what} {advice}", is_open=True)


async def _lacking() -> AsyncIterator[tuple[str, str]]:
    who = (await presentation.shown()).identity
    told = {
        "a postal address": who.postal_address,
        "an email": who.contact_email,
        "a phone number": who.phone,
    }
    lacking = [name for name, value in told.items() if not value]
    if lacking:
        yield (
            f"The marketplace lacks {', '.join(lacking)}.",
            "Say it at /operator/settings/name.",
        )
    ours = [kind for kind in LegalKind if await presentation.current(kind) is None]
    if ours:
        yield (
            f"No lawyer has read these texts, which came with the software: {', '.join(ours)}.",
            "Publish your own at /operator/settings/legal.",
        )
    if await invoice_issuer.identity() is None:
        yield (
            "Nobody is named who writes the invoices of the commission.",
            "Say it at /operator/invoicing.",
        )
    async for finding in _of_shops():
        yield finding


async def _of_shops() -> AsyncIterator[tuple[str, str]]:
    nameless = Vendor.filter(**_OPEN, legal_name="")
    if count := await nameless.count():
        yield (
            f"Shops that sell and do not say who they are: {count}.",
            "Write to them: they say it in their workplace, under Your business.",
        )
    from_abroad = Vendor.filter(**_OPEN).exclude(country__in=sorted(EU))
    if count := await from_abroad.count():
        yield (
            (
                f"Shops that sell from outside the EU: {count}. On what they send from there to "
                "consumers in the EU the marketplace owes the VAT, and reckons none (decision 27)."
            ),
            "Ask your tax adviser before they go on.",
        )
