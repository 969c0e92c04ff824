"""The real SDK's HTTP client, watched: every request and every answer is held against the SDK's own
types.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from shared.infra.gateway.transport import Transport
from shared.sandbox import multipart
from tests.sandbox.fields import missing_keys
from tests.sandbox.sdkspec import Problem, check_reply, check_request, parse_form

# What the SDK's types miss, or we say on purpose: place -> reason.
ACCEPTED: dict[str, str] = {
    "$.payments.payouts.automatic_transfer_rules_by_currency": (
        "null makes SDK 16.1.0 fail; {} is sent (stripe-facts 19.2)"
    ),
}


class CheckedClient(Transport):
    """Collects problems of requests and answers; `assert_clean` tells them."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.replies: list[tuple[str, str, int, Mapping[str, str]]] = []

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> Any:
        """Send a request and look at both sides of it."""
        content, status, answered = await super().request_async(
            method, url, headers, post_data
        )
        path = urlsplit(url).path
        self.replies.append((method.upper(), path, status, answered))
        if status < 400:
            kind = next(
                (
                    value
                    for name, value in headers.items()
                    if name.lower() == "content-type"
                ),
                "",
            )
            if multipart.is_multipart(kind):
                params = multipart.read(kind, "", post_data)
            else:
                params = parse_form(
                    (post_data if isinstance(post_data, str) else urlsplit(url).query)
                    or ""
                )
            self._note(method, path, check_request(method, path, params))
        body = json.loads(content)
        self._note(method, path, check_reply(method, path, status, body))
        self._note(method, path, missing_keys(body))
        return content, status, answered

    def _note(self, method: str, path: str, problems: Iterable[Problem]) -> None:
        self.problems += [
            f"{method.upper()} {path}: {problem}"
            for problem in problems
            if problem.where not in ACCEPTED
        ]

    def assert_clean(self) -> None:
        """Fail with everything that was wrong."""
        assert not self.problems, "\n".join(self.problems)


# Parameters that browsers send with a publishable key, beyond the SDK's types.
_BROWSER = frozenset(
    {"key", "client_secret", "customer_session_client_secret", "payment_method_data"}
)
_OWN_WIRE = (
    "/v1/elements/",
    "/v1/confirmation_tokens",
)  # addresses that browsers alone know


def recorded_problems(requests: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the SDK's parameter types say against requests that the stand-in recorded (`GET
    /_control/requests`).

    For tests of our gateway: an empty list means that every request was one that Stripe documents.
    """
    found: list[str] = []
    for request in requests:
        params = dict(request["params"])
        if "key" in params and request["path"].startswith(_OWN_WIRE):
            continue
        if "key" in params:
            params = {
                name: value for name, value in params.items() if name not in _BROWSER
            }
        problems = check_request(request["method"], request["path"], params)
        found += [
            f"{request['method']} {request['path']}: {problem}" for problem in problems
        ]
    return found
