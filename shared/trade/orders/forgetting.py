"""Baskets that nobody comes back to are deleted."""

from __future__ import annotations

from datetime import timedelta

from tortoise.expressions import Subquery

from shared.core import clock
from shared.infra.jobs import Context, recurring
from shared.infra.jobs.forgetting import Ids, days_ago, forget
from shared.trade.baskets.models import Basket, BasketLine
from shared.trade.orders.models import Checkout
from shared.trade.orders.rules import CheckoutStatus


@recurring("orders.forget_baskets", every=timedelta(hours=1))
async def forget_baskets(context: Context) -> None:
    """Drop the baskets that were last used long ago; purchases that came from one keep all else."""
    is_open = Checkout.filter(status=CheckoutStatus.OPEN, basket_id__not_isnull=True)
    before = days_ago(context.settings.keeps.baskets)
    old = Basket.filter(updated_at__lt=before)
    in_use = Subquery(is_open.values("basket_id"))
    await forget(old.exclude(id__in=in_use), first=_let_go_of)


async def _let_go_of(basket_ids: Ids) -> None:
    await BasketLine.filter(basket_id__in=basket_ids).delete()
    purchases = Checkout.filter(basket_id__in=basket_ids)
    await purchases.update(basket_id=None, updated_at=clock.now())
