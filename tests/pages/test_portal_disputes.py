"""Disputes on pages: lists, the answer from draft to bank, accepting, the order's banner, the
operator's view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.core.words import words as said
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import DisputeStatus
from shared.trade.orders import terms
from shared.trade.orders.models import Checkout, Order
from shared.trade.people.models import Member
from shared.trade.vendors.models import Vendor
from tests.support.disputes import INQUIRY, disputed
from tests.support.factories import make_dispute, make_order, make_ready_vendor
from tests.support.market import open_shop
from tests.support.money import stripe_get
from tests.support.portal import Portal, operator_in, sign_in, signed_in
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
LIST = "/vendor/admin/disputes"


@pytest.fixture
async def seen(
    client: TestClientProtocol,
    context: Context,
    sandbox: RunningSandbox,
    request: pytest.FixtureRequest,
) -> tuple[Portal, Dispute]:
    """A vendor's browser and its one dispute, or inquiry where the test asks for that."""
    shop = await open_shop(context.gateway, sandbox)
    card = {"card": request.param} if hasattr(request, "param") else {}
    row = await disputed(context, sandbox, shop, **card)
    await sign_in(client, (await Member.get(id=shop.member_id)).email)
    return Portal(client, shop.vendor_id), row


async def drafted(portal: Portal, row: Dispute, **texts: str) -> str:
    """Save a draft and read it through: the preview."""
    answer = await portal.post(
        f"{LIST}/{row.id}/evidence", {"uncategorized_text": "It arrived.", **texts}
    )
    assert answer.status_code == 303
    assert answer.location == f"{LIST}/{row.id}/preview"
    return words(await portal.get(answer.location))


class TestLists:
    async def test_without_disputes_it_says_what_would_stand_here(
        self, client: TestClientProtocol
    ) -> None:
        """And the navigation counts nothing."""
        portal = await signed_in(client)
        text = await portal.get(LIST)
        assert "No disputes" in text
        assert "to answer:" not in text

    async def test_what_is_asked_how_much_and_how_long_there_is(
        self, seen: tuple[Portal, Dispute]
    ) -> None:
        """In words; the navigation counts it, the home page says it first."""
        portal, row = seen
        text = words(await portal.get(LIST))
        order = await Order.get(id=row.order_id)
        for part in (
            "The card’s owner says that they did not buy this",
            order.number,
            "Needs an answer",
            "€49.90",
        ):
            assert part in text
        assert "days left" in text
        assert "Disputes , to answer: 1" in text
        home = words(await portal.get("/vendor/admin"))
        assert "1 dispute needs your answer" in home
        assert "days left" in home

    async def test_chips_sort_by_state(self, client: TestClientProtocol) -> None:
        """Open, closed, to answer."""
        portal = await signed_in(client)
        vendor = await portal.vendor()
        for status in DisputeStatus:
            await make_dispute(
                await make_order(vendor), status=status, closed_at=clock.now()
            )
        for name, expected in {
            "all": 10,
            "answer": 2,
            "open": 6,
            "closed": 4,
        }.items():
            assert (await portal.get(f"{LIST}?status={name}")).count(
                "<tr data-href"
            ) == expected, name

    @pytest.mark.parametrize("status", list(DisputeStatus))
    async def test_all_ten_statuses_have_a_page(
        self, client: TestClientProtocol, status: DisputeStatus
    ) -> None:
        """Badge, meaning, next step; a form exactly where the vendor may answer."""
        portal = await signed_in(client)
        row = await make_dispute(await make_order(await portal.vendor()), status=status)
        text = await portal.get(f"{LIST}/{row.id}")
        told = said("disputes.states", status)
        for part in (told["badge"], told["text"], told["next_step"]):
            assert part in words(text)
        assert ("Save and read it through" in text) == (
            status in ("needs_response", "warning_needs_response")
        )
        assert ("Accept the loss" in text) == (status == "needs_response")

    async def test_another_vendors_dispute_is_404(
        self, client: TestClientProtocol
    ) -> None:
        """Its page, its preview, and every act."""
        portal = await signed_in(client)
        row = await make_dispute(
            await make_order(await make_ready_vendor()),
            evidence={"x": "y"},
            evidence_version=1,
        )
        for path in ("", "/preview"):
            assert (
                await portal.send("GET", f"{LIST}/{row.id}{path}")
            ).status_code == 404
        for path in ("/evidence", "/submit", "/accept"):
            assert (
                await portal.post(f"{LIST}/{row.id}{path}", {"version": "1"})
            ).status_code == 404
        assert (await Dispute.get(id=row.id)).accepted_at is None
        assert (await portal.send("GET", f"{LIST}/{9**30}")).status_code == 404


