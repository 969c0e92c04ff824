"""Doors: who may try a password how often, counted for all processes together, however an address
is spelt.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.trade.people import login_limits
from shared.trade.people.errors import TooManyTries
from shared.trade.people.login_limits import Pace, Paces, knock
from shared.trade.people.models import DoorCount
from tests.support.visitor import Visitor, sign_in_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quart import Quart

    from shared.infra.jobs import Context

pytestmark = pytest.mark.both_engines  # counted in the statements of each
SPELLINGS = [
    "owner@x.test",
    " Owner@X.TEST ",
    "ｏｗｎｅｒ@x.test",
    "owner@ｘ.test",
    "owner＠x.test",
    "ⓞwner@x.test",
    "𝐨wner@x.test",
]


class Moving:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def time() -> Iterator[Moving]:
    moving = Moving()
    with clock.use(moving):
        yield moving


async def tries(
    number: int,
    *,
    email: str = "owner@x.test",
    network: str = "192.0.2.1",
    door: str = "a",
) -> int:
    """How many of so many tries were let in."""
    let_in = 0
    for _ in range(number):
        try:
            await knock(door, email=email, network=network)
        except TooManyTries:
            continue
        let_in += 1
    return let_in


@pytest.mark.usefixtures("database")
class TestCounting:
    """Eight tries in five minutes per email and network, 40 an hour per email, 60 in five minutes
    per network.
    """

    async def test_every_spelling_of_an_address_is_one_address(
        self, time: Moving
    ) -> None:
        """Whatever the look-up reads as one address is counted as one."""
        assert sum([await tries(2, email=text) for text in SPELLINGS]) == 8

    async def test_the_domain_as_people_and_as_the_net_write_it_are_one(
        self, time: Moving
    ) -> None:
        """`müller.de` is `xn--mller-kva.de`."""
        assert (
            await tries(6, email="ada@müller.de")
            + await tries(6, email="ada@xn--mller-kva.de")
            == 8
        )

    async def test_many_networks_cannot_guess_one_account_together(
        self, time: Moving
    ) -> None:
        """40 an hour from everywhere; another address is as free as before."""
        assert sum([await tries(1, network=f"192.0.2.{n}") for n in range(42)]) == 40
        assert await tries(1, email="other@x.test", network="192.0.2.1") == 1

    async def test_one_network_cannot_try_many_accounts(self, time: Moving) -> None:
        """60 in five minutes; what is no address counts too."""
        found = [
            await tries(1, email=f"a{n}@x.test" if n % 2 else "no address")
            for n in range(62)
        ]

        assert sum(found) == 60
        assert await tries(1, email="a1@x.test", network="192.0.2.9") == 1

    async def test_what_was_no_address_locks_nobody_else_out(
        self, time: Moving
    ) -> None:
        """Two people who both mistype share nothing."""
        await tries(40, email="no address", network="192.0.2.1")

        assert await tries(9, email="no address", network="192.0.2.2") == 9

    async def test_a_refused_try_counts_nothing_and_says_when_to_come_back(
        self, time: Moving
    ) -> None:
        """After as many seconds one more is let in, and only one."""
        await tries(20)
        with pytest.raises(TooManyTries) as refused:
            await knock("a", email="owner@x.test", network="192.0.2.1")
        assert refused.value.retry_after == 38
        time.at += timedelta(seconds=refused.value.retry_after)

        assert await tries(3) == 1

    async def test_each_door_counts_for_itself_at_its_own_pace(
        self, time: Moving
    ) -> None:
        """A page that sends mails may be slower than a sign-in."""
        slow = Pace(2, timedelta(hours=1))
        await tries(8)

        assert await tries(1, door="b") == 1
        for _ in range(2):
            await knock(
                "c",
                email="owner@x.test",
                network="192.0.2.1",
                paces=Paces(slow, slow, slow),
            )
        with pytest.raises(TooManyTries):
            await knock(
                "c",
                email="owner@x.test",
                network="192.0.2.1",
                paces=Paces(slow, slow, slow),
            )

    async def test_of_many_at_once_no_more_are_let_in(self, time: Moving) -> None:
        """The database counts; nobody reads a number that somebody else is about to change."""
        async with asyncio.timeout(60):
            assert sum(await asyncio.gather(*(tries(1) for _ in range(20)))) == 8

    async def test_what_says_nothing_any_more_is_dropped(
        self, time: Moving, context: Context
    ) -> None:
        """And what still counts is kept."""
        await tries(1, network="192.0.2.1")
        time.at += timedelta(minutes=2)
        await tries(1, email="other@x.test", network="192.0.2.2")
        await login_limits.forget.run(context, {})

        assert await DoorCount.all().count() == 3
        assert not await DoorCount.filter(key__contains="x.test").exists()


def test_a_clock_that_was_ahead_and_was_put_right_locks_nobody_out() -> None:
    """What it counted lies further ahead than any try can; what a try can is believed."""
    pace, now, hour = Pace(2, timedelta(hours=1)), 1_000_000_000, 3_600_000
    assert pace.after_try(now + 30 * 24 * hour, now) == now + hour // 2
    with pytest.raises(TooManyTries):
        pace.after_try(now + hour, now)


class TestPages:
    """The doors of the portal and of the storefront."""

    @pytest.mark.parametrize("role", ["owner", "customer"])
    async def test_a_locked_door_stays_locked_for_every_spelling(
        self, app: Quart, role: str
    ) -> None:
        """429 with the time to wait, also with the right password; another person still comes in
        from elsewhere.
        """
        await sign_in_as(Visitor(app), role)
        thief = Visitor(app)
        at = (
            ["/vendor/login", "/operator/login"]
            if role == "owner"
            else ["/shop/account/login"] * 2
        )
        spellings = [f"{role}@x.test", f" {role.upper()}@X.TEST "]
        for n in range(8):
            wrong = await thief.sign_in(
                spellings[n % 2], "not the password", at=at[n % 2]
            )
            assert wrong.status == 422
        locked = await thief.sign_in(f"{role}＠x.test", "a-long-password", at=at[0])

        assert locked.status == 429
        assert int(locked.headers["Retry-After"]) > 0
        assert "tried too often" in locked.text
        assert "a-long-password" not in locked.text

    @pytest.mark.one_engine
    async def test_strangers_keep_nobody_out_of_their_own_browser(
        self, app: Quart, time: Moving
    ) -> None:
        """Who signed in there before is counted apart, however often others guess; guesses of that
        browser are bounded as well.
        """
        mine = Visitor(app)
        await sign_in_as(mine, "customer")
        await mine.send("/shop/account/logout", page="/shop/account")
        for n in range(40):
            await knock(
                "customer.sign_in", email="customer@x.test", network=f"192.0.2.{n}"
            )
        entering = ("customer@x.test", "a-long-password")

        assert (
            await Visitor(app).sign_in(*entering, at="/shop/account/login")
        ).status == 429
        assert (await mine.sign_in(*entering, at="/shop/account/login")).status == 303
        door = {"email": entering[0], "network": "192.0.2.99", "is_known": True}
        for _ in range(8):
            await knock("customer.sign_in", **door)  # type: ignore[arg-type]
        with pytest.raises(TooManyTries):
            await knock("customer.sign_in", **door)  # type: ignore[arg-type]
