"""The way from our gateway to the stand-in of tests.support.machine, which may break, and what our
code complains about meanwhile.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import stripe

from shared.infra.gateway.transport import Answer, Tries
from tests.support.inprocess import DirectClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.sandbox.engine import Engine


RESTRICTED = "one of the following capabilities enabled: transfers"


class Line(Tries, DirectClient):
    """The way to the stand-in; `breaks` are faults of the next requests: before Stripe heard them,
    or after.

    `meanwhile` is what happens at Stripe between our look and the next refund or reversal that we
    ask for.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, checked=False)
        self.breaks: list[str] = []
        self.meanwhile: list[Callable[[], None]] = []

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
    ) -> Answer:
        """Ask the engine, or lose the question or the answer."""
        if (
            self.meanwhile
            and method.upper() == "POST"
            and url.endswith(("/refunds", "/reversals"))
        ):
            self.meanwhile.pop(0)()
        broken = self.breaks.pop(0) if self.breaks else ""
        if broken == "before":
            raise stripe.APIConnectionError("the line broke before Stripe heard us")
        body, status, told = self.request(method, url, headers, post_data)
        if broken == "after":
            raise stripe.APIConnectionError("the line broke before we heard Stripe")
        return body.encode(), status, told


class Complaints(logging.Handler):
    """Errors that our code wrote into its log: each is a finding."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, unless it is what must be loud: an account that was restricted meanwhile takes
        no transfer.
        """
        text = logging.Formatter().format(record)
        if RESTRICTED not in text:
            self.found.append(text)
