"""The shapes that the JSON API takes and answers.

Bodies are allow-lists: a key that is not here is ignored.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from shared.trade.orders.rules import PaymentStatus
from shared.trade.vendors.countries import COUNTRIES


class Shape(BaseModel):
    """What all of them are; pydantic makes what checks them when one is first met."""

    model_config = ConfigDict(defer_build=True)


class ErrorDetail(Shape):
    """What went wrong."""

    code: str = Field(description="stable, for machines")
    message: str = Field(description="a sentence, fit to be shown")
    param: str | None = Field(
        default=None, description="the key of the body it is about"
    )


class ErrorAnswer(Shape):
    """The one shape of every error."""

    error: ErrorDetail


class PaymentConfig(Shape):
    """How the vendor is paid."""

    stripe_account_id: str | None
    account_status: str
    accepts_payments: bool
    currency: str | None = Field(default=None, description="ISO 4217, once set up")
    platform_fee_percentage: float | None = Field(
        default=None, description="per cent, such as 2.5; once set up"
    )
    needs_onboarding: bool | None = Field(default=None, description="once set up")
    needs_setup: bool | None = Field(
        default=None, description="true before set-up, else absent"
    )


class DiscountShape(Shape):
    """A discount code. Amounts are decimal strings in the currency's major unit."""

    code: str
    kind: str = Field(description="percent, amount or shipping")
    percentage: float | None = Field(description="per cent, such as 10")
    amount: str | None = Field(description="once an order, of kind amount")
    least_amount: str | None = Field(description="what the goods have to come to")
    currency: str | None = Field(description="ISO 4217, of the amounts")
    starts_at: str | None = Field(description="ISO 8601; null: at once")
    ends_at: str | None = Field(description="ISO 8601, not included; null: never")
    most_uses: int | None
    most_per_shopper: int | None
    uses: int = Field(description="orders that it counts for now")
    is_active: bool = Field(description="false: switched off")


class DiscountList(Shape):
    """A vendor's discount codes."""

    discounts: list[DiscountShape]


# PostgreSQL holds no NUL in text, so no text that is read may have one. What is ignored may hold
# anything.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]


class SetupBody(Shape):
    """Business details for the account's first creation. Name and email are those of the vendor's record, not the caller's."""

    model_config = ConfigDict(extra="ignore")

    country: str | None = Field(
        default=None,
        pattern="^[A-Za-z]{2}$",
        description=(
            "ISO 3166-1, one of those that the marketplace pays to; the vendor's own by default"
        ),
        json_schema_extra={"enum": [*COUNTRIES, None]},
    )
    business_type: Literal["individual", "company", "non_profit"] | None = None
    url: str | None = Field(
        default=None, max_length=300, pattern=r"^https?://[^\s\x00]+$"
    )
    phone: str | None = Field(
        default=None, max_length=40, pattern=r"^[0-9 +()./-]{5,40}$"
    )


class SetupAnswer(Shape):
    """The vendor's account and a single-use address to complete it."""

    stripe_account_id: str
    onboarding_url: str
    message: str


def _plain_decimal(value: Any) -> Any:
    """Programs write `49.90`.

    Exponents, thousands and other scripts' digits, which Decimal would take, are refused.
    """
    if isinstance(value, str) and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        raise ValueError('write it as "49.90"')
    return value


# A number of any size is read and compared; a string is digits with at most one point.
_AMOUNT = {
    "anyOf": [
        {"type": "number", "minimum": 0},
        {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$", "maxLength": 40},
    ]
}


class OrderBody(Shape):
    """An order of the caller's."""

    model_config = ConfigDict(extra="ignore")

    order_id: int = Field(ge=1, le=2**53)
    order_token: Text | None = Field(
        default=None,
        max_length=200,
        description="token of the order's link, when there is no session; or as a Bearer token",
    )


class CreateIntentBody(OrderBody):
    """An order to pay. The order's own total decides; `amount` is only compared."""

    amount: (
        Annotated[Decimal, BeforeValidator(_plain_decimal), WithJsonSchema(_AMOUNT)]
        | None
    ) = Field(
        default=None,
        description="decimal string in major units; 409 when it is not the order's total",
    )
    customer_email: Text | None = Field(
        default=None,
        max_length=254,
        description="ignored: mail goes to the order's own address",
    )
    metadata: dict[str, Any] | None = Field(
        default=None, description="ignored: ours alone is sent to Stripe"
    )


class CreateIntentAnswer(Shape):
    """The order's one PaymentIntent, and where the order stands. Amounts are decimal strings in major units."""

    payment_intent_id: str
    client_secret: str = Field(repr=False)
    amount_total: str
    amount_vendor: str
    platform_fee: str
    currency: str
    state: PaymentStatus = Field(
        description="where the order's money is, as in lists of orders"
    )
    needs_hold: bool = Field(
        description="whether `hold` has to be asked before the card is confirmed"
    )


class HoldBody(OrderBody):
    """An order whose card is about to be confirmed."""

    payment_intent_id: str = Field(
        pattern="^pi_[A-Za-z0-9]{1,200}$", description="the one that create-intent gave"
    )


class HoldAnswer(Shape):
    """The goods are there, and the card may be confirmed."""

    held: bool = Field(
        description="whether they are set aside, for two minutes; false: they are "
        "there, but not set aside for who let too many such holds go unused"
    )


class StripeSignature(Shape):
    """How Stripe signs what it sends, with the secret of the endpoint."""

    stripe_signature: str = Field(pattern="^t=[0-9]{10},v1=[0-9a-f]{64}$")


class EventData(Shape):
    """What the event is about."""

    object: dict[str, Any] = Field(
        description="the object as it was then; it is read again at Stripe"
    )


class _Event(Shape):
    id: str = Field(pattern="^evt_[A-Za-z0-9_]{1,200}$")
    object: Literal["event"]
    type: str = Field(pattern=r"^[a-z0-9_]{1,60}(\.[a-z0-9_]{1,60}){0,3}$")
    created: int = Field(ge=0, le=2**32)
    livemode: bool
    data: EventData


class PlatformEvent(_Event):
    """An event of the platform's own account, as Stripe sends it; other keys are kept and not read."""

    account: None = None


class ConnectEvent(_Event):
    """An event of a connected account, as Stripe sends it; other keys are kept and not read."""

    account: str = Field(pattern="^acct_[A-Za-z0-9]{1,100}$")


class Success(Shape):
    """Taken."""

    status: str = "success"
