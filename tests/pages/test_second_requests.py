"""What a shopper sends while another request of the same order waits, and what no vendor takes
away by giving a little back first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import run
from shared.core.locales import speaking
from shared.finance.refunds.models import Refund
from shared.infra.jobs.worker import Worker
from shared.trade.orders.models import Order, OrderLine
from shared.trade.returns.errors import AnotherRequestOpen
from shared.trade.returns.models import ReturnLine, ReturnRequest
from shared.trade.returns.rules import Declared, ReturnKind, ReturnReason, together
from tests.support.after_sale import WRONG, below, mails, page_of, paid, send, shop_of
from tests.support.refunds import sold
from tests.support.storefront import Browser, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox


def declared(kind: ReturnKind, **values: object) -> Declared:
    """A request for one piece of line 1."""
    reason = ReturnReason.NONE
    if kind is ReturnKind.REFUND:
        reason = ReturnReason.DAMAGED
    given = {"kind": kind, "reason": reason, "note": "", "pieces": {1: 1}}
    return Declared(**{**given, **values})  # type: ignore[arg-type]


REFUND, WITHDRAWAL = declared(ReturnKind.REFUND), declared(ReturnKind.WITHDRAWAL)


class TestTogether:
    @pytest.mark.parametrize(
        ("before", "now", "stands"),
        [
            (REFUND, REFUND, None),
            (WITHDRAWAL, WITHDRAWAL, None),
            (REFUND, WITHDRAWAL, WITHDRAWAL),
            (
                WITHDRAWAL,
                declared(ReturnKind.WITHDRAWAL, pieces={1: 3, 2: 1}),
                declared(ReturnKind.WITHDRAWAL, pieces={1: 3, 2: 1}),
            ),
            (
                declared(ReturnKind.WITHDRAWAL, pieces={1: 2}, note="Late"),
                declared(ReturnKind.WITHDRAWAL, pieces={1: 1, 2: 1}),
                declared(ReturnKind.WITHDRAWAL, pieces={1: 2, 2: 1}, note="Late"),
            ),
            (declared(ReturnKind.WITHDRAWAL, pieces={1: 2}), WITHDRAWAL, None),
        ],
    )
    def test_a_withdrawal_is_never_lost(
        self, before: Declared, now: Declared, stands: Declared | None
    ) -> None:
        """It takes the place of a refund request, and widens a withdrawal; the same is one."""
        assert together(before, now) == stands

    @pytest.mark.parametrize(
        ("before", "now"),
        [
            (REFUND, declared(ReturnKind.REFUND, pieces={1: 2})),
            (REFUND, declared(ReturnKind.REFUND, reason=ReturnReason.WRONG)),
            (REFUND, declared(ReturnKind.REFUND, note="More about it")),
            (WITHDRAWAL, REFUND),
        ],
    )
    def test_another_refund_request_waits_for_the_first(
        self, before: Declared, now: Declared
    ) -> None:
        """It is told, not swallowed."""
        with pytest.raises(AnotherRequestOpen):
            together(before, now)


async def waiting(
    client: TestClientProtocol, kind: str, pieces: int
) -> tuple[Order, Browser, str]:
    """An order of three pieces that was sent, and a request of so many that waits."""
    order = await paid(3)
    await send(order)
    browser, here = Browser(client), await below(order)
    line = await OrderLine.get(order_id=order.id)
    await browser.get(f"{here}/return/{kind}")
    answer = await browser.post(
        f"{here}/return/{kind}", {**WRONG, f"quantity_{line.id}": str(pieces)}
    )
    assert answer.status_code == 303, await text_of(answer)
    return order, browser, here


async def stored() -> list[tuple[str, str, int]]:
    """Kind, status and pieces of each request, the oldest first."""
    return [
        (row.kind, row.status, (await ReturnLine.get(request_id=row.id)).quantity)
        for row in await ReturnRequest.all().order_by("id")
    ]


@pytest.mark.parametrize("kind", ["refund", "withdrawal"])
@pytest.mark.parametrize("is_declared", [False, True])
async def test_a_withdrawal_that_is_confirmed_is_stored_and_both_sides_have_a_mail(
    client: TestClientProtocol, context: Context, kind: str, *, is_declared: bool
) -> None:
    """While another request waits: by the order's link, or without one. Twice is once."""
    order, browser, here = await waiting(client, kind, 1)
    for _ in range(2):
        if is_declared:
            await browser.get("/shop/withdraw")
            told = {"full_name": "Ada", "number": order.number}
            email = (await order.checkout).email
            answer = await browser.post("/shop/withdraw", {**told, "email": email})
            await Worker(context, run.job_handlers()).run_due()
        else:
            answer = await browser.post(f"{here}/return/withdrawal", {})
        assert answer.status_code == 303, await text_of(answer)
    assert await stored() == [(kind, "taken_back", 1), ("withdrawal", "open", 3)]
    receipts, told_shop = await mails("return_received"), await mails("return_asked")
    assert (len(receipts), len(told_shop)) == (2, 2)
    assert "withdrawal from the contract" in receipts[-1].text
    assert "3 x " in receipts[-1].text
    assert "has withdrawn from order" in told_shop[-1].text
    assert "Withdrawal from the contract" in words(
        await browser.get(await page_of(order))
    )


