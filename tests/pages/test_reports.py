"""Anybody reports what may be illegal, without an account; the staff reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.infra.mail.models import Email
from tests.support.factories import make_member, make_product, make_ready_vendor
from tests.support.storefront import Browser, text_of

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")
TOLD = {
    "about": "/shops/lux/cup",
    "why": "A copy of my cup.",
    "full_name": "Ada Lovelace",
    "email": "ada@example.test",
    "in_good_faith": "y",
}


async def test_a_report_reaches_the_staff_and_who_reports_gets_a_receipt(
    client: TestClientProtocol,
) -> None:
    """Regulation 2022/2065, article 16: from the product, with its address filled in. The receipt
    repeats nothing that was typed but the name.
    """
    await make_member(None, email="boss@example.test")
    await make_product(await make_ready_vendor(slug="lux"), slug="cup")
    browser = Browser(client)
    assert "/report?about=/shops/lux/cup" in await browser.get("/shops/lux/cup")
    form = await browser.get("/report?about=/shops/lux/cup")
    assert 'value="/shops/lux/cup"' in form
    answer = await browser.post("/report", TOLD)
    assert answer.status_code == 303, await text_of(answer)
    assert "A person looks at it" in await browser.get(answer.location)
    asked = await Email.get(kind="content_reported")
    assert asked.to == "boss@example.test"
    for said in ("/shops/lux/cup", "A copy of my cup.", "ada@example.test"):
        assert said in asked.text
    receipt = await Email.get(kind="report_received")
    assert receipt.to == "ada@example.test"
    assert "Hello Ada Lovelace," in receipt.text
    assert "cup" not in receipt.text


@pytest.mark.parametrize("name", TOLD)
async def test_what_lacks_is_asked_for_and_the_rest_is_kept(
    client: TestClientProtocol, name: str
) -> None:
    """Without a page, a reason, somebody to answer or good faith there is nothing to look at."""
    browser = Browser(client)
    await browser.get("/report")
    answer = await browser.post("/report", {**TOLD, name: ""})
    assert answer.status_code == 422
    kept = await answer.get_data(as_text=True)
    for other in {"about", "why", "full_name", "email"} - {name}:
        assert TOLD[other] in kept
    assert await Email.all().count() == 0
