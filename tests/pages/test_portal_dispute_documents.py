"""Documents on the answer's page: chosen, kept, shown, removed, without any script and without
losing a word.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from quart.datastructures import FileStorage

from shared.entrypoints.web.bodies import MAX_UPLOAD
from shared.finance.disputes.models import Dispute, DisputeFile
from shared.trade.orders.models import Order
from shared.trade.people.models import Member
from tests.support.disputes import disputed
from tests.support.factories import make_dispute, make_order, make_ready_vendor
from tests.support.market import open_shop
from tests.support.money import stripe_get
from tests.support.papers import paper
from tests.support.portal import Portal, csrf_token, operator_in, sign_in, signed_in
from tests.support.storefront import words
from tests.support.visitor import carried

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_engine]
LIST = "/vendor/admin/disputes"


async def send(
    portal: Portal,
    row: Dispute,
    files: dict[str, tuple[str, bytes]] | None = None,
    **form: str,
) -> tuple[int, str, str]:
    """Send the answer's form with documents: status, where it leads, the page's words."""
    portal.token = portal.token or await csrf_token(portal.client)
    answer: Any = await portal.client.post(
        f"{LIST}/{row.id}/evidence",
        form={"csrf_token": portal.token, "uncategorized_text": "It arrived.", **form},
        files={
            kind: FileStorage(io.BytesIO(content), name)
            for kind, (name, content) in (files or {}).items()
        },
        headers={"Origin": "http://localhost"},
    )
    return (
        answer.status_code,
        answer.headers.get("Location", ""),
        words(await answer.get_data(as_text=True)),
    )


@pytest.fixture
async def mine(
    client: TestClientProtocol, context: Context, sandbox: RunningSandbox
) -> tuple[Portal, Dispute]:
    """A vendor's browser and its dispute."""
    shop = await open_shop(context.gateway, sandbox)
    row = await disputed(context, sandbox, shop)
    await sign_in(client, (await Member.get(id=shop.member_id)).email)
    return Portal(client, shop.vendor_id), row


class TestAttaching:
    async def test_it_is_shown_with_name_and_size_and_read_through_with_the_texts(
        self, mine: tuple[Portal, Dispute], sandbox: RunningSandbox
    ) -> None:
        """From the form to the bank, our own receipt among it."""
        portal, row = mine
        number = (await Order.get(id=row.order_id)).number
        html = await portal.get(f"{LIST}/{row.id}")
        assert re.search(
            r'name="own_receipt"[^>]*checked|checked[^>]*name="own_receipt"', html
        )
        files = {"shipping_documentation": ("Zustellung.jpeg", paper("jpg"))}

        status, where, _ = await send(portal, row, files, own_receipt="y")

        assert (status, where) == (303, f"{LIST}/{row.id}/preview")
        preview = words(await portal.get(where))
        assert f"receipt-{number}.pdf" in preview
        assert "made by the marketplace" in preview
        assert "Zustellung.jpeg Proof of delivery · 2 KB" in preview
        staged = stripe_get(sandbox, f"/v1/disputes/{row.stripe_dispute_id}")[
            "evidence"
        ]
        assert (
            stripe_get(sandbox, f"/v1/files/{staged['receipt']}")["filename"]
            == f"receipt-{number}.pdf"
        )
        version = (await Dispute.get(id=row.id)).evidence_version
        answer = await portal.post(f"{LIST}/{row.id}/submit", {"version": str(version)})
        assert "Zustellung.jpeg" in words(await portal.get(answer.location))
        there = stripe_get(sandbox, f"/v1/disputes/{row.stripe_dispute_id}")
        assert (there["status"], there["evidence"]["receipt"]) == (
            "under_review",
            staged["receipt"],
        )

    async def test_what_is_wrong_with_one_is_said_at_it_and_the_rest_is_kept(
        self, mine: tuple[Portal, Dispute]
    ) -> None:
        """The good document is attached, every word is still there."""
        portal, row = mine
        files = {
            "receipt": ("r.pdf", b"<html>"),
            "uncategorized_file": ("box.png", paper("png")),
        }
        status, _, page = await send(
            portal, row, files, uncategorized_text="My long story."
        )
        assert status == 422
        assert "The bank reads PDF, JPEG and PNG" in page
        assert "My long story." in page
        assert "box.png" in page
        assert await DisputeFile.filter(dispute_id=row.id).values_list(
            "kind", flat=True
        ) == ["uncategorized_file"]

    async def test_a_text_that_is_wrong_does_not_lose_a_document(
        self, mine: tuple[Portal, Dispute]
    ) -> None:
        """A browser would not send it again."""
        portal, row = mine
        files = {"receipt": ("r.pdf", paper())}
        status, _, page = await send(
            portal, row, files, uncategorized_text="x" * 20_001
        )
        assert status == 422
        assert "Use at most 20,000 characters" in page
        assert "r.pdf" in page
        assert await DisputeFile.exists(dispute_id=row.id)

    async def test_too_large_is_a_sentence_and_keeps_what_was_typed(
        self, mine: tuple[Portal, Dispute]
    ) -> None:
        """Up to a size above which nothing is read at all; then going back brings it back."""
        portal, row = mine
        status, _, page = await send(
            portal,
            row,
            {"receipt": ("r.pdf", paper(size=6_000_000))},
        )
        assert status == 422
        assert "This document has 6 MB; all documents together may have 4.5 MB" in page
        assert "It arrived." in page
        status, _, page = await send(
            portal,
            row,
            {"receipt": ("r.pdf", paper(size=MAX_UPLOAD))},
        )
        assert status == 413
        assert "Go back, what you typed is still there" in page

    async def test_other_addresses_take_no_more_than_before(
        self, mine: tuple[Portal, Dispute]
    ) -> None:
        """Large bodies are for documents alone."""
        portal, row = mine
        answer = await portal.post(
            f"{LIST}/{row.id}/submit", {"version": "1" * 300_000}
        )
        assert answer.status_code == 413


