"""An answer to a dispute is written: kept here, staged where the bank does not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.core.errors import Invalid, NotFound
from shared.finance.disputes import responses
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.order_facts import drafted
from shared.finance.disputes.queries import dispute_by_id
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.mail.models import Email
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.catalogue.models import Product
from shared.trade.orders import terms
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.shipping import mark_as_shipped
from tests.support.dispute_answers import FAULTS, WORDS, at_bank, draft, settle_down
from tests.support.disputes import disputed, work
from tests.support.market import open_shop

if TYPE_CHECKING:
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestDrafts:
    async def test_a_draft_is_kept_here_and_staged_where_the_bank_does_not_see_it(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Under a key that is stored first; the status does not move."""
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop)
        assert await draft(row) == 1
        row = await Dispute.get(id=row.id)
        key = f"dispute:{row.stripe_dispute_id}:evidence:1"
        assert (await StripeWrite.get(operation="disputes.stage")).key == key
        assert await responses.stage(context.gateway, row.id)
        assert not await responses.stage(context.gateway, row.id)
        there = at_bank(sandbox, row)
        assert there["evidence"]["uncategorized_text"] == "It arrived."
        assert there["evidence_details"]["submission_count"] == 0
        assert there["status"] == "needs_response"

    async def test_a_text_that_is_taken_away_is_gone_at_stripe_too(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """The draft is whole each time."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        await draft(row)
        await settle_down(context)
        assert await draft(row, {"product_description": "A cup"}) == 2
        await settle_down(context)
        assert at_bank(sandbox, row)["evidence"]["uncategorized_text"] is None
        assert (await Dispute.get(id=row.id)).staged_evidence == {
            "product_description": "A cup"
        }

    async def test_saving_the_same_again_is_no_new_version(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Nothing to stage."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        assert [await draft(row), await draft(row)] == [1, 1]

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_with_stripe_down_the_draft_is_kept_and_staged_later(
        self, context: Context, sandbox: RunningSandbox, fault: dict[str, Any]
    ) -> None:
        """By the job, whatever became of the first try."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        await draft(row)
        sandbox.faults(
            {"match": {"method": "POST", "path": "/v1/disputes"}, "times": 3, **fault}
        )
        with pytest.raises(StripeUnavailable):
            await responses.stage(context.gateway, row.id)
        assert (await Dispute.get(id=row.id)).evidence == WORDS
        sandbox.faults()
        await settle_down(context)
        assert (await Dispute.get(id=row.id)).staged_evidence == WORDS
        assert at_bank(sandbox, row)["evidence"]["uncategorized_text"] == "It arrived."

    async def test_another_vendors_dispute_is_not_there(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """For drafting, handing in and accepting."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        mine = {
            "vendor_id": row.vendor_id + 1,
            "dispute_id": row.id,
            "actor": "member:1",
        }
        with pytest.raises(NotFound):
            await responses.save_draft(texts=WORDS, **mine)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            await responses.submit(context.gateway, version=1, **mine)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            await responses.accept(context.gateway, **mine)  # type: ignore[arg-type]

    async def test_what_stripe_would_refuse_is_refused_here_first(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """A sentence, nothing kept, nothing asked."""
        row = await disputed(
            context, sandbox, await open_shop(context.gateway, sandbox)
        )
        with pytest.raises(Invalid):
            await draft(row, {"uncategorized_text": "x" * 20_001})
        assert (await Dispute.get(id=row.id)).evidence_version == 0

    async def test_the_first_draft_knows_order_parcel_messages_and_terms(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """And never the link that opens the order."""
        shop = await open_shop(context.gateway, sandbox)
        row = await disputed(context, sandbox, shop)
        order = await Order.get(id=row.order_id)
        await Checkout.filter(id=order.checkout_id).update(
            terms_version=terms.VERSION,
            terms_accepted_at=clock.now(),
            purchase_ip="192.0.2.7",
        )
        await Checkout.filter(id=order.checkout_id).update(
            city="San Francisco", postal_code="94107", state="CA", country="US"
        )
        await mark_as_shipped(
            vendor_id=shop.vendor_id,
            number=order.number,
            carrier="DHL",
            tracking="JD01",
            actor="member:1",
            all_the_same=True,
        )
        sold = await Product.get(id=shop.product_id)
        sold.description = "## The cup\n\nHolds **hot** tea."
        await sold.save()
        await work(context)
        assert (
            await Email.filter(
                kind__in=["order_confirmed", "order_shipped"], status="sent"
            ).count()
            == 2
        )
        texts = await drafted(
            await dispute_by_id(row.id),
            terms_at="https://market.test/legal/terms?version={}".format,
        )
        assert texts["shipping_tracking_number"] == "JD01"
        assert texts["customer_purchase_ip"] == "192.0.2.7"
        assert "San Francisco, CA 94107" in texts["shipping_address"]
        assert "United States" in texts["shipping_address"]
        assert f"version of {terms.VERSION}" in texts["refund_policy_disclosure"]
        assert "The cup Holds hot tea." in texts["product_description"]
        assert "is on its way" in texts["uncategorized_text"]
        assert "has received your payment" in texts["uncategorized_text"]
        assert "co_" not in str(texts)
        assert "{public_url}" not in str(texts)
