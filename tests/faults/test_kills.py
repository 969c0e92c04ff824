"""The process is killed again and again while people buy and are paid back: no payment is lost or
made twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import re
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

import run
from shared.core import clock
from shared.core.errors import MarketError
from shared.core.settings import SANDBOX_PUBLISHABLE_KEY, SANDBOX_SECRET_KEY
from shared.finance.payments.models import Payment
from shared.finance.refunds import service as refunds
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.infra.database.trouble import DatabaseTrouble
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus
from shared.trade.vendors.models import Vendor
from tests.support.market import confirm, open_shop
from tests.support.money import assert_books_agree, stripe_get
from tests.support.ports import free_port
from tests.support.refunds import fund_platform
from tests.support.started import environment
from tests.support.storefront import ADDRESS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Sequence

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
KILLS, SECONDS, SEED = 12, 25.0, 20261128
SHOPPERS, SHOPS = 3, 3
# within so many answers it is killed: three shoppers have bought about four things by then
ANSWERS = 30
LOST = (
    aiohttp.ClientError,
    OSError,
    MarketError,
    DatabaseTrouble,
    TimeoutError,
    LookupError,
)


class Victim:
    """A served site, without a webhook: what Stripe has done is found by asking, or not at all."""

    def __init__(self, folder: Path, database: str, sandbox: RunningSandbox) -> None:
        self.answers = 0  # since it was started
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._log = (folder / "killed.txt").open("ab")
        self._command = [
            sys.executable,
            "run.py",
            "serve",
            "--no-demo",
            "--port",
            str(self.port),
        ]
        self._command += ["--data-dir", str(folder / "var")]
        self._environment = environment(
            MARKETHALL_DATABASE_URL=database,
            STRIPE_SECRET_KEY=SANDBOX_SECRET_KEY,
            STRIPE_PUBLISHABLE_KEY=SANDBOX_PUBLISHABLE_KEY,
            STRIPE_API_BASE=sandbox.base_url,
        )

    async def start(self) -> None:
        """Serve; whatever the last one left is taken up."""
        self.answers = 0
        self.process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=self._environment,
            stdout=self._log,
            stderr=self._log,
        )
        async with aiohttp.ClientSession() as session:
            while True:
                assert self.process.poll() is None, "it does not start again"
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self.base}/healthz"):
                        return
                await asyncio.sleep(0.05)

    async def has_answered(self, times: int) -> None:
        """Wait until so many answers have come since its start: a moment in what people do, however
        quick the machine.
        """
        while self.answers < times:
            await asyncio.sleep(0.005)

    def kill(self) -> None:
        """End it without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    async def stop(self) -> int:
        """End it in order; its exit code."""
        self.process.terminate()
        return await asyncio.to_thread(self.process.wait, 40)

    def close(self) -> None:
        """Leave nothing behind, however the test ended."""
        if self.process.poll() is None:
            self.kill()
        self._log.close()


async def _buy(
    site: Victim,
    sandbox: RunningSandbox,
    products: Sequence[str],
) -> None:
    """From these products to the return page, as a browser does it, with a card that is good."""

    async def heard(*_: object) -> None:
        site.answers += 1

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(heard)
    headers = {"Origin": site.base}
    jar = aiohttp.CookieJar(unsafe=True)
    browser = aiohttp.ClientSession(
        site.base, headers=headers, cookie_jar=jar, trace_configs=[trace]
    )
    async with browser as session:
        for product in products:
            await _send(session, product, {"quantity": "1"})
        page = await _send(session, "/shop/checkout", ADDRESS)
        intent = re.search(r"(pi_\w+?)_secret_", page)
        if intent is None:
            raise LookupError("no payment page")
        await confirm(sandbox, intent[1])
        async with session.get("/shop/order-confirmation"):
            return


async def _send(
    session: aiohttp.ClientSession,
    path: str,
    form: dict[str, str],
) -> str:
    """Fill in the form at `path`: the text of the page that it leads to.

    What everybody is shown alike has no token; there our Origin is enough.
    """
    async with session.get(path) as answer:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', await answer.text())
    given = form if token is None else {"csrf_token": token[1], **form}
    async with session.post(path, data=given) as answer:
        return await answer.text()


async def _shop(
    site: Victim,
    sandbox: RunningSandbox,
    products: Sequence[str],
) -> None:
    """A shopper who buys at one shop, then at two and at three at once, and starts anew when the
    site is gone.
    """
    for number in itertools.cycle(range(len(products))):
        with contextlib.suppress(*LOST):
            await _buy(site, sandbox, products[: number + 1])
        await asyncio.sleep(0.01)


async def _pay_back(gateway: Gateway, dice: random.Random) -> None:
    """Now and then an order is refunded, whole or in part; the site's worker carries it out."""
    while True:
        await asyncio.sleep(0.3)
        with contextlib.suppress(*LOST):
            paid = await Order.filter(
                payment_status=PaymentStatus.PAID, refunded_amount=0
            ).order_by("id")
            if paid:
                order = dice.choice(paid)
                wish = dice.choice(
                    [
                        RefundRequest(Reach.WHOLE),
                        RefundRequest(Reach.AMOUNT, amount=500),
                    ]
                )
                await refunds.request(
                    gateway,
                    vendor_id=order.vendor_id,
                    number=order.number,
                    wish=wish,
                    reason="requested_by_customer",
                    note="",
                    by="test",
                )


