"""SDK objects and errors into our own dataclasses and errors; nothing of the SDK goes further than this package.

Since stripe 15 a StripeObject is no dict and a missing field raises AttributeError (stripe.md section 1), so everything
is read from `to_dict()` and optional fields with `.get`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import stripe

from shared.errors import MarketError
from shared.gateway.seam import (
    Account,
    Alternative,
    Capability,
    CardDeclined,
    Charge,
    ExternalAccount,
    FutureRequirements,
    Intent,
    PayoutSettings,
    RequirementError,
    StripeMissing,
    StripeRefused,
    StripeUnavailable,
)

log = logging.getLogger("markethall.gateway")

LONGEST_DESCRIPTOR, LONGEST_PREFIX = 22, 10  # what a card statement has room for (Stripe: statement descriptors)
CARD_TEXT = "The card was declined. Please try another card."


def as_dict(obj: Any) -> dict[str, Any]:
    """An SDK object, or what an expanded field holds, as a dict."""
    found: dict[str, Any] = obj if isinstance(obj, dict) else obj.to_dict()
    return found


def id_of(value: Any) -> str | None:
    """The id of a field that may be an id, an expanded object, or null."""
    if value is None or isinstance(value, str):
        return value or None
    return str(value["id"])


def account(obj: Any) -> Account:
    """A v1 Account; Express and controller accounts alike."""
    a = as_dict(obj)
    needs, later = a.get("requirements") or {}, a.get("future_requirements") or {}
    return Account(
        id=a["id"],
        country=a.get("country"),
        email=a.get("email"),
        charges_enabled=bool(a.get("charges_enabled")),
        payouts_enabled=bool(a.get("payouts_enabled")),
        details_submitted=bool(a.get("details_submitted")),
        capabilities=dict(a.get("capabilities") or {}),
        disabled_reason=needs.get("disabled_reason"),
        **_requirements(needs),
        alternatives=tuple(
            Alternative(tuple(n.get("original_fields_due") or ()), tuple(n.get("alternative_fields_due") or ()))
            for n in needs.get("alternatives") or ()
        ),
        default_currency=(a.get("default_currency") or "").upper() or None,
        future_requirements=FutureRequirements(**_requirements(later)),
        external_accounts=tuple(
            external_account(e) for e in (a.get("external_accounts") or {}).get("data") or () if not e.get("deleted")
        ),
    )


def _requirements(needs: dict[str, Any]) -> dict[str, Any]:
    """What `requirements` and `future_requirements` have in common."""
    deadline = needs.get("current_deadline")
    return {
        "currently_due": tuple(needs.get("currently_due") or ()),
        "past_due": tuple(needs.get("past_due") or ()),
        "pending_verification": tuple(needs.get("pending_verification") or ()),
        "errors": tuple(
            RequirementError(e.get("code") or "", e.get("reason") or "", e.get("requirement") or "")
            for e in needs.get("errors") or ()
        ),
        "current_deadline": datetime.fromtimestamp(deadline, UTC) if deadline else None,
    }


def capability(obj: Any) -> Capability:
    """One capability of a connected account."""
    c = as_dict(obj)
    needs = c.get("requirements") or {}
    deadline = needs.get("current_deadline")
    return Capability(
        name=c["id"],
        status=c.get("status") or "inactive",
        disabled_reason=needs.get("disabled_reason"),
        currently_due=tuple(needs.get("currently_due") or ()),
        current_deadline=datetime.fromtimestamp(deadline, UTC) if deadline else None,
    )


def capabilities(obj: Any) -> list[Capability]:
    """A list of capabilities, which has no pages."""
    return [capability(item) for item in obj.data]


def external_account(obj: Any) -> ExternalAccount:
    """A bank account or a debit card of a connected account."""
    e = as_dict(obj)
    return ExternalAccount(
        id=e["id"],
        name=e.get("bank_name") or e.get("brand") or "",
        last4=e.get("last4") or "",
        currency=(e.get("currency") or "").upper(),
        status=e.get("status") or "new",
        default_for_currency=bool(e.get("default_for_currency")),
    )


def payout_settings(obj: Any) -> PayoutSettings:
    """The schedule inside BalanceSettings (stripe.md section 14)."""
    payouts = (as_dict(obj).get("payments") or {}).get("payouts") or {}
    schedule = payouts.get("schedule") or {}
    return PayoutSettings(
        interval=schedule.get("interval") or "daily",
        weekly_days=tuple(schedule.get("weekly_payout_days") or ()),
        monthly_days=tuple(schedule.get("monthly_payout_days") or ()),
        minimum_balance={k.upper(): v for k, v in (payouts.get("minimum_balance_by_currency") or {}).items()},
    )


def intent(obj: Any) -> Intent:
    """A PaymentIntent, with `latest_charge` expanded or not."""
    p = as_dict(obj)
    error = p.get("last_payment_error") or {}
    method = p.get("payment_method")
    error_method = error.get("payment_method") or {}
    charge = p.get("latest_charge")
    details = charge.get("payment_method_details") or {} if isinstance(charge, dict) else {}
    return Intent(
        id=p["id"],
        status=p["status"],
        amount=p["amount"],
        amount_received=p.get("amount_received") or 0,
        currency=p["currency"].upper(),
        client_secret=p.get("client_secret") or "",
        destination=id_of((p.get("transfer_data") or {}).get("destination")),
        application_fee=p.get("application_fee_amount") or 0,
        latest_charge=id_of(charge),
        error_code=error.get("decline_code") or error.get("code"),
        error_message=error.get("message") if error.get("type") == "card_error" else None,
        has_error=bool(error),
        payment_method_type=details.get("type")
        or (method.get("type") if isinstance(method, dict) else None)
        or error_method.get("type"),
        metadata=dict(p.get("metadata") or {}),
        customer=id_of(p.get("customer")),
        saved=p.get("setup_future_usage") is not None,
    )


def statement_prefix(obj: Any) -> str:
    """What an account's card statements begin with: its prefix, else its whole descriptor, cut as Stripe cuts it."""
    settings = as_dict(obj).get("settings") or {}
    prefix = (settings.get("card_payments") or {}).get("statement_descriptor_prefix")
    whole = (settings.get("payments") or {}).get("statement_descriptor")
    return str(prefix or whole or "")[:LONGEST_PREFIX].strip()


