"""The operator's page about what vendors owe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.connect import service as connect
from shared.finance.recovery import service
from shared.finance.recovery.models import Claim
from shared.infra.jobs.models import Job
from tests.support.claims import claim, empty_the_balance
from tests.support.market import open_shop
from tests.support.money import sell
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

PAGE = "/operator/receivables"


async def owing(gateway: Gateway, sandbox: RunningSandbox) -> Claim:
    """A vendor that owes ten euros."""
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    await empty_the_balance(sandbox, shop.account_id)
    await claim(payment, 1000)
    return await service.settle(gateway, "dispute:1")


async def test_nothing_owed_says_so(client: TestClientProtocol) -> None:
    """And says when something would be listed."""
    portal = await operator_in(client)
    assert "No vendor owes anything" in await portal.get(PAGE)


async def test_a_debt_is_listed_collected_and_given_up(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Each act says what it does; a second one finds nothing."""
    row = await owing(gateway, sandbox)
    portal = await operator_in(client)
    text = words(await portal.get(PAGE))
    assert "A dispute on" in text
    assert "€10.00" in text
    assert (await portal.post(f"{PAGE}/{row.id}/collect")).status_code == 303
    assert await Job.exists(kind="clawback.collect")
    assert (await portal.post(f"{PAGE}/{row.id}/write-off")).status_code == 303
    assert (await Claim.get(id=row.id)).written_off == 1000
    await portal.post(f"{PAGE}/{row.id}/write-off")
    assert "Nothing is owed here any more" in words(await portal.get(PAGE))


@pytest.mark.one_engine
async def test_what_waits_for_a_vendor_out_of_reach_is_shown(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """With why, and what becomes of it; no debt stands beside it."""
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    await claim(payment, 1000)
    await service.settle(gateway, "dispute:1")
    portal = await operator_in(client)
    assert "cannot reach" not in await portal.get(PAGE)
    await connect.deauthorize(shop.account_id)
    await claim(payment, 250)
    await service.settle(gateway, "dispute:1")
    text = words(await portal.get(PAGE))
    assert "Owed to vendors we cannot reach" in text
    assert "A dispute that was undone, on" in text
    assert "€7.50" in text
    assert "No vendor owes anything" in text


async def test_no_vendor_sees_it(client: TestClientProtocol) -> None:
    """It is the marketplace's own."""
    portal = await signed_in(client)
    assert (await portal.send("GET", PAGE)).status_code == 403
