"""The health of the webhook endpoints: counted cheaply, told on the operator's pages, forgotten
after a week.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.core.ids import digest
from shared.finance.inbox import (
    endpoint_health,
    intake,
    missed_events,
    rejected_deliveries,
)
from shared.finance.inbox.errors import WrongScope
from shared.finance.inbox.models import WebhookEvent, WebhookRefusal, WebhookSecret
from shared.finance.inbox.rules import Light
from shared.infra.gateway.signatures import BadSignature
from shared.infra.mail.models import Email
from tests.support.factories import make_order, make_payment, make_refund
from tests.support.portal import operator_in
from tests.support.posted import post_a_mail
from tests.support.storefront import words
from tests.support.webhooks import deliver, event

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context

DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("database")


async def knock(context: Context, times: int = 1, *, source: str = "platform") -> None:
    """Somebody without our secret sends something."""
    for _ in range(times):
        with pytest.raises(BadSignature):
            await intake.receive(
                context, source=source, body=b"{}", signature="t=1,v1=00"
            )


def later(by: timedelta) -> AbstractContextManager[None]:
    """So much later."""
    at = clock.now() + by
    return clock.use(lambda: at)


async def lights(context: Context) -> dict[str, Light]:
    return {
        found.source: found.light
        for found in await endpoint_health.endpoints(context.settings)
    }


async def test_a_stranger_who_knocks_leaves_one_row_an_hour(context: Context) -> None:
    """However often: the count is kept, the table does not grow, and a week later it is gone."""
    await knock(context, 30)
    platform, connect = await endpoint_health.endpoints(context.settings)
    assert (platform.tally.refused, connect.tally.refused) == (30, 0)
    assert platform.why_refused == "no live secret matches"
    assert await WebhookRefusal.all().count() == 1
    assert not await WebhookEvent.exists()
    with later(9 * DAY):
        assert (await endpoint_health.endpoints(context.settings))[0].tally.refused == 0
        await rejected_deliveries.forget_old()
    assert not await WebhookRefusal.exists()


async def test_each_endpoint_has_a_light_of_its_own(context: Context) -> None:
    """Refused deliveries turn it red until an event gets in; the other endpoint stays as it is."""
    assert await lights(context) == {"platform": Light.QUIET, "connect": Light.QUIET}
    await deliver(
        context,
        event("account.updated", {"id": "acct_1"}, number=1, account="acct_1"),
        source="connect",
    )
    await knock(context)
    assert await lights(context) == {"platform": Light.BAD, "connect": Light.OK}
    await deliver(context, event("payment_intent.succeeded", {"id": "pi_x"}, number=2))
    assert await lights(context) == {"platform": Light.WARN, "connect": Light.OK}


async def test_an_endpoint_of_the_wrong_scope_is_named_and_its_events_stay_undelivered(
    context: Context,
) -> None:
    """Signed, but the other endpoint's: refused, so that Stripe keeps it for the next look, and
    told on the light.
    """
    body = event("account.updated", {"id": "acct_1"}, account="acct_1")
    for _ in range(2):  # Stripe sends again what was refused
        with pytest.raises(WrongScope):
            await deliver(context, body)
    platform, _ = await endpoint_health.endpoints(context.settings)
    assert (platform.light, platform.tally.misdirected, platform.tally.delivered) == (
        Light.BAD,
        1,
        0,
    )
    assert await intake.take(context, source="connect", body=body)


async def test_what_nobody_told_us_is_counted(context: Context) -> None:
    """A payment of which no event came, and an event that we had to ask for; not what may still be
    on its way. A refund counts once, however many orders share it.
    """
    order = await make_order()
    now = clock.now()
    payment = await make_payment(
        order,
        status="succeeded",
        paid_at=now - timedelta(hours=1),
        stripe_payment_intent_id="pi_1",
    )
    assert (await endpoint_health.endpoints(context.settings))[0].tally.unheard == 1
    await WebhookEvent.create(
        source="platform",
        stripe_event_id="evt_9",
        type="payment_intent.succeeded",
        livemode=False,
        stripe_object_id=payment.stripe_payment_intent_id,
        stripe_created_at=now,
    )
    assert (await endpoint_health.endpoints(context.settings))[0].tally.unheard == 0
    for each in (payment, await make_payment(await make_order(), status="succeeded")):
        await make_refund(
            each,
            stripe_refund_id="re_shared",
            stripe_amount=2,
            succeeded_at=now - timedelta(hours=1),
        )
    assert (await endpoint_health.endpoints(context.settings))[0].tally.unheard == 1
    assert await intake.take(
        context,
        source="connect",
        body=event("account.updated", {"id": "acct_1"}, account="acct_1"),
    )
    assert (await endpoint_health.endpoints(context.settings))[1].tally.unheard == 1


async def test_the_age_of_a_secret_is_known_and_the_secret_is_not(
    context: Context,
) -> None:
    """Noted once, by its digest, when it was first seen."""
    started = clock.now()
    await missed_events.fetch_events.run(context, {})
    with later(2 * DAY):
        await missed_events.fetch_events.run(context, {})
        found = await endpoint_health.endpoints(context.settings)
    assert all(
        since is not None and since < started + timedelta(days=1)
        for e in found
        for since in e.known_since
    )
    secrets = [
        *context.settings.stripe.webhook_secrets,
        *context.settings.stripe.connect_webhook_secrets,
    ]
    assert {row.digest for row in await WebhookSecret.all()} == {
        digest(secret) for secret in secrets
    }


async def test_the_operator_reads_about_red_lights_and_stuck_mails(
    context: Context, client: TestClientProtocol
) -> None:
    """On the home page and on the pages that it leads to; with all well, neither is mentioned."""
    portal = await operator_in(client)
    assert "Webhooks do not work" not in await portal.get("/operator")
    await knock(context, source="connect")
    await post_a_mail()
    late: Any = clock.now() - timedelta(hours=1)
    await Email.all().update(created_at=late)
    home = words(await portal.get("/operator"))
    assert "Webhooks do not work: connected accounts" in home
    assert "1 mail does not go out" in home
    inbox = words(await portal.get("/operator/webhooks"))
    assert "The last delivery was refused: no live secret matches." in inbox
    assert "ada@example.test" in await portal.get("/operator/mails")
    assert (await portal.post("/operator/mails/send")).status_code == 303