class TestChanging:
    async def test_it_is_removed_by_its_button_and_the_texts_are_saved(
        self, mine: tuple[Portal, Dispute]
    ) -> None:
        """Back to the documents, not on to the preview."""
        portal, row = mine
        await send(portal, row, {"receipt": ("r.pdf", paper())}, button="stay")
        page = await portal.get(f"{LIST}/{row.id}")
        assert 'value="remove:receipt"' in page
        read = carried(page, f"{LIST}/{row.id}/evidence")
        status, where, _ = await send(
            portal,
            row,
            None,
            **read,
            uncategorized_text="More.",
            button="remove:receipt",
        )
        assert (status, where) == (303, f"{LIST}/{row.id}#documents")
        assert not await DisputeFile.exists(dispute_id=row.id)
        assert (await Dispute.get(id=row.id)).evidence == {
            "uncategorized_text": "More."
        }

    async def test_our_receipt_can_be_taken_out_and_does_not_come_back_by_itself(
        self, mine: tuple[Portal, Dispute]
    ) -> None:
        """Offered, not forced."""
        portal, row = mine
        await send(portal, row, own_receipt="y")
        await send(portal, row, button="remove:receipt")
        assert not re.search(
            r'checked[^>]*name="own_receipt"', await portal.get(f"{LIST}/{row.id}")
        )
        await send(portal, row)
        assert not await DisputeFile.exists(dispute_id=row.id)

    async def test_a_document_of_the_vendors_goes_before_our_receipt(
        self, mine: tuple[Portal, Dispute]
    ) -> None:
        """There is one of each kind."""
        portal, row = mine
        await send(portal, row, {"receipt": ("mine.pdf", paper())}, own_receipt="y")
        assert (await DisputeFile.get(dispute_id=row.id)).name == "mine.pdf"

    async def test_enter_saves_and_removes_nothing(
        self, mine: tuple[Portal, Dispute]
    ) -> None:
        """A browser presses the first button of a form."""
        portal, row = mine
        await send(portal, row, {"receipt": ("r.pdf", paper())})
        html = await portal.get(f"{LIST}/{row.id}")
        form = html[html.index('class="form stack evidence"') :]
        first = re.search(r"<button[^>]*type=\"submit\"[^>]*>", form)
        assert first is not None
        assert "remove:" not in first[0]


class TestLooking:
    async def test_it_comes_back_as_it_was_and_is_never_run(
        self, mine: tuple[Portal, Dispute]
    ) -> None:
        """As a download with its own type and name."""
        portal, row = mine
        await send(portal, row, {"receipt": ("Beleg „ü“.pdf", paper())})
        file = await DisputeFile.get(dispute_id=row.id)
        answer = await portal.send("GET", f"{LIST}/{row.id}/documents/{file.id}")
        assert await answer.get_data() == paper()
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith(
            "attachment; filename*=UTF-8''Beleg%20"
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    async def test_our_receipt_is_the_same_each_time(
        self, mine: tuple[Portal, Dispute]
    ) -> None:
        """A PDF with the order's number, what was sold and what it came to."""
        portal, row = mine
        first, again = [
            await (await portal.send("GET", f"{LIST}/{row.id}/receipt.pdf")).get_data()
            for _ in range(2)
        ]
        assert first == again
        assert first.startswith(b"%PDF-")
        assert (await Order.get(id=row.order_id)).number.encode() in first
        assert len(first) < 200_000

    async def test_other_vendors_see_nothing_and_the_marketplaces_staff_reads(
        self, mine: tuple[Portal, Dispute], client: TestClientProtocol
    ) -> None:
        """404 for the document, the receipt and the form."""
        portal, row = mine
        await send(portal, row, {"receipt": ("r.pdf", paper())})
        file = await DisputeFile.get(dispute_id=row.id)
        other = await make_dispute(await make_order(await make_ready_vendor()))
        assert (
            await portal.send("GET", f"{LIST}/{other.id}/documents/{file.id}")
        ).status_code == 404
        assert (
            await portal.send("GET", f"{LIST}/{other.id}/receipt.pdf")
        ).status_code == 404
        assert (
            await send(
                portal,
                other,
                {"receipt": ("r.pdf", paper())},
            )
        )[0] == 404
        stranger = await signed_in(client)
        assert (
            await stranger.send("GET", f"{LIST}/{row.id}/documents/{file.id}")
        ).status_code == 404
        staff = await operator_in(client)
        assert "r.pdf" in await staff.get(f"/operator/disputes/{row.id}")
        answer = await staff.send(
            "GET", f"/operator/disputes/{row.id}/documents/{file.id}"
        )
        assert await answer.get_data() == paper()
