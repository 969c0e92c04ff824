"""An owner with an account, and the mails about its second step."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.infra.mail.models import Email
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from quart import Quart


PASSWORD, EMAIL = "a-long-password", "olive@shop.test"


@pytest.fixture
def app(app: Quart) -> Quart:
    app.config["QUART_RATE_LIMITER_ENABLED"] = False
    return app


@pytest.fixture
async def owner(app: Quart) -> Visitor:
    visitor = Visitor(app)
    await visitor.sign_up(EMAIL)
    return visitor


async def _mails(kind: str) -> list[str]:
    return [
        str(text)
        for text in await Email.filter(kind=kind)
        .order_by("id")
        .values_list("text", flat=True)
    ]


def moments_on(**delta: float):
    moment = clock.now() + timedelta(**delta)
    return clock.use(lambda: moment)