@contextlib.asynccontextmanager
async def busy(*work: Awaitable[None]) -> AsyncIterator[None]:
    """People buy and are paid back meanwhile."""
    tasks = [asyncio.ensure_future(each) for each in work]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _at_rest(context: Context) -> None:
    """Two hours later: every job and sweep has had its turn."""
    worker = Worker(context, run.job_handlers())
    for hours in (1, 2):
        later = clock.now() + timedelta(hours=hours)
        with clock.use(lambda at=later: at):  # type: ignore[misc]
            for kind in (
                "payments.sweep",
                "refunds.sweep",
                "clawback.sweep",
                "stripe_writes.sweep",
            ):
                await Job.bulk_create(
                    [
                        Job(
                            kind=kind,
                            args={},
                            run_at=clock.now(),
                        )
                    ]
                )
            await worker.run_due()


async def _kill_often(site: Victim, dice: random.Random) -> None:
    until, kills = time.monotonic() + SECONDS, 0
    while kills < 3 or (kills < KILLS and time.monotonic() < until):
        await site.has_answered(dice.randint(1, ANSWERS))
        await asyncio.sleep(dice.uniform(0, 0.03))
        site.kill()
        kills += 1
        await site.start()
    await site.has_answered(ANSWERS)


async def test_kills_lose_no_payment_and_make_none_twice(
    database: str,
    gateway: Gateway,
    sandbox: RunningSandbox,
    context: Context,
    tmp_path: Path,
) -> None:
    """SIGKILL at moments drawn by a seed.

    Afterwards each order is paid exactly as Stripe says, and the books agree.
    """
    dice = random.Random(SEED)
    for _ in range(SHOPS):
        await open_shop(gateway, sandbox, stock=10_000)
    await fund_platform(sandbox)
    slugs = await Vendor.all().order_by("id").values_list("slug", flat=True)
    products = [f"/shops/{slug}/cup" for slug in slugs]
    with contextlib.closing(Victim(tmp_path, database, sandbox)) as site:
        await site.start()
        shoppers = [_shop(site, sandbox, products) for _ in range(SHOPPERS)]
        async with busy(*shoppers, _pay_back(gateway, dice)):
            await _kill_often(site, dice)
        await _buy(site, sandbox, products)  # on a slow machine none came so far before
        assert await site.stop() == 0
    await _at_rest(context)
    await _as_stripe_says(sandbox)
    await assert_books_agree(sandbox)


async def _as_stripe_says(sandbox: RunningSandbox) -> None:
    """Every intent that succeeded paid all orders of its purchase, once, and was sent on to each of
    their vendors; every refund that Stripe made is one of ours, once.
    """
    intents: dict[str | None, list[Payment]] = {}
    for payment in await Payment.all():
        intents.setdefault(payment.stripe_payment_intent_id, []).append(payment)
    theirs = _listed(sandbox, "payment_intents")
    succeeded = [i for i in theirs if i["status"] == "succeeded" and i["metadata"]]
    assert succeeded, "nobody bought anything"
    slices = [each for i in succeeded for each in intents[i["id"]]]
    paid = [each.order_id for each in slices]
    assert len(paid) == len(set(paid)), "an order was paid twice"
    shared = [i["id"] for i in succeeded if len(intents[i["id"]]) == SHOPS]
    assert shared, "nobody bought at all shops at once"
    for stripe_id in shared:
        checkouts = {(await each.order).checkout_id for each in intents[stripe_id]}
        assert len(checkouts) == 1
    sent = [(t["source_transaction"], t["destination"]) for t in _transfers(sandbox)]
    assert len(sent) == len(set(sent)), "a vendor was sent its share twice"
    due = {(each.stripe_charge_id, each.stripe_account_id) for each in slices}
    assert due <= set(sent)
    goods = await Order.filter(id__in=paid)
    assert {o.payment_status for o in goods} <= {
        PaymentStatus.PAID,
        PaymentStatus.REFUNDED,
    }
    assert await Order.filter(payment_status__in=["paid", "refunded"]).count() == len(
        paid
    )
    back = {r["id"]: r["amount"] for r in _listed(sandbox, "refunds")}
    ours = {
        r.stripe_refund_id: r.amount
        for r in await Refund.filter(stripe_refund_id__not_isnull=True)
    }
    assert ours == back
    assert len(ours) == await Refund.all().count()


def _transfers(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """What went out of charges, whether Stripe sent it on by itself or we did."""
    found = _listed(sandbox, "transfers")
    return [each for each in found if each["source_transaction"]]


def _listed(sandbox: RunningSandbox, what: str) -> list[dict[str, Any]]:
    """All that Stripe has of a kind."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = stripe_get(sandbox, f"/v1/{what}?limit=100{after}")
        found += page["data"]
        if not page["has_more"]:
            return found
        after = f"&starting_after={page['data'][-1]['id']}"
