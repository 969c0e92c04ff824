"""What `doctor` says that the law wants the operator to have said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.entrypoints.cli.findings import Finding
from shared.entrypoints.cli.law import law
from shared.finance.statements.invoice_issuer import InvoiceIssuer, save_identity
from shared.trade.marketplace.identity import MarketIdentity
from shared.trade.marketplace.legal import LegalKind
from shared.trade.marketplace.presentation import introduce, publish
from tests.support.factories import make_ready_vendor

if TYPE_CHECKING:
    from shared.core.settings import Settings

pytestmark = pytest.mark.usefixtures("database")
US = InvoiceIssuer("Halle GmbH", "Weg 1\n50667 Köln", "DE", "", Decimal(19), "H")


async def told(settings: Settings, *, key: str = "sk_live_1") -> list[Finding]:
    """In production, with real money unless the key is another."""
    stripe = replace(settings.stripe, secret_key=key)
    live = settings.with_(
        env="production", public_url="https://shop.example", stripe=stripe
    )
    return [each async for each in law(live)]


async def test_it_names_what_the_operator_has_not_said(settings: Settings) -> None:
    """One by one, until nothing lacks."""
    whole = MarketIdentity(
        contact_email="we@example.test", postal_address="Weg 1", phone="+49 221 1"
    )
    lacking = [each.what for each in await told(settings)]
    assert len(lacking) == 3
    assert "lacks a postal address, an email, a phone number." in lacking[0]
    assert "came with the software: terms, privacy, imprint." in lacking[1]
    assert "invoices of the commission" in lacking[2]
    await introduce(replace(whole, phone=""), actor="test")
    assert "lacks a phone number." in (await told(settings))[0].what
    await introduce(whole, actor="test")
    for kind in LegalKind:
        await publish(kind, text="Ours.", returns="14 days", actor="test")
    await save_identity(US, actor="test")
    assert await told(settings) == []


async def test_it_counts_shops_that_sell_and_should_not_yet(settings: Settings) -> None:
    """Without a name, or from where the marketplace would owe the VAT; not one that is closed."""
    await make_ready_vendor(country="LU", legal_name="Lux")
    await make_ready_vendor(country="CH", legal_name="")
    await make_ready_vendor(country="CH", legal_name="", is_open=False)
    *_, nameless, abroad = await told(settings)
    assert "do not say who they are: 1." in nameless.what
    assert "from outside the EU: 1." in abroad.what


async def test_with_a_test_key_it_is_told_and_in_development_it_is_not(
    settings: Settings,
) -> None:
    """Nobody can buy yet, so `doctor` ends well."""
    found = await told(settings, key="sk_test_1")
    assert {each.mark for each in found} == {"--"}
    assert found[0].what.startswith("Before real money moves: The marketplace lacks")
    assert [each async for each in law(settings)] == []
