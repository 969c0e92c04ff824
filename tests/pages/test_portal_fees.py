"""The operator's page about fees, and what vendors and visitors are told of them."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.trade.commission import service
from shared.trade.commission.basis import CommissionBasis
from shared.trade.commission.models import FeeRule, MarketplacePolicy
from shared.trade.commission.queries import all_rules, get_policy
from shared.trade.commission.rules import RefundPolicy, Rule
from shared.trade.commission.service import set_basis
from tests.support.factories import make_product, make_ready_vendor
from tests.support.portal import operator_in, signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("database")
FEES = "/operator/fees"
BY = "member:1"
BAGS = {
    "vendor": "",
    "category": "Bags",
    "product": "",
    "percentage": "10",
    "currency": "EUR",
    "fixed_amount": "0,30",
    "minimum_amount": "",
    "maximum_amount": "20",
}


def said(text: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


async def told(portal: Portal, address: str) -> str:
    """What the page at `address` says."""
    return said(await portal.get(address))


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


class TestTrying:
    async def test_it_says_what_a_sale_would_pay_and_by_which_rule(
        self, client: TestClientProtocol
    ) -> None:
        """By a rule, by the vendor's own percentage, and cut where it would be everything."""
        vendor = await make_ready_vendor(slug="atelier", name="Atelier")
        await make_product(vendor, slug="tote", price_amount=10000, category="Bags")
        portal = await operator_in(client)
        await portal.post(f"{FEES}/new", BAGS)

        text = await told(
            portal, f"{FEES}?vendor=atelier&product=tote&category=&price="
        )
        assert "Commission €10.30" in text
        assert "By rule 1: 10% + €0.30 on Bags, at most €20.00." in text
        text = await told(
            portal, f"{FEES}?vendor=&product=/shops/atelier/tote&category=&price=500"
        )
        assert "Commission €20.00" in text
        text = await told(
            portal, f"{FEES}?vendor=atelier&product=&category=Cups&price=100"
        )
        assert (
            "No rule holds, so by the vendor’s own percentage: 2.5% on everything."
            in text
        )
        text = await told(
            portal, f"{FEES}?vendor=atelier&product=&category=bags&price=0.20"
        )
        assert "Commission €0.19" in text
        assert "It was cut" in text

    async def test_a_sale_with_delivery_pays_by_what_the_commission_is_of(
        self, client: TestClientProtocol
    ) -> None:
        """Of goods alone nothing more; of both as the next order would pay it."""
        vendor = await make_ready_vendor(slug="atelier", name="Atelier")
        await make_product(vendor, slug="tote", price_amount=10000, category="Bags")
        portal = await operator_in(client)
        await portal.post(f"{FEES}/new", BAGS)
        query = f"{FEES}?vendor=atelier&product=tote&category=&price=&delivery=4.95"
        text = await told(portal, query)
        assert "Goods €100.00 Delivery €4.95 The shopper pays €104.95" in text
        assert "Atelier €94.65 Commission €10.30" in text
        assert "Delivery pays no commission: it is of the goods alone." in text
        await set_basis(CommissionBasis.GOODS_AND_SHIPPING, actor="test")
        text = await told(portal, query)
        assert "Atelier €94.15 Commission €10.80" in text
        assert "€0.50 of the commission is on the delivery." in text
        assert 'value="4.95"' in await portal.get(query)
        alone = await told(portal, query.removesuffix("4.95"))
        assert "The shopper pays €100.00" in alone
        assert "on the delivery" not in alone

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("vendor=&price=10", "Whose sale?"),
            ("vendor=atelier&price=9&delivery=x", "Enter an amount such as 49.90."),
            ("vendor=nobody&price=10", "No shop has this address."),
            ("vendor=atelier", "Enter a price"),
            ("vendor=atelier&price=0", "Enter a price"),
            ("vendor=atelier&price=x", "Enter an amount such as 49.90."),
            (
                "vendor=atelier&product=none&price=1",
                "Atelier has no product with this address.",
            ),
            ("vendor=..&product=%ff/%ff", "This product is another vendor’s."),
            ("vendor=http://[&price=1", "No shop has this address."),
        ],
    )
    async def test_what_cannot_be_tried_is_told(
        self, client: TestClientProtocol, query: str, sentence: str
    ) -> None:
        """Beside the field; the rest of the page stands."""
        await make_ready_vendor(slug="atelier", name="Atelier")
        assert sentence in await told(await operator_in(client), f"{FEES}?{query}")


