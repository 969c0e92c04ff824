"""The `stripe` SDK set up as we use it, and its errors in our words.

Imported with the first question alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property, partial
from typing import Any

from shared.core.errors import MarketError
from shared.core.settings import StripeSettings
from shared.infra.gateway.calls import API_VERSION
from shared.infra.gateway.errors import (
    CardDeclined,
    StripeMissing,
    StripeRefused,
    StripeUnavailable,
)
from shared.infra.gateway.quick_calls import QuickCalls, object_in
from shared.infra.gateway.stripe_package import stripe
from shared.infra.gateway.transport import Transport, Tries

log = logging.getLogger("markethall.gateway")


class Sdk:
    """The SDK's client: pinned version, aiohttp transport, two retries under the same key."""

    def __init__(
        self,
        settings: StripeSettings,
        *,
        timeout: float,
        way: Tries | None = None,
    ) -> None:
        """`way`: another way to Stripe than over the net."""
        self._http = way or Transport(timeout=timeout)
        self._quick = QuickCalls(settings, self._http, version=API_VERSION)
        self.client = stripe.StripeClient(
            settings.secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": settings.api_base, "files": settings.files_base},
            http_client=self._http,
            max_network_retries=2,
        )

    @cached_property
    def v1(self) -> stripe.V1Services:
        """The methods of Stripe's API, their answers plain."""
        services: Any = stripe.V1Services  # its constructor has no types
        plain = PlainAnswers(self.client, self._quick)
        answering: stripe.V1Services = services(plain)
        return answering

    def errors(self) -> AbstractContextManager[None]:
        """What goes wrong inside it comes out as an error of ours."""
        return _errors()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()


class PlainAnswers:
    """Stands where the SDK's services ask, and answers JSON as Stripe sent it.

    The SDK makes an object of every part of an answer, 26 of a payment with its charge, and a dict
    of them all again when we ask for one: a quarter of what a settled payment cost us.
    """

    def __init__(
        self,
        client: stripe.StripeClient,
        quick: QuickCalls,
    ) -> None:
        self._client = client
        self._quick = quick

    async def request_async(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        base_address: str,
        usage: object = None,
    ) -> dict[str, Any]:
        """One request, as each method of a service makes it; raises the SDK's errors."""
        params, options = params or {}, options or {}
        ask = partial(
            self._client.raw_request_async,
            method,
            url,
            base=base_address,
            **params,
            **options,
        )
        if base_address != "api":
            return _data(await ask())
        call = self._quick.call(method, url, params, options)
        if call is None:
            return _data(await ask())
        tried = await self._quick.ask(call)
        if (found := object_in(tried)) is not None:
            return found
        with tried.as_first():
            return _data(await ask())


def _data(answer: Any) -> dict[str, Any]:
    body: dict[str, Any] = answer.data
    return body


@contextmanager
def _errors() -> Iterator[None]:
    """Turn whatever goes wrong in a call into our errors.

    The request id goes to the log, Stripe's words stay here. What is no answer of Stripe's
    (another's page, another's JSON) says nothing about what became of the request, like none.
    """
    try:
        yield
    except MarketError:
        raise
    except stripe.CardError as e:
        raise CardDeclined(e.user_message, log=_log(e)) from e
    except (stripe.APIConnectionError, stripe.RateLimitError) as e:
        raise StripeUnavailable(log=_log(e)) from e
    except TimeoutError as e:
        raise StripeUnavailable(log="no answer within our patience") from e
    except stripe.StripeError as e:
        if _is_unknown_outcome(e):
            raise StripeUnavailable(log=_log(e), replayed=_replayed(e)) from e
        raise _refusal(e) from e
    except Exception as e:
        log.exception("an answer that cannot be read")
        text = f"{type(e).__name__} at an answer that cannot be read"
        raise StripeUnavailable(log=text) from e


def _refusal(e: stripe.StripeError) -> StripeRefused:
    code = e.error.code if e.error else None
    missing = e.http_status == 404 or code in ("resource_missing", "account_invalid")
    kind = StripeMissing if missing else StripeRefused
    return kind(
        stripe_code=code,
        param=getattr(e, "param", None),
        log=_log(e),
    )


def _is_unknown_outcome(e: stripe.StripeError) -> bool:
    """5xx and the conflict of a key in use tell nothing of the request (stripe-facts 4.7).

    Nor does a "refusal" without an error object: each of Stripe's has one, a gateway's page of
    HTML has not.
    """
    status = e.http_status or 0
    return status >= 500 or status == 409 or status == 429 or e.error is None


def _replayed(e: stripe.StripeError) -> bool:
    given = e.headers or {}
    headers = {name.lower(): value for name, value in given.items()}
    return headers.get("idempotent-replayed") == "true"


def _log(e: stripe.StripeError) -> str:
    code = e.error.code if e.error else None
    told = (
        f"status={e.http_status} code={code} request={e.request_id}: {e.user_message}"
    )
    return f"{type(e).__name__} {told}"
