"""The two doors that Stripe knocks at.

They verify and store; what an event means is decided behind them.
"""

from __future__ import annotations

from functools import partial

from quart import Blueprint, request
from quart_schema import document_headers, document_request, document_response, tag

from shared.entrypoints.api.models import (
    ConnectEvent,
    ErrorAnswer,
    PlatformEvent,
    StripeSignature,
    Success,
)
from shared.entrypoints.web.access import large_body, public, unsigned_post
from shared.entrypoints.web.bodies import MAX_BODY
from shared.entrypoints.web.doorway import opens_by, raise_failure
from shared.entrypoints.web.kit import kit, raw_body
from shared.entrypoints.web.limits import limit_instead
from shared.finance.inbox import intake

blueprint = Blueprint("webhooks", __name__, url_prefix="/api/v1/platform/webhooks")

_SIGNATURE = b"stripe-signature"
SIGNED = "signed by Stripe with the endpoint's own secret; needs the raw body"


@blueprint.post("/stripe")
@public
@unsigned_post(SIGNED)
@large_body(MAX_BODY)
@limit_instead("6000/minute")
@opens_by(_SIGNATURE, partial(intake.opened, "platform"))
@tag(["Webhooks"])
@document_headers(StripeSignature)
@document_request(PlatformEvent)
@document_response(Success)
@document_response(ErrorAnswer, 400)
async def platform_events() -> dict[str, str]:
    """Events of the platform's own account: payments, charges."""
    return await _receive("platform")


@blueprint.post("/stripe/connect")
@public
@unsigned_post(SIGNED)
@large_body(MAX_BODY)
@limit_instead("6000/minute")
@opens_by(_SIGNATURE, partial(intake.opened, "connect"))
@tag(["Webhooks"])
@document_headers(StripeSignature)
@document_request(ConnectEvent)
@document_response(Success)
@document_response(ErrorAnswer, 400)
async def connect_events() -> dict[str, str]:
    """Events of connected accounts; signed with another secret than the platform's."""
    return await _receive("connect")


async def _receive(source: str) -> dict[str, str]:
    raise_failure()
    body = await raw_body()
    await intake.receive(
        kit(),
        source=source,
        body=body,
        signature=request.headers.get(_SIGNATURE.decode()),
    )
    return {"status": "success"}
