"""What we ask Stripe about payouts: to make one, and to call one back that has not left yet."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import ClassVar

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.words import word
from shared.finance.connect import payment_configs
from shared.finance.connect import service as connect
from shared.finance.payouts import plans, stripe_reads, sync
from shared.finance.payouts.models import Payout
from shared.finance.payouts.paydays import given_up
from shared.finance.payouts.rules import PayoutState
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payouts import StripePayout
from shared.infra.stripe_writes.operations import Operation
from shared.infra.stripe_writes.rules import CLOCKS_DIFFER
from shared.infra.unit import Act, Transaction

log = logging.getLogger("markethall.payouts")

AT_ONCE = timedelta(
    seconds=30
)  # so long what was read of an account before writing down is news


@frozen
class _OfPayout(Operation[StripePayout, None]):
    """A write about one payout of a vendor: our row follows what Stripe answers."""

    payout_id: int
    vendor_id: int
    account_id: str

    @property
    def subject(self) -> str:
        return f"payout:{self.payout_id}"

    async def read(self, gateway: Gateway, answer: StripePayout) -> stripe_reads.More:
        return await stripe_reads.read_more(
            gateway,
            vendor_id=self.vendor_id,
            account_id=self.account_id,
            found=answer,
        )

    async def answered(
        self,
        tx: Transaction,
        answer: StripePayout,
        more: stripe_reads.More,
    ) -> Payout:
        return await sync.store(
            tx,
            vendor_id=self.vendor_id,
            account_id=self.account_id,
            found=answer,
            more=more,
        )


@frozen
class CreatePayout(_OfPayout):
    """A payout of a vendor's balance; `amount` in minor units.

    `mark` stays when an attempt gets another key.
    """

    name: ClassVar[str] = "payouts.create"

    amount: int
    currency: str
    instant: bool
    mark: str

    @classmethod
    def of(cls, row: Payout) -> CreatePayout:
        """Make it of a row that is written down."""
        return cls(
            payout_id=row.id,
            vendor_id=int(str(row.vendor_id)),
            account_id=str(row.stripe_account_id),
            amount=row.amount,
            currency=row.currency,
            instant=row.method == "instant",
            mark=str(row.idempotency_key),
        )

    @property
    def key(self) -> str:
        return self.mark

    async def prepare(self, gateway: Gateway) -> None:
        """Read the account where the payout was written down a while ago: another bank may have
        been given since.
        """
        row = await Payout.get(id=self.payout_id)
        if clock.now() - row.created_at < AT_ONCE:
            return
        try:
            await connect.sync_account(gateway, vendor_id=self.vendor_id)
        except (
            StripeRefused
        ) as refused:  # access was taken away; so the payout will be refused, too
            log.info(
                "the account of %s could not be read: %s", self.subject, refused.log
            )

    async def plan(self, tx: Transaction, facts: None) -> CreatePayout | None:
        """Nothing leaves while payouts stand still; whoever stores a hold or a bank has the same
        lock.
        """
        config = await payment_configs.locked(tx, self.vendor_id)
        row = await tx.lock(Payout, id=self.payout_id)
        is_heard_of = (
            row.status != PayoutState.OPENING
        )  # a webhook or the sweep was faster
        return None if is_heard_of or plans.stand_still(config) else self

    async def send(self, gateway: Gateway, key: str) -> StripePayout:
        return await gateway.payouts.create(
            self.account_id,
            amount=self.amount,
            currency=self.currency,
            instant=self.instant,
            metadata={
                sync.MARK: self.mark,
                "vendor_id": str(self.vendor_id),
            },
            key=key,
        )

    async def find(self, gateway: Gateway) -> StripePayout | None:
        row = await Payout.get(id=self.payout_id)
        made = await gateway.payouts.list(
            self.account_id,
            since=row.created_at - CLOCKS_DIFFER,
        )
        return next(
            (found for found in made if found.metadata.get(sync.MARK) == self.mark),
            None,
        )

    async def refused(self, tx: Transaction, refusal: StripeRefused) -> None:
        """Nothing was sent. The payday's name is given free, so that it can be tried again."""
        sentence = word("payouts.refusals", refusal.stripe_code)
        await payment_configs.locked(tx, self.vendor_id)
        row = await tx.lock(Payout, id=self.payout_id)
        await tx.move(
            row,
            to=PayoutState.REFUSED,
            where={"status": PayoutState.OPENING},
            act=Act("payout.refused", "stripe", {"why": sentence}),
            refusal=sentence,
            period=await _freed(row),
            fee=0,
        )


async def _freed(row: Payout) -> str | None:
    if row.period is None:
        return None
    ours = Payout.filter(vendor_id=row.vendor_id, currency=row.currency)
    earlier = ours.filter(period__startswith=given_up(row.period))
    return given_up(row.period, await earlier.count() + 1)


@frozen
class CancelPayout(_OfPayout):
    """A payout called back before it left."""

    name: ClassVar[str] = "payouts.cancel"
    looks_after_refusal: ClassVar[bool] = True

    stripe_id: str
    number: int
    mark: str  # of the payout: our key of it, or Stripe's id of one that others made

    @property
    def key(self) -> str:
        return f"{self.mark}:call-back:{self.number}"

    async def send(self, gateway: Gateway, key: str) -> StripePayout:
        return await gateway.payouts.cancel(
            self.stripe_id,
            account=self.account_id,
            key=key,
        )

    async def find(self, gateway: Gateway) -> StripePayout | None:
        found = await gateway.payouts.get(self.stripe_id, account=self.account_id)
        return found if found.status == PayoutState.CANCELED else None

    async def refused(self, tx: Transaction, refusal: StripeRefused) -> None:
        """It has left meanwhile: where it is, whoever asked reads at Stripe."""