def charge(obj: Any) -> Charge:
    """A Charge with its balance transaction expanded where there is one."""
    c = as_dict(obj)
    txn = c.get("balance_transaction")
    return Charge(
        id=c["id"],
        payment_intent=id_of(c.get("payment_intent")),
        transfer=id_of(c.get("transfer")),
        application_fee=id_of(c.get("application_fee")),
        balance_transaction=id_of(txn),
        stripe_fee=txn.get("fee") if isinstance(txn, dict) else None,
        payment_method_type=(c.get("payment_method_details") or {}).get("type"),
        paid=bool(c.get("paid")),
        amount=c.get("amount") or 0,
        amount_refunded=c.get("amount_refunded") or 0,
        currency=(c.get("currency") or "").upper(),
        disputed=bool(c.get("disputed")),
        available_on=datetime.fromtimestamp(txn["available_on"], UTC) if isinstance(txn, dict) else None,
        statement_descriptor=(c.get("calculated_statement_descriptor") or "")[:LONGEST_DESCRIPTOR] or None,
    )


@contextmanager
def errors() -> Iterator[None]:
    """Turn whatever goes wrong in a call into our errors; the request id goes to the log, Stripe's words stay here.

    What is no answer of Stripe's (another's page, another's JSON) says nothing about what became of the request, like none.
    """
    try:
        yield
    except MarketError:
        raise
    except stripe.CardError as e:
        raise CardDeclined(e.user_message or CARD_TEXT, log=_log(e)) from e
    except (stripe.APIConnectionError, stripe.RateLimitError) as e:
        raise StripeUnavailable(log=_log(e)) from e
    except TimeoutError as e:
        raise StripeUnavailable(log="no answer within our patience") from e
    except stripe.StripeError as e:
        if _is_unknown_outcome(e):
            raise StripeUnavailable(log=_log(e), replayed=_replayed(e)) from e
        code = e.error.code if e.error else None
        kind = (
            StripeMissing if e.http_status == 404 or code in ("resource_missing", "account_invalid") else StripeRefused
        )
        raise kind(stripe_code=code, param=getattr(e, "param", None), log=_log(e)) from e
    except Exception as e:
        log.exception("an answer that cannot be read")
        raise StripeUnavailable(log=f"{type(e).__name__} at an answer that cannot be read") from e


def _is_unknown_outcome(e: stripe.StripeError) -> bool:
    """5xx, and the conflict of a key that is still in use, say nothing about what became of the request (stripe.md section 4).

    Nor does a "refusal" without an error object: each of Stripe's has one, a gateway's page of HTML has not.
    """
    status = e.http_status or 0
    return status >= 500 or status == 409 or status == 429 or e.error is None


def _replayed(e: stripe.StripeError) -> bool:
    headers = {k.lower(): v for k, v in (e.headers or {}).items()}
    return headers.get("idempotent-replayed") == "true"


def _log(e: stripe.StripeError) -> str:
    code = e.error.code if e.error else None
    return f"{type(e).__name__} status={e.http_status} code={code} request={e.request_id}: {e.user_message}"
