"""What a vendor's account may do decides what it sells, and each reason has its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.connect import capabilities
from shared.finance.connect.queries import get_vendor_payment_config
from shared.finance.connect.rules import AccountStatus
from shared.finance.connect.words import status_words
from shared.finance.inbox.handlers import handlers
from tests.support.account_health import (
    PASSPORT,
    PAYMENTS,
    ask,
    connected_shop,
    due,
    in_days,
    mailed,
)
from tests.support.market import open_shop
from tests.support.portal import operator_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


class TestCapabilities:
    async def test_a_single_capability_decides_and_says_why(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The account itself is fine; money cannot reach it: nobody pays it, and it is told what to
        do.
        """
        shop = await open_shop(gateway, sandbox)
        idle = {"status": "inactive", "disabled_reason": "paused.inactivity"}
        await ask(gateway, sandbox, shop, capabilities={"transfers": idle})

        config = await get_vendor_payment_config(shop.vendor_id)

        assert config.disabled_reason is None
        assert (config.account_status, config.accepts_payments) == (
            AccountStatus.INACTIVE,
            False,
        )
        (mail,) = await mailed("account_stopped")
        said = (
            "Money from your sales cannot reach you: Stripe paused this because it was not used "
            "for a long time. Write to us"
        )
        assert said in mail.text
        assert "paused.inactivity" not in mail.text

    @pytest.mark.parametrize(
        ("name", "reason", "status"),
        [
            ("transfers", "requirements.fields_needed", AccountStatus.PENDING),
            ("transfers", "pending.review", AccountStatus.UNDER_REVIEW),
            ("card_payments", "rejected.unsupported_business", AccountStatus.INACTIVE),
            ("card_payments", "platform_paused", AccountStatus.INACTIVE),
        ],
    )
    async def test_each_reason_leads_to_its_state(
        self,
        gateway: Gateway,
        sandbox: RunningSandbox,
        name: str,
        reason: str,
        status: AccountStatus,
    ) -> None:
        """The same seven states; the sentence is of the capability, and its end ends it all."""
        shop = await open_shop(gateway, sandbox)
        await ask(
            gateway,
            sandbox,
            shop,
            capabilities={name: {"status": "inactive", "disabled_reason": reason}},
        )

        config = await get_vendor_payment_config(shop.vendor_id)

        assert config.account_status is status
        assert capabilities.cause(reason).because in status_words(config).text
        await ask(gateway, sandbox, shop, complete=True)
        assert (
            await get_vendor_payment_config(shop.vendor_id)
        ).account_status is AccountStatus.ACTIVE

    async def test_what_a_capability_will_need_is_kept(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """With its own day, as long as the account has something due."""
        shop = await open_shop(gateway, sandbox)
        soon, later = in_days(10), in_days(40)
        cards = {
            "currently_due": ["company.tax_id"],
            "current_deadline": int(later.timestamp()),
        }
        await ask(
            gateway,
            sandbox,
            shop,
            requirements=due(soon),
            capabilities={"card_payments": cards},
        )

        config = await get_vendor_payment_config(shop.vendor_id)

        found = {
            a.name: (a.status, a.currently_due, a.current_deadline)
            for a in config.abilities
        }
        assert found["card_payments"] == ("active", ("company.tax_id",), later)
        assert found["transfers"] == ("active", (PASSPORT,), soon)
        (line,) = status_words(config).abilities
        assert line.sentence.day == later
        assert line.sentence.tail == ", or shoppers may no longer be able to pay you."

    async def test_a_healthy_account_is_one_question(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Capabilities are asked for only where the account says that there is something to
        tell.
        """
        shop = await open_shop(gateway, sandbox)
        before = len(sandbox.requests())
        await gateway.accounts.get(shop.account_id)
        assert len(sandbox.requests()) == before + 1

    async def test_both_pages_say_it(
        self, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The vendor in words alone, the operator with Stripe's codes."""
        portal, shop = await connected_shop(client, gateway, sandbox)
        off = {"status": "inactive", "disabled_reason": "rejected.unsupported_business"}
        await ask(
            gateway,
            sandbox,
            shop,
            capabilities={"card_payments": off},
            charges_enabled=True,
        )

        text = " ".join((await portal.get(PAYMENTS)).split())

        assert "You can take payments" in text
        assert "Card payments <span" in text
        assert (
            "Stripe does not offer this to your kind of business. Please write to us"
            in text
        )
        assert "Your sales go on meanwhile" in text
        assert "shoppers cannot pay you" not in text
        assert "unsupported_business" not in text
        operator = await operator_in(client)
        text = " ".join(
            (await operator.get(f"/operator/vendors/{shop.vendor_id}")).split()
        )
        assert "Stripe does not offer this to your kind of business." in text
        assert "card_payments: inactive (rejected.unsupported_business)" in text
        assert "transfers: active" in text

    async def test_a_change_is_an_event_of_its_own(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """`capability.updated` is sent by the stand-in and reads the account."""
        shop = await open_shop(gateway, sandbox)
        sandbox.control(
            "POST",
            f"accounts/{shop.account_id}",
            {"capabilities": {"transfers": {"status": "pending"}}},
        )

        (event,) = [
            e
            for e in sandbox.events("capability.updated")
            if e["data"]["object"]["status"] == "pending"
        ]

        assert (
            event["account"],
            event["data"]["object"]["id"],
        ) == (shop.account_id, "transfers")
        assert event["data"]["previous_attributes"] == {"status": "active"}
        assert (
            handlers()["connect"]["capability.updated"]
            is handlers()["connect"]["account.updated"]
        )
