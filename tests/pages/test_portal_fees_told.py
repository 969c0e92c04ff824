"""What commission comes to is tried out, and told to vendors and visitors; refunds, too."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.trade.commission import service
from shared.trade.commission.basis import CommissionBasis
from shared.trade.commission.models import MarketplacePolicy
from shared.trade.commission.queries import get_policy
from shared.trade.commission.rules import RefundPolicy, Rule
from shared.trade.commission.service import set_basis
from tests.support.factories import make_product, make_ready_vendor
from tests.support.fee_pages import BAGS, BY, FEES, said, told
from tests.support.portal import Portal, operator_in, signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol


pytestmark = pytest.mark.usefixtures("database")


async def operator_of_bags(client: TestClientProtocol) -> Portal:
    """The operator, who has a rule for bags; a shop sells one."""
    vendor = await make_ready_vendor(slug="atelier", name="Atelier")
    await make_product(vendor, slug="tote", price_amount=10000, category="Bags")
    portal = await operator_in(client)
    await portal.post(f"{FEES}/new", BAGS)
    return portal


class TestTrying:
    async def test_it_says_what_a_sale_would_pay_and_by_which_rule(
        self, client: TestClientProtocol
    ) -> None:
        """By a rule, by the vendor's own percentage, and cut where it would be everything."""
        portal = await operator_of_bags(client)

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
        portal = await operator_of_bags(client)
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