class TestRefunds:
    async def test_each_policy_is_explained_in_numbers(
        self, client: TestClientProtocol
    ) -> None:
        """As the arithmetic of refunds has it; the one in force is chosen."""
        portal = await operator_in(client)
        page = await portal.get(FEES)
        for numbers in (("4.00", "36.00"), ("10.00", "30.00"), ("0.00", "40.00")):
            assert "the marketplace bears €{} and the vendor €{}.".format(
                *numbers
            ) in said(page)
        assert re.search(r"<input[^>]*checked[^>]*value=\"proportional\"", page)

    async def test_policy_and_limits_are_set(self, client: TestClientProtocol) -> None:
        """A limit for each currency that vendors sell in; an empty one is none."""
        vendor = await make_ready_vendor()
        await VendorPaymentConfig.filter(vendor_id=vendor.id).update(currency="DKK")
        await make_ready_vendor()
        portal = await operator_in(client)

        form = {"refund_policy": "return", "limit_EUR": "150", "limit_DKK": ""}
        assert (await portal.post(f"{FEES}/refunds", form)).status_code == 303

        policy = await get_policy()
        assert (policy.refund_policy, dict(policy.refund_approval_limits)) == (
            RefundPolicy.RETURN,
            {"EUR": 15000},
        )
        text = await told(portal, FEES)
        assert "Share it → Give it back first, limit €150.00" in text
        assert 'value="150.00"' in await portal.get(FEES)

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ({"limit_EUR": "77"}, "Choose one."),
            ({"refund_policy": "half", "limit_EUR": "77"}, "Not a valid choice."),
            (
                {"refund_policy": "keep", "limit_EUR": "-77"},
                "Enter an amount that is not negative",
            ),
        ],
    )
    async def test_bad_input_is_told_and_kept(
        self, client: TestClientProtocol, form: dict[str, str], sentence: str
    ) -> None:
        """422, the policy stands."""
        await make_ready_vendor()
        portal = await operator_in(client)
        answer = await portal.post(f"{FEES}/refunds", form)
        text = await answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert sentence in said(text)
        assert f'value="{form["limit_EUR"]}"' in text
        assert not await MarketplacePolicy.exists()


class TestWhatIsSaid:
    """Pages that name the fee stay true."""

    async def test_a_vendor_reads_the_rules_that_it_falls_under(
        self, client: TestClientProtocol
    ) -> None:
        """In words and in order, its own percentage last; others' rules are not its business."""
        portal = await signed_in(client)
        address = "/vendor/admin/payments"
        assert "2.5% of each sale, set by the marketplace" in await told(
            portal, address
        )
        other = await make_ready_vendor()
        await service.add_rule(Rule(Decimal(99), vendor_id=other.id), actor=BY)
        await service.add_rule(
            Rule(Decimal(10), 30, None, 2000, "EUR", category="Bags"),
            actor=BY,
        )
        text = await told(portal, address)
        assert (
            "10% + €0.30 on Bags, at most €20.00 2.5% on everything else Set by the "
            "marketplace; the first that fits counts"
        ) in text
        assert "99%" not in text
        bag = await make_product(await portal.vendor(), name="A tote", category="Bags")
        await service.add_rule(
            Rule(Decimal(3), vendor_id=portal.vendor_id, product_id=bag.id), actor=BY
        )
        assert "A tote" not in await told(
            portal, address
        )  # as a bag it falls under the rule above
        await service.add_rule(Rule(Decimal(5)), actor=BY)
        assert "at most €20.00 5% on everything Set by the marketplace" in await told(
            portal, address
        )

    async def test_the_price_page_names_every_rate(
        self, client: TestClientProtocol
    ) -> None:
        """One price while there is one; else the usual rate, the example by it, and the others."""
        portal = await operator_in(client)
        assert "One price: 2.5% of what you sell" in await told(portal, "/pricing")
        await service.add_rule(
            Rule(Decimal(10), 30, None, 2000, "EUR", category="Bags"),
            actor=BY,
        )
        await service.add_rule(Rule(Decimal(5)), actor=BY)
        text = await told(portal, "/pricing")
        assert "One price" not in text
        assert (
            "From 5% to 10% of what you sell A new shop pays 5%, and less or more"
            in text
        )
        assert "€95.00" in text
        assert "10% + €0.30 on Bags, at most €20.00" in text
        assert (
            "we take from 5% to 10% of what you sell (a new shop pays 5%"
            in await told(portal, "/")
        )


class TestWhichVendor:
    async def test_a_few_are_offered_and_others_as_one_types(
        self, client: TestClientProtocol
    ) -> None:
        """However many there are: the first by name, then those of what was typed; no page has
        them all.
        """
        for n in range(10):
            await make_ready_vendor(slug=f"maison-{n}", name=f"Maison {n}")
        zoe = await make_ready_vendor(slug="zoe", name="Zoë <Cie>")
        portal = await operator_in(client)
        for path in (FEES, f"{FEES}/new"):
            page = await portal.get(path)
            assert page.count('<option value="maison-') == 8
            assert f'hx-get="{FEES}/vendors"' in page
        asked = f"{FEES}/vendors"
        assert (await portal.send("GET", asked)).status_code == 303  # without script
        assert "zoe" not in await portal.get(asked, htmx="known-vendors")
        found = await portal.get(f"{asked}?vendor=zoe", htmx="known-vendors")
        assert found.strip() == f'<option value="{zoe.slug}">Zoë &lt;Cie&gt;</option>'
        for typed in ("%25", "%00", "none", "z" * 5000):
            address = f"{asked}?vendor={typed}"
            answer = await portal.send("GET", address, htmx="known-vendors")
            assert answer.status_code in {200, 400, 414}
