"""`/metrics`: numbers for a monitor, for whoever may read them, of nobody in particular."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox import intake
from shared.infra.gateway.signatures import BadSignature
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.infra.stripe_writes.models import StripeWrite
from tests.support.app import whole_app
from tests.support.factories import make_order, make_payment, make_ready_vendor
from tests.support.posted import post_a_mail

if TYPE_CHECKING:
    from quart import Quart

    from shared.infra.jobs import Context

pytestmark = pytest.mark.usefixtures("database")
HERE: dict[str, Any] = {"scope_base": {"client": ("127.0.0.1", 1234)}}
TOKEN = "a token of the monitor's"


async def scraped(app: Quart) -> dict[tuple[str, ...], float]:
    """Every sample: name and values of its labels, without the process."""
    answer = await app.test_client().get("/metrics", **HERE)
    text = await answer.get_data(as_text=True)
    assert answer.status_code == 200, text
    return {
        (
            sample.name,
            *(value for name, value in sample.labels.items() if name != "process"),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("token", "address", "headers", "status"),
    [
        (None, "127.0.0.1", {}, 200),
        (None, "::1", {}, 200),
        (None, "203.0.113.5", {}, 403),
        (None, "127.0.0.1", {"X-Forwarded-For": "203.0.113.5"}, 403),
        (None, "127.0.0.1", {"Via": "1.1 proxy"}, 403),
        (TOKEN, "127.0.0.1", {}, 401),
        (TOKEN, "203.0.113.5", {"Authorization": "Bearer another"}, 401),
        (
            TOKEN,
            "203.0.113.5",
            {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "198.51.100.1"},
            200,
        ),
    ],
)
async def test_who_may_read_the_numbers(
    context: Context,
    token: str | None,
    address: str,
    headers: dict[str, str],
    status: int,
) -> None:
    """The bearer of the token where there is one, else this machine alone; a proxy on this machine
    is none.
    """
    app = whole_app(context.settings.with_(metrics_token=token), context.gateway)
    answer = await app.test_client().get(
        "/metrics", headers=headers, scope_base={"client": (address, 1)}
    )
    assert answer.status_code == status


async def test_what_waits_is_counted(app: Quart, context: Context) -> None:
    """Jobs, refused webhooks, unsent mails, held payouts, parked payments; zero before anything
    happened.
    """
    before = await scraped(app)
    assert before["markethall_ledger_unbalanced_currencies",] == 0
    assert before["markethall_reconciliation_age_seconds",] == -1
    vendor = await make_ready_vendor()
    await VendorPaymentConfig.filter(vendor_id=vendor.id).update(
        payouts_held_at=clock.now()
    )
    await make_payment(await make_order(), status="parked")
    await StripeWrite.create(operation="x", subject="x", key="x", state="unexpected")
    await post_a_mail()
    an_hour_ago = clock.now() - timedelta(hours=1)
    await Email.all().update(created_at=an_hour_ago)
    await Job.all().update(run_at=an_hour_ago)
    with pytest.raises(BadSignature):
        await intake.receive(context, source="platform", body=b"{}", signature=None)
    now = await scraped(app)
    assert now["markethall_jobs", "waiting"] == now["markethall_jobs_due",] == 1
    assert 3600 <= now["markethall_job_oldest_due_seconds",] < 3700
    assert (
        now["markethall_webhook_light", "platform"],
        now["markethall_webhook_light", "connect"],
    ) == (2, 0)
    assert now["markethall_webhook_refused", "platform"] == 1
    for name in (
        "mails_unsent",
        "vendors_payouts_held",
        "payments_parked",
        "stripe_writes_unexpected",
    ):
        assert (before[f"markethall_{name}",], now[f"markethall_{name}",]) == (0, 1)


@pytest.mark.one_engine
async def test_requests_are_counted_by_route_never_by_address(app: Quart) -> None:
    """Addresses of orders grant access, and a stranger could fill the memory with made-up ones."""
    client = app.test_client()
    for address in (
        "/shop/orders/co_somebodys-own",
        "/shop/orders/co_another",
        "/no/such/page",
        "/healthz",
    ):
        await client.get(address)
    await client.open("/healthz", method="BREW", json=None)
    answer = await client.get("/metrics", **HERE)
    text = await answer.get_data(as_text=True)
    assert "co_somebodys-own" not in text
    assert "/no/such/page" not in text
    assert "BREW" not in text
    assert re.search(
        r'markethall_requests_total\{[^}]*route="/healthz",status="200"\} 1\.0', text
    )
    assert re.search(
        r'markethall_requests_total\{[^}]*route="\(no route\)",status="404"\} 1\.0',
        text,
    )