class TestAnswering:
    async def test_the_form_is_filled_with_what_we_know_and_the_money_is_told(
        self, seen: tuple[Portal, Dispute]
    ) -> None:
        """What the vendor loses now, gets back if it wins, and who pays Stripe's fee."""
        portal, row = seen
        html = await portal.get(f"{LIST}/{row.id}")
        assert 'value="Ada Lovelace"' in html
        assert "1 x A cup" in html
        text = words(html)
        assert (
            "You lose €48.65 now, and get €48.65 back if the bank decides for you"
            in text
        )
        assert "The marketplace also pays Stripe’s fee for the dispute, €20.00" in text

    async def test_from_draft_to_bank(
        self, seen: tuple[Portal, Dispute], sandbox: RunningSandbox
    ) -> None:
        """Saved, staged, read through exactly, handed in once; afterwards it can only be read."""
        portal, row = seen
        preview = await drafted(portal, row, customer_name="Ada L.")
        assert "Ada L." in preview
        assert "It arrived." in preview
        assert "Left empty, though it counts" in preview
        assert (
            stripe_get(sandbox, f"/v1/disputes/{row.stripe_dispute_id}")["evidence"][
                "customer_name"
            ]
            == "Ada L."
        )
        assert 'value="Ada L."' in await portal.get(f"{LIST}/{row.id}")

        answer = await portal.post(f"{LIST}/{row.id}/submit", {"version": "1"})

        assert answer.status_code == 303
        page = words(await portal.get(answer.location))
        assert "Your answer is with the bank" in page
        assert "What the bank reads" in page
        assert "Save and read it through" not in page
        assert (
            await portal.post(f"{LIST}/{row.id}/submit", {"version": "1"})
        ).status_code == 409
        assert (await portal.send("GET", f"{LIST}/{row.id}/preview")).status_code == 303
        there = stripe_get(sandbox, f"/v1/disputes/{row.stripe_dispute_id}")
        assert (there["status"], there["evidence_details"]["submission_count"]) == (
            "under_review",
            1,
        )

    @pytest.mark.parametrize("version", ["", "0", "7", "x", "9" * 40])
    async def test_what_was_not_read_through_is_not_handed_in(
        self, seen: tuple[Portal, Dispute], version: str
    ) -> None:
        """A sentence on the preview."""
        portal, row = seen
        await drafted(portal, row)
        answer = await portal.post(f"{LIST}/{row.id}/submit", {"version": version})
        assert answer.status_code == 409
        assert "changed in the meantime" in await answer.get_data(as_text=True)
        assert (await Dispute.get(id=row.id)).submitted_at is None

    async def test_a_text_that_is_too_long_is_kept_and_says_so_at_its_field(
        self, seen: tuple[Portal, Dispute]
    ) -> None:
        """Long ones have room for 20,000 characters, which is more than a usual form takes."""
        portal, row = seen
        fine = await portal.post(
            f"{LIST}/{row.id}/evidence", {"uncategorized_text": "ü" * 20_000}
        )
        assert fine.status_code == 303
        answer = await portal.post(
            f"{LIST}/{row.id}/evidence", {"uncategorized_text": "ü" * 20_001}
        )
        text = await answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert 'id="uncategorized_text-error"' in text
        assert "at most 20,000 characters here; these are 20,001" in text
        assert "ü" * 20_001 in text

    async def test_an_empty_answer_cannot_be_handed_in(
        self, seen: tuple[Portal, Dispute]
    ) -> None:
        """The preview says so, and so does the button's address."""
        portal, row = seen
        await portal.post(f"{LIST}/{row.id}/evidence", {})
        assert "Nothing written yet" in await portal.get(f"{LIST}/{row.id}/preview")
        assert (
            await portal.post(f"{LIST}/{row.id}/submit", {"version": "1"})
        ).status_code == 422

    async def test_with_stripe_down_nothing_is_lost_and_the_page_says_what_happens(
        self, seen: tuple[Portal, Dispute], sandbox: RunningSandbox
    ) -> None:
        """Saved and handed in here; no button is left that would do it twice."""
        portal, row = seen
        sandbox.breaks("/v1/disputes", "reset_before")
        assert "Stripe is not answering right now" in await drafted(portal, row)
        answer = await portal.post(f"{LIST}/{row.id}/submit", {"version": "1"})
        page = words(await portal.get(answer.location))
        assert "Your answer is handed in" in page
        assert "Save and read it through" not in page
        sandbox.faults()

    async def test_accepting_says_the_numbers_first_and_ends_it(
        self, seen: tuple[Portal, Dispute]
    ) -> None:
        """In the dialog; then lost, and no second time."""
        portal, row = seen
        html = await portal.get(f"{LIST}/{row.id}")
        assert "Accept the loss of €48.65?" in html
        assert "The shopper keeps €49.90. You lose €48.65" in words(html)
        assert "The marketplace bears €21.25" in words(html)
        answer = await portal.post(f"{LIST}/{row.id}/accept")
        assert answer.status_code == 303
        page = words(await portal.get(answer.location))
        assert "It cost you €48.65" in page
        assert "The loss was accepted" in page
        assert (await portal.post(f"{LIST}/{row.id}/accept")).status_code == 409

    @pytest.mark.parametrize("seen", [INQUIRY], indirect=True)
    async def test_an_inquiry_has_moved_no_money_and_a_refund_closes_it(
        self, seen: tuple[Portal, Dispute]
    ) -> None:
        """With the way to the order; nothing can be accepted."""
        portal, row = seen
        html = await portal.get(f"{LIST}/{row.id}")
        order = await Order.get(id=row.order_id)
        assert "No money has moved. A refund of €49.90 closes the inquiry." in words(
            html
        )
        assert f'href="/vendor/admin/orders/{order.number}"' in html
        assert "Accept the loss" not in html
        assert (await portal.post(f"{LIST}/{row.id}/accept")).status_code == 409

    async def test_the_orders_page_is_loud_while_it_is_disputed(
        self, seen: tuple[Portal, Dispute]
    ) -> None:
        """With the deadline, what not to do, and the way to the answer."""
        portal, row = seen
        order = await Order.get(id=row.order_id)
        html = await portal.get(f"/vendor/admin/orders/{order.number}")
        assert f"{LIST}/{row.id}" in html
        assert "Needs an answer: " in words(html)
        assert "Do not send the goods before it is decided" in words(html)