async def test_a_different_refund_request_is_told_and_keeps_what_was_typed(
    client: TestClientProtocol,
) -> None:
    """The first one stays as it is, in each language."""
    _order, browser, here = await waiting(client, "refund", 1)
    wish = {"reason": "wrong", "note": "Another crack."}
    refused = await browser.post(f"{here}/return/refund", wish)
    assert refused.status_code == 409
    text = words(await text_of(refused))
    assert "has not answered your earlier request" in text
    assert "Another crack." in text
    assert await stored() == [("refund", "open", 1)]
    for language, said in (("de", "noch nicht beantwortet"), ("fr", "encore répondu")):
        with speaking(language):
            assert said in AnotherRequestOpen().message


async def test_0_of_each_is_not_everything(client: TestClientProtocol) -> None:
    """Empty means everything; a typed 0 means 0."""
    order = await paid(3)
    await send(order)
    browser, here = Browser(client), await below(order)
    line = await OrderLine.get(order_id=order.id)
    await browser.get(f"{here}/return/withdrawal")
    none = {f"quantity_{line.id}": "0", "note": "Kept"}
    refused = await browser.post(f"{here}/return/withdrawal", none)
    assert refused.status_code in (400, 422)
    text = await text_of(refused)
    assert "Choose at least one piece." in text
    assert "Kept" in text
    assert not await ReturnRequest.exists()


async def test_a_cent_given_back_takes_no_right_away(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Before it is sent, what is left may still be cancelled or withdrawn from."""
    sale = await sold(gateway, sandbox)
    portal = await shop_of(client, sale)
    given = await portal.post(
        f"/vendor/admin/orders/{sale.order.number}/refunds",
        {
            "reach": "amount",
            "amount": "0.01",
            "reason": "requested_by_customer",
            "note": "",
            "seen": "0",
        },
    )
    assert given.status_code == 303, await text_of(given)
    assert (await Refund.get()).amount == 1
    browser, here = Browser(client), await below(sale.order)
    page = await browser.get(await page_of(sale.order))
    assert "Withdraw from contract here" in page.split("Sold by")[0]
    cancel = await browser.get(f"{here}/cancel")
    assert "You get €19.99 back, the way you paid." in words(cancel)
    assert "Confirm withdrawal" in await browser.get(f"{here}/return/withdrawal")
    answer = await browser.post(f"{here}/return/withdrawal", {})
    assert answer.status_code == 303, await text_of(answer)
    assert (await ReturnRequest.get()).kind == "withdrawal"
