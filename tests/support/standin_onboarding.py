"""The stand-in's onboarding, walked through."""

from typing import Any

from tests.sandbox.visitor import Visitor
from tests.support.standin_accounts import EXPRESS

BACK, AGAIN = "https://shop.test/back", "https://shop.test/refresh"


async def link(platform, account, **given: Any):
    urls = {"refresh_url": AGAIN, "return_url": BACK}
    return await platform.v1.account_links.create_async(
        {"account": account, "type": "account_onboarding", **urls, **given}
    )


async def seller(platform, **given: Any):
    return await platform.v1.accounts.create_async(
        {"country": "LU", "email": "a@b.test", **EXPRESS, **given}
    )


async def visit(platform, account, **given: Any):
    return await Visitor(platform.sandbox.base_url).open(
        (await link(platform, account, **given)).url
    )


async def walk(platform, account, **typed: dict[str, str] | None):
    """All steps; None for one leaves it out, a dict is typed into it."""
    visitor = await visit(platform, account)
    for step in ("business", "person", "bank"):
        assert visitor.step == step
        given = typed.get(step, {})
        await (
            visitor.press("skip")
            if given is None
            else visitor.press("continue", **given)
        )
    if visitor.step == "more":
        await visitor.press("skip")
    assert visitor.step == "review", visitor.errors()
    return await visitor.press("complete")


async def read(platform, account):
    return await platform.v1.accounts.retrieve_async(account)