class TestOperator:
    async def test_every_vendors_disputes_and_what_is_at_stake(
        self, client: TestClientProtocol
    ) -> None:
        """Per currency."""
        portal = await operator_in(client)
        one, two = (
            await make_ready_vendor(name="One"),
            await make_ready_vendor(name="Two"),
        )
        await make_dispute(
            await make_order(one),
            vendor_part=4000,
            commission_part=100,
            loss_part=890,
            fee=2000,
        )
        row = await make_dispute(
            await make_order(two), status="warning_needs_response", is_inquiry=True
        )
        text = words(await portal.get("/operator/disputes"))
        assert "One" in text
        assert "Two" in text
        assert "2 disputes; €49.90 of it is gone already" in text
        assert "€99.80" in text
        assert "€29.90" in text
        page = words(await portal.get(f"/operator/disputes/{row.id}"))
        assert "for Two to answer" in page
        assert row.stripe_dispute_id in page
        assert (await portal.send("GET", "/operator/disputes/999")).status_code == 404

    async def test_without_disputes_it_says_what_would_stand_here(
        self, client: TestClientProtocol
    ) -> None:
        """An empty state."""
        portal = await operator_in(client)
        assert "No disputes" in await portal.get("/operator/disputes")


class TestTerms:
    async def test_placing_an_order_keeps_which_terms_were_accepted_and_from_where(
        self, client: TestClientProtocol, context: Context, sandbox: RunningSandbox
    ) -> None:
        """The line stands beside the button; the privacy page says what is kept and why."""
        shop = await open_shop(context.gateway, sandbox)
        await (
            (await Vendor.get(id=shop.vendor_id))
            .update_from_dict({"slug": "lux"})
            .save()
        )
        browser = Browser(client)
        await browser.add("/shops/lux/cup", 1)
        assert "you accept the terms" in words(await browser.get("/shop/checkout"))
        await browser.check_out()
        checkout = await Checkout.get()
        assert checkout.terms_version == terms.VERSION
        assert checkout.terms_accepted_at is not None
        assert checkout.purchase_ip
        assert f"Version of {terms.VERSION}" in await browser.get("/legal/terms")
        assert "network address that the order came from" in await browser.get(
            "/legal/privacy"
        )
