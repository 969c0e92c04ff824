"""The operator's pages: vendors, fees, webhook inbox, parked payments."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox.models import WebhookBody, WebhookEvent
from shared.infra.audit.models import AuditEntry
from shared.trade.people.models import Member
from shared.trade.vendors.seller import SellerDetails, save_seller
from tests.support.factories import make_order, make_payment, make_ready_vendor
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")


async def _event(
    status: str = "parked", event_type: str = "account.updated"
) -> WebhookEvent:
    account = "acct_unknown"
    body = {
        "id": "evt_1",
        "object": "event",
        "type": event_type,
        "created": 1_790_000_000,
        "livemode": False,
        "api_version": "2026-10-28.endive",
        "account": account,
        "data": {"object": {"id": account, "object": "account"}},
    }
    row = await WebhookEvent.create(
        source="connect",
        stripe_event_id="evt_1",
        type=event_type,
        stripe_account_id=account,
        stripe_object_id=account,
        livemode=False,
        api_version="2026-10-28.endive",
        stripe_created_at=clock.now(),
        status=status,
        attempts=8,
        error="StripeUnavailable: no answer",
    )
    await WebhookBody.create(event_id=row.id, body=json.dumps(body))
    return row


class TestOperator:
    PAGES = (
        "/operator",
        "/operator/vendors",
        "/operator/webhooks",
        "/operator/payments",
    )

    @pytest.mark.parametrize(
        "address", [*PAGES, "/operator/vendors/1", "/operator/webhooks/evt_1"]
    )
    async def test_a_vendor_may_not_look(
        self, client: TestClientProtocol, address: str
    ) -> None:
        """Staff pages are for staff."""
        portal = await signed_in(client)
        assert (await portal.send("GET", address)).status_code == 403

    async def test_a_vendor_may_not_set_its_own_fee(
        self, client: TestClientProtocol
    ) -> None:
        """403, nothing changed."""
        portal = await signed_in(client)
        answer = await portal.post(
            f"/operator/vendors/{portal.vendor_id}/fee",
            {"platform_fee_percentage": "0"},
        )
        assert answer.status_code == 403
        config = await VendorPaymentConfig.get(vendor_id=portal.vendor_id)
        assert config.platform_fee_percentage == Decimal("2.50")

    @pytest.mark.parametrize(
        "path",
        ["", "/orders", "/products", "/payments", "/transactions", "/developers"],
    )
    async def test_the_operator_has_no_shop_of_its_own(
        self, client: TestClientProtocol, path: str
    ) -> None:
        """The vendors' pages are for vendors."""
        portal = await operator_in(client)
        assert (await portal.send("GET", f"/vendor/admin{path}")).status_code == 403

    async def test_the_fee_is_set_and_audited(self, client: TestClientProtocol) -> None:
        """With a comma as well as a point."""
        vendor = await make_ready_vendor(name="Atelier")
        portal = await operator_in(client)

        answer = await portal.post(
            f"/operator/vendors/{vendor.id}/fee", {"platform_fee_percentage": "3,75"}
        )

        assert answer.status_code == 303
        config = await VendorPaymentConfig.get(vendor_id=vendor.id)
        assert config.platform_fee_percentage == Decimal("3.75")
        assert (
            await AuditEntry.get(action="vendor.platform_fee_changed")
        ).actor.startswith("member:")
        text = await portal.get(f"/operator/vendors/{vendor.id}")
        assert "2.50 → 3.75" in text
        assert "3.75%" in await portal.get("/operator/vendors?q=atel")

    async def test_what_was_done_is_told_in_words(
        self, client: TestClientProtocol
    ) -> None:
        """By whom, and with what it was before and is now; no name of the code."""
        vendor = await make_ready_vendor(name="Atelier")
        portal = await operator_in(client)
        who = (await Member.all())[0]
        details = SellerDetails(
            "Atelier S.à r.l.", "12, rue de l’Eau\nL-1449 Luxembourg"
        )
        await save_seller(vendor_id=vendor.id, values=details, actor=f"member:{who.id}")

        text = words(await portal.get(f"/operator/vendors/{vendor.id}"))

        assert "Business details changed" in text
        assert (
            f"{who.full_name} · Name on invoices: nothing → Atelier S.à r.l. · Address:"
            in text
        )

    @pytest.mark.parametrize("value", ["0", "99.99"])
    async def test_both_ends_of_the_range_that_the_page_names_are_taken(
        self, client: TestClientProtocol, value: str
    ) -> None:
        """Compared as decimals: 99.99 is not more than 99.99."""
        vendor = await make_ready_vendor()
        portal = await operator_in(client)

        answer = await portal.post(
            f"/operator/vendors/{vendor.id}/fee", {"platform_fee_percentage": value}
        )

        assert answer.status_code == 303
        assert (
            await VendorPaymentConfig.get(vendor_id=vendor.id)
        ).platform_fee_percentage == Decimal(value)

    @pytest.mark.parametrize(
        "value",
        ["", "-1", "100", "abc", "1.234", "NaN", "9" * 60],
    )
    async def test_a_fee_out_of_bounds_is_told_beside_the_field(
        self, client: TestClientProtocol, value: str
    ) -> None:
        """422, nothing changed."""
        vendor = await make_ready_vendor()
        portal = await operator_in(client)

        answer = await portal.post(
            f"/operator/vendors/{vendor.id}/fee", {"platform_fee_percentage": value}
        )

        assert answer.status_code == 422
        config = await VendorPaymentConfig.get(vendor_id=vendor.id)
        assert config.platform_fee_percentage == Decimal("2.50")

    @pytest.mark.parametrize(
        "address",
        [
            "/operator/vendors/0",
            "/operator/vendors/99999999999999999999",
            "/operator/webhooks/evt_x",
        ],
    )
    async def test_what_does_not_exist_is_404(
        self, client: TestClientProtocol, address: str
    ) -> None:
        """Vendors and events alike."""
        assert (
            await (await operator_in(client)).send("GET", address)
        ).status_code == 404

    async def test_a_parked_payment_is_loud(self, client: TestClientProtocol) -> None:
        """On every page of the staff, with its reason on its own."""
        await make_payment(
            await make_order(),
            status="parked",
            parked_reason="received 1 instead of 4990",
        )
        portal = await operator_in(client)

        assert "1 payment is parked" in await portal.get("/operator")
        assert "1 payment is parked" in await portal.get("/operator/webhooks")
        assert "received 1 instead of 4990" in await portal.get("/operator/payments")

    async def test_the_inbox_filters_by_state(self, client: TestClientProtocol) -> None:
        """An unknown state shows all."""
        await _event()
        portal = await operator_in(client)

        assert "account.updated" in await portal.get("/operator/webhooks?status=parked")
        assert "Nothing here" in await portal.get("/operator/webhooks?status=handled")
        assert "account.updated" in await portal.get(
            "/operator/webhooks?status=x&page=7"
        )

    async def test_a_parked_event_is_replayed(self, client: TestClientProtocol) -> None:
        """It is applied again and says what was decided; a second replay is harmless."""
        event = await _event()
        portal = await operator_in(client)
        assert "StripeUnavailable" in await portal.get("/operator/webhooks/evt_1")

        for _ in range(2):
            answer = await portal.post("/operator/webhooks/evt_1/replay")
            assert answer.status_code == 303

        await event.refresh_from_db()
        assert (event.status, event.outcome) == ("handled", "not ours")
        assert "It is about nothing of this marketplace." in await portal.get(
            "/operator/webhooks/evt_1"
        )
