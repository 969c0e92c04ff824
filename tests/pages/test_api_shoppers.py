"""The API as a shopper's page asks it: intents of orders, and holding what is in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.payments.models import Payment
from shared.trade.orders.models import Order
from tests.support.api_purchases import hold_path, intent_path, purchase, shop
from tests.support.app import link_of
from tests.support.market import Purchase, Shop, check_out, open_shop
from tests.support.program import Program
from tests.support.purchases import buy_from

if TYPE_CHECKING:
    from quart import Quart

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

__all__ = ["purchase", "shop"]  # fixtures


async def with_intent() -> int:
    """How many payments Stripe was asked for."""
    return await Payment.filter(stripe_payment_intent_id__not_isnull=True).count()


def sent_intent(sandbox: RunningSandbox) -> dict[str, Any]:
    """What the stand-in was last asked to make an intent of."""
    log: Any = sandbox.control("GET", "requests?after=0")
    made = [
        e["params"]
        for e in log
        if (e["method"], e["path"]) == ("POST", "/v1/payment_intents")
    ]
    return dict(made[-1])


class TestCreateIntent:
    """POST create-intent."""

    async def test_the_breakdown_is_answered_as_the_issue_decides(
        self, app: Quart, shop: Shop, purchase: Purchase
    ) -> None:
        """The commission is shown. Decimal strings; 2.5% of 49.90 is 1.25, half up."""
        body = {"order_id": purchase.order_id, "amount": "49.90"}
        reply = await Program(app, link_of(purchase.token)).call(
            "POST", intent_path(shop.vendor_id), json=body
        )

        assert reply.status == 200
        intent, secret = (
            reply.body.pop("payment_intent_id"),
            reply.body.pop("client_secret"),
        )
        assert secret.startswith(f"{intent}_secret_")
        assert reply.body == {
            "amount_total": "49.90",
            "amount_vendor": "48.65",
            "platform_fee": "1.25",
            "currency": "EUR",
            "state": "pending",
            "needs_hold": False,
        }

    async def test_twice_gives_the_same_intent_whoever_shows_the_token_and_how(
        self, app: Quart, shop: Shop, purchase: Purchase, sandbox: RunningSandbox
    ) -> None:
        """By header, by body, by the browser's session."""
        path, body = intent_path(shop.vendor_id), {"order_id": purchase.order_id}
        browser = Program(app)
        async with browser.client.session_transaction() as carried:
            carried["checkouts"] = [link_of(purchase.token)]

        replies = [
            await Program(app, link_of(purchase.token)).call("POST", path, json=body),
            await Program(app).call(
                "POST", path, json={**body, "order_token": link_of(purchase.token)}
            ),
            await browser.call("POST", path, json=body),
        ]

        assert [r.status for r in replies] == [200, 200, 200]
        assert (
            len(
                {
                    (
                        r.body["payment_intent_id"],
                        r.body["client_secret"],
                    )
                    for r in replies
                }
            )
            == 1
        )
        assert sandbox.control("GET", "state")["counts"]["payment_intent"] == 1

    async def test_an_order_that_is_not_the_callers_or_not_this_vendors_is_404(
        self,
        app: Quart,
        shop: Shop,
        purchase: Purchase,
        gateway: Gateway,
        sandbox: RunningSandbox,
    ) -> None:
        """No token, another order's token, another vendor in the path, no such order: alike, and no
        payment is opened.
        """
        other_shop = await open_shop(gateway, sandbox)
        other = await check_out(other_shop)
        body = {"order_id": purchase.order_id}
        path = intent_path(shop.vendor_id)

        replies = [
            await Program(app).call("POST", path, json=body),
            await Program(app, link_of(other.token)).call("POST", path, json=body),
            await Program(app, link_of(purchase.token)).call(
                "POST", intent_path(other_shop.vendor_id), json=body
            ),
            await Program(app, link_of(purchase.token)).call(
                "POST", path, json={"order_id": 10**15}
            ),
            await Program(app, "ü\xff").call(
                "POST",
                path,
                json={**body, "order_token": "ü\u2603"},
            ),
        ]

        assert [(r.status, r.code) for r in replies] == [(404, "not_found")] * 5
        assert len({json.dumps(r.body) for r in replies}) == 1
        assert not await with_intent()

    async def test_any_order_of_a_purchase_at_several_vendors_gives_its_one_intent(
        self, app: Quart, shop: Shop, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Over the whole purchase: who believes that it is one order's total is told so, and who
        names another of its vendors gets nothing.
        """
        other = await open_shop(gateway, sandbox)
        bought = await buy_from([shop, other])
        program = Program(app, link_of(bought.token))
        first, second = bought.order_ids
        paths = intent_path(shop.vendor_id), intent_path(other.vendor_id)
        asked = [
            await program.call("POST", paths[0], json={"order_id": first}),
            await program.call(
                "POST", paths[1], json={"order_id": second, "amount": "99.80"}
            ),
        ]
        assert [reply.status for reply in asked] == [200, 200]
        assert asked[0].body == asked[1].body
        assert asked[0].body["amount_total"] == "99.80"
        one_order = {"order_id": first, "amount": "49.90"}
        wrong = await program.call("POST", paths[0], json=one_order)
        assert (wrong.status, wrong.code) == (409, "amount_mismatch")
        crossed = await program.call("POST", paths[1], json={"order_id": first})
        assert crossed.status == 404
        held = {
            "order_id": second,
            "payment_intent_id": asked[0].body["payment_intent_id"],
        }
        pressed = await program.call("POST", hold_path(other.vendor_id), json=held)
        assert pressed.body == {"held": True}
        assert await Payment.all().count() == 2

    @pytest.mark.parametrize(
        "amount", ["0.01", "49.9000001", "4990", 49.89, 0, "99999999"]
    )
    async def test_another_amount_than_the_orders_is_409_and_never_charged(
        self, app: Quart, shop: Shop, purchase: Purchase, amount: Any
    ) -> None:
        """The client never sets an amount; it can only be wrong about it."""
        body = {"order_id": purchase.order_id, "amount": amount}
        reply = await Program(app, link_of(purchase.token)).call(
            "POST", intent_path(shop.vendor_id), json=body
        )

        assert (reply.status, reply.code) == (409, "amount_mismatch")
        assert not await with_intent()

    @pytest.mark.parametrize("amount", [49.9, "49.9", "49.90", "49.900"])
    async def test_the_right_amount_is_right_however_it_is_written(
        self, app: Quart, shop: Shop, purchase: Purchase, amount: Any
    ) -> None:
        """JSON numbers are read as decimals, not floats."""
        body = {"order_id": purchase.order_id, "amount": amount}

        assert (
            await Program(app, link_of(purchase.token)).call(
                "POST", intent_path(shop.vendor_id), json=body
            )
        ).status == 200

    @pytest.mark.one_engine
    async def test_an_amount_is_a_plain_decimal_string(
        self, app: Quart, shop: Shop, purchase: Purchase
    ) -> None:
        """What people type is for forms; a program that writes anything else is told so with
        422.
        """
        for amount in (
            "4_9.90",
            "４９．９０",
            "4.99e1",
            "49,90",
            "€49.90",
            " 49.90",
            "+49.90",
            "1,000",
        ):
            body = {"order_id": purchase.order_id, "amount": amount}
            reply = await Program(app, link_of(purchase.token)).call(
                "POST", intent_path(shop.vendor_id), json=body
            )
            assert (reply.status, reply.body["error"]["param"]) == (422, "amount"), (
                amount
            )
        assert not await with_intent()

    async def test_metadata_from_outside_never_reaches_stripe(
        self, app: Quart, shop: Shop, purchase: Purchase, sandbox: RunningSandbox
    ) -> None:
        """Our own ids stand there, and nothing else."""
        body = {
            "order_id": purchase.order_id,
            "metadata": {"order_id": "777", "vendor_id": "888", "evil": "yes"},
        }
        reply = await Program(app, link_of(purchase.token)).call(
            "POST", intent_path(shop.vendor_id), json=body
        )

        assert reply.status == 200
        metadata = sent_intent(sandbox)["metadata"]
        assert metadata["order_id"] == str(purchase.order_id)
        assert metadata["vendor_id"] == str(shop.vendor_id)
        assert "evil" not in metadata

    async def test_the_caller_never_decides_who_gets_the_receipt(
        self, app: Quart, shop: Shop, purchase: Purchase, sandbox: RunningSandbox
    ) -> None:
        """Stripe is given no address at all, our own mail goes to the order's: nobody can make us
        write to strangers.
        """
        body = {"order_id": purchase.order_id, "customer_email": "victim@example.test"}
        reply = await Program(app, link_of(purchase.token)).call(
            "POST", intent_path(shop.vendor_id), json=body
        )

        assert reply.status == 200
        assert "receipt_email" not in sent_intent(sandbox)
        assert "victim" not in json.dumps(sent_intent(sandbox))

    async def test_the_client_secret_is_nowhere_in_the_database(
        self, app: Quart, shop: Shop, purchase: Purchase
    ) -> None:
        """It is answered and forgotten."""
        reply = await Program(app, link_of(purchase.token)).call(
            "POST", intent_path(shop.vendor_id), json={"order_id": purchase.order_id}
        )

        secret = reply.body["client_secret"]
        for row in [
            *await Payment.all().values(),
            *await Order.all().values(),
        ]:
            assert secret not in str(row)

    async def test_a_paid_or_cancelled_order_is_409(
        self, app: Quart, shop: Shop, purchase: Purchase
    ) -> None:
        """There is nothing to pay any more."""
        await Order.filter(id=purchase.order_id).update(
            payment_status="paid", status="processing"
        )

        reply = await Program(app, link_of(purchase.token)).call(
            "POST", intent_path(shop.vendor_id), json={"order_id": purchase.order_id}
        )

        assert (reply.status, reply.code) == (409, "order_not_payable")

    async def test_a_cross_site_page_cannot_use_the_browsers_session(
        self, app: Quart, shop: Shop, purchase: Purchase
    ) -> None:
        """The Origin is checked although there is no form token."""
        browser = Program(app)
        async with browser.client.session_transaction() as carried:
            carried["checkouts"] = [link_of(purchase.token)]
        reply = await browser.call(
            "POST",
            intent_path(shop.vendor_id),
            json={"order_id": purchase.order_id},
            headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        )

        assert (reply.status, reply.code) == (403, "wrong_origin")


BROKEN = [
    (b"{", "application/json", 400),
    (b"[1]", "application/json", 400),
    (b"null", "application/json", 400),
    (b'"x"', "application/json", 400),
    (b"\xff\xfe{}", "application/json", 400),
    (b'{"order_id": NaN}', "application/json", 400),
    (b'{"order_id": 1, "order_token": "\\u0000"}', "application/json", 422),
    (b'{"order_id": 1, "customer_email": "\\ud800"}', "application/json", 400),
    (b"[" * 100_000, "application/json", 400),
    (b'{"a":' * 40_000 + b"1" + b"}" * 40_000, "application/json", 400),
    (b'{"order_id": ' + b"9" * 5000 + b"}", "application/json", 400),
    (b'{"order_id": 99999999999999999999}', "application/json", 422),
    (b'{"order_id": -1}', "application/json", 422),
    (b'{"order_id": "one"}', "application/json", 422),
    (b'{"order_id": 1.5}', "application/json", 422),
    (b'{"order_id": 1, "amount": "NaN"}', "application/json", 422),
    (b'{"order_id": 1, "amount": "-1"}', "application/json", 422),
    (b'{"order_id": 1, "metadata": []}', "application/json", 422),
    (b"", "application/json", 422),
    (b"{}", "application/json", 422),
    (b"order_id=1", "application/x-www-form-urlencoded", 415),
    (b"{}", "text/plain", 415),
    (b"x", "", 415),
    (b"x" * 300_000, "application/json", 413),
]


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    BROKEN,
    ids=[f"{n}-{case[2]}" for n, case in enumerate(BROKEN)],
)
async def test_a_broken_body_is_refused_in_the_one_shape(
    app: Quart, body: bytes, kind: str, status: int
) -> None:
    """Broken, deep, huge, of the wrong type: 400, 413, 415 or 422, never 500."""
    reply = await Program(app).call(
        "POST", intent_path(1), data=body, headers={"Content-Type": kind}
    )

    assert reply.status == status
    assert set(reply.body) == {"error"}
