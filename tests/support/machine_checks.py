"""The ground under the market machine: how steps happen, and what must hold after each, after a
quiet hour, and at the end.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant
from tortoise.expressions import F

from shared.core.errors import MarketError
from shared.finance.ledger.chart import Account
from shared.finance.overview.queries import exposure_now
from shared.finance.payments.transfers import TransferShare
from shared.finance.payments.waiting_transfers import waiting_transfers
from shared.finance.recovery.models import Claim, Movement
from shared.infra.gateway.errors import StripeRefused
from shared.infra.stripe_writes.models import StripeWrite
from shared.sandbox.control_exposure import added_up
from shared.trade.orders.models import Order
from tests.support import market_acts as acts
from tests.support import market_findings, market_payouts
from tests.support.codes import offer_codes
from tests.support.machine import Market
from tests.support.market import Shop
from tests.support.money import booked, held
from tests.support.shipping import send_by
from tests.support.vat import business_across

T = TypeVar("T")


@dataclass(frozen=True)
class Start:
    """A marketplace with three shops and some sales, made once; each sequence begins with a copy of
    it.
    """

    shops: list[Shop]
    sales: list[int]
    folder: Path
    copy_database: Callable[[], str]

    def market(self) -> Market:
        """A copy, not open yet."""
        return Market(
            url=self.copy_database(),
            store=copied(self.folder / "stand.sqlite3"),
            folder=self.folder,
        )


def copied(path: Path) -> Path:
    """A fresh copy of a SQLite file that nobody has open."""
    copy = path.with_name(f"copy-{path.name}")
    for old in path.parent.glob(f"{copy.name}*"):
        old.unlink()
    shutil.copyfile(path, copy)
    return copy


MORE_EUROS = ("FR", "DE", "NL", "IE")
EUROS = (0, 3, 4, 5, 6)  # the shops that sell in one currency
# Those that sell to businesses in other states without VAT, by which number.
ACROSS = {1: "DK13585628", 2: "HU12892312", 3: "FR40303265045"}
SENDERS = (0, 3, 5)  # those where one chooses how it is sent, and pays for that
Begun = tuple[list[Shop], list[int]]  # the shops, and the orders that were sold


async def begin(url: str, folder: Path) -> Begun:
    """Three shops in three currencies, and a sale of each kind that is settled."""
    market = Market(url=url, store=folder / "stand.sqlite3", folder=folder)
    await market.open()
    try:
        shops = await market.fill("LU", "DK", "HU", *MORE_EUROS)
        for place in SENDERS:
            await send_by(shops[place].vendor_id)
        await offer_codes([shops[0], shops[3]])
        await business_across({shops[at].vendor_id: no for at, no in ACROSS.items()})
        kinds = (
            (0, "visa"),
            (1, "bypassPending"),
            (2, "pendingRefund"),
            (0, "refundFail"),
            (1, "visa"),
        )
        sales = [
            await acts.buy(
                market,
                shops[shop],
                2,
                card,
                back=True,
            )
            for shop, card in kinds
        ]
        sales += await acts.buy_at_several(
            market, [shops[place] for place in EUROS[:3]], 2, "visa", back=True
        )
        sales += await _sold_across(market, shops)
        await market.rest()
    finally:
        await market.close()
    return shops, sales


async def _sold_across(market: Market, shops: list[Shop]) -> list[int]:
    """To the business, by two shops that sell to it without VAT and by one that does not."""
    alone = await acts.buy(
        market,
        shops[1],
        3,
        "visa",
        back=True,
        business=True,
    )
    several = await acts.buy_at_several(
        market,
        [shops[place] for place in EUROS[:2]],
        2,
        "visa",
        back=True,
        business=True,
    )
    sold = [alone, *several]
    net = await Order.filter(id__in=sold, vat_taken_off__gt=0).order_by("id")
    assert [order.vendor_id for order in net] == [
        shops[1].vendor_id,
        shops[3].vendor_id,
    ]
    return sold


class Counted(RuleBasedStateMachine):
    """A machine in which every cent is counted. It begins with a copy of `start`."""

    def __init__(self, start: Start) -> None:
        super().__init__()
        self.market = start.market()
        self.shops, self.sold = start.shops, start.sales
        self.loop = asyncio.new_event_loop()
        self.sound = False
        self.by_hand = False  # whether staff may have taken something back past us
        self.waits = False  # whether a refund may wait for the operator

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let it happen; what breaks is not made worse by the end of the test."""
        self.sound = False
        done = self.loop.run_until_complete(work)
        self.sound = True
        return done

    def attempt(
        self,
        work: Coroutine[Any, Any, T],
        calm: bool = False,
    ) -> T | None:
        """Do it, or be told why not in a sentence; and let a quiet hour follow, if they do."""
        try:
            return self.run(work)
        except StripeRefused:
            raise
        except MarketError:
            self.sound = True
            return None
        finally:
            if calm and self.sound:
                self.run(self.compare())

    def then(self, calm: bool) -> None:
        """The quiet after a step, if there is one."""
        if calm:
            self.run(self.compare())

    def teardown(self) -> None:
        try:
            if self.sound:
                self.run(self.reconcile())
        finally:
            self.loop.run_until_complete(self.market.close())
            self.loop.close()

    @invariant()
    def nothing_appears_or_vanishes(self) -> None:
        if self.sound:
            assert self.run(booked(*Account)) == {}, "the ledger does not come to zero"
            assert self.market.stand.problems() == []
            assert self.run(market_findings.wrongly_held()) == []
            assert not self.market.complaints.found, "\n".join(
                self.market.complaints.found
            )

    async def compare(self) -> None:
        """After a quiet hour everything is known, booked and settled."""
        await self.market.rest()
        if self.by_hand:
            await market_findings.decide_what_was_taken(self.market)
            await self.market.rest()
            self.by_hand = False
        assert not self.market.complaints.found, "\n".join(self.market.complaints.found)
        stuck = await self.market.stuck()
        assert not stuck, stuck
        left = (
            await market_findings.unfinished()
            + await market_findings.held_for_too_long()
            + await market_findings.charged_otherwise()
        )
        assert not left, left
        await self.books()
        await self.exposure()
        await self.reserves()

    async def exposure(self) -> None:
        """What the marketplace stands in for is what Stripe says."""
        theirs = {
            currency.upper(): (
                parts["negative_balances"],
                parts["open_disputes"],
                parts["unsettled_refunds"],
            )
            for currency, parts in added_up(self.market.act())["currencies"].items()
            if parts["total"]
        }
        ours = {
            risk.currency: (
                risk.parts.negative_balance,
                risk.parts.open_disputes,
                risk.parts.unsettled_refunds,
            )
            for risk in (await exposure_now()).together
            if risk.parts.total
        }
        assert ours == theirs, f"the exposure: {ours} and not {theirs}"

    async def reserves(self) -> None:
        """The ledger says of Stripe's own reserves what Stripe says."""
        home = self.market.act().home
        assert await booked(Account.STRIPE_HELD_PLATFORM) == self._held_back(home)
        for shop in self.shops:
            held_back = await booked(
                Account.STRIPE_HELD_VENDOR, vendor_id=shop.vendor_id
            )
            assert held_back == self._held_back(shop.account_id), shop

    def _held_back(self, account: str) -> dict[str, int]:
        """What Stripe holds in reserve of an account; per currency."""
        reserved = added_up(self.market.act())["reserved"].get(account, {})
        return {currency.upper(): amount for currency, amount in reserved.items()}

    async def books(self) -> None:
        """The ledger says of each balance what Stripe says; what vendors earned lies there, is on
        its way to a bank, or waits.

        It waits with the platform while Stripe sends nothing to an account that is restricted.
        """
        place: Any = self.market
        assert await booked(Account.STRIPE_PLATFORM) == held(place), (
            "the platform's balance"
        )
        for shop in self.shops:
            mine: dict[str, Any] = {"vendor_id": shop.vendor_id}
            assert await booked(Account.STRIPE_VENDOR, **mine) == held(
                place, shop.account_id
            ), shop
            assert await booked(
                Account.BANK_VENDOR, **mine
            ) == market_payouts.on_the_way(self.market, shop), shop
            earned = await booked(
                Account.VENDOR_PAYABLE, Account.VENDOR_RESERVED, **mine
            )
            lies = await booked(
                Account.STRIPE_VENDOR,
                Account.STRIPE_HELD_VENDOR,
                Account.BANK_VENDOR,
                **mine,
            )
            for payment in await waiting_transfers().filter(**mine):
                assert await StripeWrite.exists(
                    subject=payment.as_subject,
                    operation=TransferShare.name,
                    state="refused",
                ), f"payment {payment.id}: nobody said no"
                lies[payment.currency] = (
                    lies.get(payment.currency, 0) + payment.amount_vendor
                )
                waits = await Claim.filter(payment_id=payment.id)
                lies[payment.currency] -= sum(each.amount for each in waits)
            lies = {currency: amount for currency, amount in lies.items() if amount}
            too_much = F("amount") - F("netted")
            for claim in await Claim.filter(taken__gt=too_much, **mine):
                assert await Movement.exists(claim_id=claim.id, status="refused"), (
                    f"{claim.subject}: nobody said no"
                )
                lies[claim.currency] = (
                    lies.get(claim.currency, 0) + claim.paid - claim.amount
                )
            assert {currency: -amount for currency, amount in earned.items()} == lies, (
                shop
            )

    async def reconcile(self) -> None:
        """At the end vendors tell Stripe what it asks for, two days pass, and nothing differs."""
        for shop in self.shops:
            self.market.stand.complete(shop.account_id)
        await self.market.live(2)
        await self.compare()
        found = await market_findings.differences(self.market)
        assert not found, found
