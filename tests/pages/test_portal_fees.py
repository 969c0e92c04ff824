"""The operator's page of commission: its rules, what it is of, who may look."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.trade.commission import service
from shared.trade.commission.models import FeeRule, MarketplacePolicy
from shared.trade.commission.queries import all_rules
from shared.trade.commission.rules import Rule
from tests.support.factories import make_product, make_ready_vendor
from tests.support.fee_pages import BAGS, BY, FEES, said, told
from tests.support.portal import operator_in, signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol


pytestmark = pytest.mark.usefixtures("database")


class TestAccess:
    @pytest.mark.parametrize("path", ["", "/new", "/1", "/vendors"])
    async def test_a_vendor_may_not_look(
        self, client: TestClientProtocol, path: str
    ) -> None:
        """Staff pages are for staff."""
        assert (
            await (await signed_in(client)).send("GET", FEES + path)
        ).status_code == 403

    @pytest.mark.parametrize(
        "path", ["/new", "/1", "/1/move", "/1/switch", "/refunds", "/basis"]
    )
    async def test_a_vendor_may_not_change_what_it_pays(
        self, client: TestClientProtocol, path: str
    ) -> None:
        """403, nothing written."""
        await service.add_rule(Rule(Decimal(9)), actor=BY)
        form = {**BAGS, "is_active": "no", "refund_policy": "keep"}
        form["commission_basis"] = "goods_and_shipping"
        assert (
            await (await signed_in(client)).post(FEES + path, form)
        ).status_code == 403
        rule = await FeeRule.get()
        assert (rule.percentage, rule.is_active) == (Decimal(9), True)
        assert not await MarketplacePolicy.exists()

    @pytest.mark.parametrize(
        "path",
        ["/99", "/99999999999999999999", "/99/move", "/99999999999999999999/switch"],
    )
    async def test_a_rule_that_is_not_there_is_404(
        self, client: TestClientProtocol, path: str
    ) -> None:
        """However large its number."""
        portal = await operator_in(client)
        method = "GET" if path.count("/") == 1 else "POST"
        assert (await portal.send(method, FEES + path)).status_code == 404


class TestRules:
    async def test_a_rule_is_made_seen_moved_and_switched_off(
        self, client: TestClientProtocol
    ) -> None:
        """By plain forms, from an empty list on."""
        portal = await operator_in(client)
        assert "No rules yet" in await told(portal, FEES)

        assert (await portal.post(f"{FEES}/new", BAGS)).status_code == 303
        assert "10% + €0.30, at most €20.00" in await told(portal, FEES)
        assert (
            await portal.post(f"{FEES}/new", {"percentage": "7,5", "currency": ""})
        ).status_code == 303
        bags, rest = [view.id for view in await all_rules()]

        assert (
            await portal.post(f"{FEES}/{rest}/move", {"direction": "up"})
        ).status_code == 303
        assert [view.id for view in await all_rules()] == [rest, bags]
        text = await told(portal, FEES)
        assert "Never reached" in text  # a rule for everything stands above it now
        assert "Rule moved" in text
        assert (
            await portal.post(f"{FEES}/{rest}/move", {"direction": "down"})
        ).status_code == 303
        assert (
            await portal.post(f"{FEES}/{rest}/switch", {"is_active": "no"})
        ).status_code == 303
        assert "Switched off" in await told(portal, FEES)
        assert (
            await portal.post(f"{FEES}/{rest}/switch", {"is_active": "yes"})
        ).status_code == 303
        assert (await FeeRule.get(id=rest)).is_active

    async def test_a_rule_is_changed_in_its_form(
        self, client: TestClientProtocol
    ) -> None:
        """The form shows the rule as it is; saving says what was and what is."""
        portal = await operator_in(client)
        vendor = await make_ready_vendor(slug="atelier", name="Atelier")
        await make_product(vendor, slug="tote", name="A tote")
        await portal.post(
            f"{FEES}/new",
            {
                **BAGS,
                "category": "",
                "product": "https://shop.test/shops/atelier/tote?x=1",
            },
        )
        (view,) = await all_rules()
        assert (view.vendor_name, view.product_name) == ("Atelier", "A tote")

        page = await portal.get(f"{FEES}/{view.id}")
        values = dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', page))
        shown = {
            name: values[name]
            for name in (
                "vendor",
                "product",
                "percentage",
                "fixed_amount",
                "maximum_amount",
            )
        }
        assert shown == {
            "vendor": "atelier",
            "product": "tote",
            "percentage": "10",
            "fixed_amount": "0.30",
            "maximum_amount": "20.00",
        }

        answer = await portal.post(
            f"{FEES}/{view.id}", {**BAGS, "vendor": "atelier", "percentage": "12"}
        )
        assert answer.status_code == 303
        text = await told(portal, FEES)
        assert (
            "10% + €0.30 on one product, at most €20.00 → 12% + €0.30 on Bags, at most €20.00"
            in text
        )

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"percentage": ""}, "Enter a percentage"),
            ({"percentage": "100"}, "Enter a percentage from 0 to 99.99."),
            ({"percentage": "-1"}, "Enter a percentage from 0 to 99.99."),
            ({"percentage": "1.234"}, "Enter at most two decimals."),
            ({"percentage": "NaN"}, "Enter a percentage such as 2.5."),
            ({"percentage": "abc"}, "Enter a percentage such as 2.5."),
            ({"currency": ""}, "Choose the currency of the fixed part"),
            ({"currency": "QQQ"}, "Not a valid choice."),
            ({"fixed_amount": "-1"}, "not negative"),
            ({"fixed_amount": "0.005"}, "does not have that many decimals"),
            ({"fixed_amount": "9" * 50}, "That is too large."),
            ({"minimum_amount": "30"}, "The maximum is below the minimum"),
            ({"fixed_amount": "30"}, "The maximum is below the fixed part"),
            ({"vendor": "nobody"}, "No shop has this address."),
            ({"vendor": "../['"}, "No shop has this address."),
            ({"vendor": "http://["}, "No shop has this address."),
            ({"product": "tote"}, "Say whose product it is"),
            (
                {"product": "/shops/atelier/none"},
                "Atelier has no product with this address.",
            ),
            (
                {"product": "/shops/atelier/tote", "vendor": "velo"},
                "This product is another vendor’s.",
            ),
            ({"vendor": "velo"}, "Velo sells in DKK, so this rule would never hold."),
            ({"category": "x" * 61}, "Field cannot be longer than 60 characters."),
        ],
    )
    async def test_bad_input_is_told_and_kept(
        self, client: TestClientProtocol, change: dict[str, str], sentence: str
    ) -> None:
        """A sentence at the field, what was typed still there, no rule made."""
        await make_product(
            await make_ready_vendor(slug="atelier", name="Atelier"), slug="tote"
        )
        velo = await make_ready_vendor(slug="velo", name="Velo")
        await VendorPaymentConfig.filter(vendor_id=velo.id).update(currency="DKK")
        portal = await operator_in(client)

        answer = await portal.post(f"{FEES}/new", {**BAGS, **change})
        text = await answer.get_data(as_text=True)

        assert answer.status_code == 422
        assert sentence in said(text)
        assert 'value="0,30"' in text or "fixed_amount" in change
        assert not await FeeRule.exists()


class TestBasis:
    async def test_the_operator_says_what_the_commission_is_of(
        self, client: TestClientProtocol
    ) -> None:
        """Each choice with an example; vendors and visitors read which it is; the changes tell."""
        portal = await operator_in(client)
        text = await told(portal, FEES)
        assert "delivery for €5.00 at 10% pay €10.00." in text
        assert "delivery for €5.00 at 10% pay €10.50." in text
        alone = (
            "charged on the goods alone; what shoppers pay for delivery is all yours."
        )
        both = "charged on what shoppers pay for delivery as well"
        assert alone in await told(portal, "/pricing")
        answer = await portal.post(f"{FEES}/basis", {"commission_basis": "all"})
        assert answer.status_code == 422
        chosen = {"commission_basis": "goods_and_shipping"}
        for _twice in range(2):
            answer = await portal.post(f"{FEES}/basis", chosen)
            assert answer.status_code == 303
        page = await portal.get(FEES)
        assert re.search(r'<input[^>]*checked[^>]*value="goods_and_shipping"', page)
        changed = (
            "What the commission is taken of The goods alone → The goods and delivery"
        )
        assert said(page).count(changed) == 1
        vendor = await signed_in(client)
        for path in ("/pricing", "/vendor/admin/payments"):
            assert both in await told(vendor, path)
