"""The shapes that the JSON API takes and answers. Bodies are allow-lists: a key that is not here is ignored."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str = Field(description="stable, for machines")
    message: str = Field(description="a sentence, fit to be shown")
    param: str | None = Field(default=None, description="the key of the body it is about")


class ErrorAnswer(BaseModel):
    """The one shape of every error."""

    error: ErrorDetail


class PaymentConfig(BaseModel):
    """How the vendor is paid."""

    stripe_account_id: str | None
    account_status: str
    accepts_payments: bool
    currency: str | None = Field(default=None, description="ISO 4217, once set up")
    platform_fee_percentage: float | None = Field(default=None, description="per cent, such as 2.5; once set up")
    needs_onboarding: bool | None = Field(default=None, description="once set up")
    needs_setup: bool | None = Field(default=None, description="true before set-up, else absent")


class SetupBody(BaseModel):
    """Business details for the account's first creation. Name and email are those of the vendor's record, not the caller's."""

    model_config = ConfigDict(extra="ignore")

    country: str | None = Field(
        default=None, pattern="^[A-Za-z]{2}$", description="ISO 3166-1; the vendor's own by default"
    )
    business_type: Literal["individual", "company", "non_profit"] | None = None
    url: str | None = Field(default=None, max_length=300, pattern=r"^https?://[^\s]+$")
    phone: str | None = Field(default=None, max_length=40, pattern=r"^[0-9 +()./-]{5,40}$")


class SetupAnswer(BaseModel):
    """The vendor's account and a single-use address to complete it."""

    stripe_account_id: str
    onboarding_url: str
    message: str


def _plain_decimal(value: Any) -> Any:
    """Programs write `49.90`. Exponents, thousands and other scripts' digits, which Decimal would take, are refused."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        raise ValueError('write it as "49.90"')
    return value


class CreateIntentBody(BaseModel):
    """An order to pay. The order's own total decides; `amount` is only compared."""

    model_config = ConfigDict(extra="ignore")

    order_id: int = Field(ge=1, le=2**53)
    amount: Annotated[Decimal, BeforeValidator(_plain_decimal)] | None = Field(
        default=None,
        ge=0,
        max_digits=20,
        description="decimal string in major units; 409 when it is not the order's total",
    )
    order_token: str | None = Field(
        default=None,
        max_length=200,
        description="token of the order's link, when there is no session; or as a Bearer token",
    )
    customer_email: str | None = Field(
        default=None, max_length=254, description="ignored: mail goes to the order's own address"
    )
    metadata: dict[str, Any] | None = Field(default=None, description="ignored: ours alone is sent to Stripe")


class CreateIntentAnswer(BaseModel):
    """The order's one PaymentIntent. Amounts are decimal strings in major units."""

    payment_intent_id: str
    client_secret: str = Field(repr=False)
    amount_total: str
    amount_vendor: str
    platform_fee: str
    currency: str


class Success(BaseModel):
    """Taken."""

    status: str = "success"
