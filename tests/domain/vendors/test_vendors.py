"""A vendor signs up, is listed, and pays the fee that the operator sets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.core.errors import Invalid
from shared.finance.connect import payment_configs
from shared.finance.connect.queries import get_vendor_payment_config, vendor_rows
from shared.finance.connect.rules import AccountStatus
from shared.infra.audit.models import AuditEntry
from shared.trade.people.errors import EmailTaken, WeakPassword
from shared.trade.vendors import service as vendors
from shared.trade.vendors.errors import UnsupportedCountry
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.open_shops import open_shops
from shared.trade.vendors.queries import vendor_by_id, vendor_by_slug
from tests.support.connecting import new_vendor

pytestmark = pytest.mark.usefixtures("database")


class TestSignUp:
    async def test_a_new_vendor_has_an_owner_and_its_country_s_currency(self) -> None:
        """And cannot take payments yet."""
        config = await get_vendor_payment_config(await new_vendor(country="DK"))

        assert config.currency == "DKK"
        assert config.account_status is AccountStatus.NOT_CONFIGURED
        assert not config.accepts_payments
        assert config.needs_onboarding
        assert config.platform_fee_percentage == Decimal("2.50")

    async def test_two_shops_of_one_name_have_two_addresses(self) -> None:
        """The second one gets a number."""
        await new_vendor(email="one@shop.test")
        second = await new_vendor(email="two@shop.test")

        assert (await vendor_by_id(second)).slug == "atelier-luxe-2"

    @pytest.mark.parametrize("name", ["靴屋", "---", "🥖"])
    async def test_a_name_without_latin_letters_still_has_an_address(
        self, name: str
    ) -> None:
        """Nothing is left of it, so it is called shop."""
        assert (await vendor_by_id(await new_vendor(name))).slug == "shop"

    async def test_a_taken_address_leaves_nothing_behind(self) -> None:
        """No vendor without an owner."""
        await new_vendor()

        with pytest.raises(EmailTaken):
            await new_vendor("Another")
        assert await Vendor.all().count() == 1

    async def test_a_weak_password_leaves_nothing_behind(self) -> None:
        """The vendor's row goes with it."""
        with pytest.raises(WeakPassword):
            await vendors.sign_up(
                email="a@b.test",
                password="short",
                full_name="A",
                business_name="B",
                country="LU",
            )
        assert await Vendor.all().count() == 0

    async def test_a_country_that_we_cannot_pay_is_refused(self) -> None:
        """Before anything is written."""
        with pytest.raises(UnsupportedCountry):
            await new_vendor(country="US")


class TestFee:
    @pytest.mark.parametrize("percentage", ["0", "2.9", "99.99"])
    async def test_the_operator_sets_a_fee_and_it_is_audited(
        self, percentage: str
    ) -> None:
        """From 0 to just below 100 per cent."""
        vendor_id = await new_vendor()
        await payment_configs.set_platform_fee(
            vendor_id=vendor_id, percentage=Decimal(percentage), actor="member:9"
        )

        assert (
            await get_vendor_payment_config(vendor_id)
        ).platform_fee_percentage == Decimal(percentage)
        entry = await AuditEntry.get(action="vendor.platform_fee_changed")
        assert (entry.actor, entry.details["before"]) == ("member:9", "2.50")

    @pytest.mark.parametrize(
        "percentage", ["-0.01", "100", "1000", "2.555", "NaN", "Infinity"]
    )
    async def test_a_fee_out_of_bounds_is_refused(self, percentage: str) -> None:
        """Nothing a destination charge could not carry."""
        vendor_id = await new_vendor()
        with pytest.raises(Invalid):
            await payment_configs.set_platform_fee(
                vendor_id=vendor_id, percentage=Decimal(percentage), actor="member:9"
            )


class TestLists:
    async def test_a_closed_shop_is_not_listed(self) -> None:
        """Shoppers see open shops alone; the operator sees all."""
        vendor_id = await new_vendor()
        await new_vendor("Velo Nord", "velo@nord.test", "DK")
        await vendors.close_shop(vendor_id=vendor_id, actor="member:1")

        assert [v.slug for v in (await open_shops()).vendors] == ["velo-nord"]
        assert not (await vendor_by_slug("atelier-luxe")).is_open
        assert (await vendor_rows()).total == 2
        assert [r.slug for r in (await vendor_rows(search="VELO")).rows] == [
            "velo-nord"
        ]
