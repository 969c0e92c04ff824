"""A shop at the stand-in, and what can happen to one of its sales there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.finance.disputes import service as disputes
from shared.finance.refunds import service as refunds
from shared.finance.refunds import sync
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundRequest
from shared.trade.orders.models import Order
from tests.support.money import sell
from tests.support.refunds import WHOLE

if TYPE_CHECKING:
    from shared.finance.payments.models import Payment
    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox


@dataclass(frozen=True)
class Scene:
    """A shop at the stand-in, and what happens to one of its sales."""

    context: Context
    sandbox: RunningSandbox
    shop: Shop

    async def sale(self, card: str = "pm_card_visa") -> Payment:
        """A paid order of TOTAL."""
        return await sell(self.context.gateway, self.sandbox, self.shop, card=card)

    async def dispute(self, payment: Payment, **how: object) -> str:
        """The shopper's bank disputes what is left of a payment, or an `amount`; Stripe's id of
        it.
        """
        about = {"charge": payment.stripe_charge_id, "reason": "fraudulent", **how}
        found = str(self.sandbox.control("POST", "disputes", about)["id"])
        await self.hear(found)
        return found

    async def hear(self, dispute: str) -> None:
        """We read a dispute."""
        await disputes.sync_dispute(self.context.gateway, dispute)

    async def close(self, dispute: str, outcome: str, **more: object) -> None:
        """The bank decides, and we hear of it; of a loss, `returned` comes back."""
        self.sandbox.control(
            "POST", f"disputes/{dispute}/close", {"outcome": outcome, **more}
        )
        await self.hear(dispute)

    async def appeal(self, dispute: str) -> None:
        """The decision can be appealed, and is."""
        self.sandbox.control("POST", f"disputes/{dispute}/appeal")
        await self.hear(dispute)
        headers = {"Authorization": f"Bearer {self.context.settings.stripe.secret_key}"}
        path, evidence = (
            f"/v1/disputes/{dispute}",
            "evidence[appeal][card][reason_for_filing]=Signed+for",
        )
        self.sandbox.request("POST", path, evidence, headers)
        await self.hear(dispute)

    async def refund(self, payment: Payment, wish: RefundRequest = WHOLE) -> Refund:
        """The vendor gives back."""
        order = await Order.get(id=payment.order_id)
        made = await refunds.request(
            self.context.gateway,
            vendor_id=order.vendor_id,
            number=order.number,
            wish=wish,
            reason="requested_by_customer",
            note="",
            by=f"member:{self.shop.member_id}",
        )
        await refunds.try_now(self.context.gateway, made.id)
        return await Refund.get(id=made.id)

    async def bounce(self) -> None:
        """What becomes of the refunds of special cards, and we hear of it: they come back, or
        arrive late.
        """
        self.sandbox.advance(120)
        for made in await Refund.filter(vendor_id=self.shop.vendor_id).order_by("id"):
            await sync.sync_refund(self.context.gateway, made.id)
