"""Connected accounts, their capabilities and bank accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import PLATFORM, Resource
from shared.infra.gateway.fields import as_dict, metadata_of, time_or_none

# What a destination charge rests on: the money reaches the vendor, shoppers pay by card.
SELLING_NEEDS = ("transfers", "card_payments")
# What a card statement has room for before our suffix (Stripe: statement descriptors)
LONGEST_PREFIX = 10


@frozen
class AccountDetails:
    """What the vendor told us when connecting. Only what is certain is prefilled."""

    country: str
    business_type: str | None  # individual | company | non_profit | None
    business_name: str
    email: str
    phone: str | None = None
    url: str | None = None


@frozen
class RequirementError:
    """Why something that was given has to be given again; `reason` is Stripe's own English."""

    code: str
    reason: str
    requirement: str


@frozen
class Alternative:
    """What may be given instead of what is due."""

    original: tuple[str, ...]
    alternative: tuple[str, ...]


@frozen
class FutureRequirements:
    """What Stripe has announced that it will ask for."""

    currently_due: tuple[str, ...] = ()
    past_due: tuple[str, ...] = ()
    pending_verification: tuple[str, ...] = ()
    errors: tuple[RequirementError, ...] = ()
    current_deadline: datetime | None = None


@frozen
class ExternalAccount:
    """A bank account or debit card that payouts go to. `name` is the bank's or the card's brand."""

    id: str
    name: str
    last4: str
    currency: str
    status: str  # new | validated | verified | verification_failed | errored | ...
    default_for_currency: bool

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A bank account or a debit card of a connected account."""
        e = as_dict(obj)
        return cls(
            id=e["id"],
            name=e.get("bank_name") or e.get("brand") or "",
            last4=e.get("last4") or "",
            currency=(e.get("currency") or "").upper(),
            status=e.get("status") or "new",
            default_for_currency=bool(e.get("default_for_currency")),
        )


@frozen
class Capability:
    """One thing that Stripe lets an account do, and what keeps it off or soon will."""

    name: str  # transfers | card_payments | ...
    status: str  # active | inactive | pending | unrequested
    disabled_reason: str | None = None
    currently_due: tuple[str, ...] = ()
    current_deadline: datetime | None = None

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """One capability of a connected account."""
        c = as_dict(obj)
        needs = c.get("requirements") or {}
        return cls(
            name=c["id"],
            status=c.get("status") or "inactive",
            disabled_reason=needs.get("disabled_reason"),
            currently_due=tuple(needs.get("currently_due") or ()),
            current_deadline=time_or_none(needs.get("current_deadline")),
        )


@frozen
class StripeAccount:
    """A connected account as Stripe describes it now."""

    id: str
    country: str | None
    email: str | None
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    capabilities: Mapping[str, str]
    disabled_reason: str | None
    currently_due: tuple[str, ...]
    past_due: tuple[str, ...]
    pending_verification: tuple[str, ...]
    default_currency: str | None
    current_deadline: datetime | None = None
    errors: tuple[RequirementError, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    future_requirements: FutureRequirements = field(default_factory=FutureRequirements)
    external_accounts: tuple[ExternalAccount, ...] = ()
    # With their reasons, where the account was read and all is not well.
    abilities: tuple[Capability, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def transfers_active(self) -> bool:
        return self.capabilities.get("transfers") == "active"

    @property
    def is_well(self) -> bool:
        """Whether everything that selling needs is on and nothing is asked for."""
        is_asked = self.currently_due or self.past_due or self.current_deadline
        if is_asked or self.disabled_reason:
            return False
        return all(self.capabilities.get(name) == "active" for name in SELLING_NEEDS)

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A v1 Account; Express and controller accounts alike."""
        a = as_dict(obj)
        needs = a.get("requirements") or {}
        later = a.get("future_requirements") or {}
        return cls(
            id=a["id"],
            country=a.get("country"),
            email=a.get("email"),
            charges_enabled=bool(a.get("charges_enabled")),
            payouts_enabled=bool(a.get("payouts_enabled")),
            details_submitted=bool(a.get("details_submitted")),
            capabilities=dict(a.get("capabilities") or {}),
            disabled_reason=needs.get("disabled_reason"),
            **_requirements(needs),
            alternatives=_alternatives(needs),
            default_currency=(a.get("default_currency") or "").upper() or None,
            future_requirements=FutureRequirements(**_requirements(later)),
            external_accounts=_external_accounts(a),
            metadata=metadata_of(a),
        )


class Accounts(Resource):
    """Connected accounts, and what the platform's own says of card statements."""

    async def create(
        self,
        details: AccountDetails,
        *,
        vendor_id: int,
        key: str,
    ) -> StripeAccount:
        """A connected account with an Express dashboard, the platform liable for fees and losses.

        By controller properties, since `type` is deprecated (stripe-facts 10.1).
        card_payments is asked for beside transfers, since transfers alone means the recipient
        agreement, which Stripe does not offer everywhere (stripe-facts 10.12).
        """
        params: dict[str, Any] = {
            "country": details.country,
            "email": details.email,
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {
                "card_payments": {"requested": True},
                "transfers": {"requested": True},
            },
            "metadata": {"platform": PLATFORM, "vendor_id": str(vendor_id)},
        }
        return await self._call(
            self._v1.accounts.create_async,
            params={**params, **_prefilled(details)},
            to=StripeAccount.from_stripe,
            idempotency_key=key,
        )

    async def get(self, account_id: str) -> StripeAccount:
        """The account as it is now; where something is wrong, with what holds a capability back."""
        read = self._v1.accounts.retrieve_async
        to = StripeAccount.from_stripe
        account = await self._call(read, account_id, params={}, to=to)
        if account.is_well:
            return account
        listed = await self._call(
            self._v1.accounts.capabilities.list_async,
            account_id,
            params={},
            to=lambda page: [Capability.from_stripe(one) for one in page["data"]],
        )
        needed = tuple(c for c in listed if c.name in SELLING_NEEDS)
        return replace(account, abilities=needed)

    async def create_login_link(self, account_id: str) -> str:
        """A single-use address of the account's Express dashboard.

        Refused before onboarding is finished.
        """
        return await self._call(
            self._v1.accounts.login_links.create_async,
            account_id,
            params={},
            to=lambda link: str(link["url"]),
        )

    async def list_external_accounts(self, account_id: str) -> list[ExternalAccount]:
        """Where the payouts of a connected account can go: banks and debit cards."""
        return await self._list(
            self._v1.accounts.external_accounts.list_async,
            account_id,
            to=ExternalAccount.from_stripe,
        )

    async def get_statement_prefix(self) -> str:
        """What the platform's card statements begin with; empty when nothing is set at Stripe."""
        return await self._call(
            self._v1.accounts.retrieve_current_async,
            params={},
            to=_statement_prefix,
        )

    async def list(self, *, since: datetime | None = None) -> list[StripeAccount]:
        """Every connected account, without what holds its capabilities back."""
        ask = self._v1.accounts.list_async
        return await self._list(ask, to=StripeAccount.from_stripe, since=since)


def _prefilled(details: AccountDetails) -> dict[str, Any]:
    """What the vendor need not type again at Stripe."""
    profile = {"name": details.business_name}
    if details.url:
        profile["url"] = details.url
    filled: dict[str, Any] = {"business_profile": profile}
    if details.business_type:
        filled["business_type"] = details.business_type
    if details.business_type in ("company", "non_profit"):
        filled["company"] = {"name": details.business_name}
        if details.phone:
            filled["company"]["phone"] = details.phone
    return filled


def _requirements(needs: dict[str, Any]) -> dict[str, Any]:
    """What `requirements` and `future_requirements` have in common."""
    return {
        "currently_due": tuple(needs.get("currently_due") or ()),
        "past_due": tuple(needs.get("past_due") or ()),
        "pending_verification": tuple(needs.get("pending_verification") or ()),
        "errors": tuple(_requirement_error(e) for e in needs.get("errors") or ()),
        "current_deadline": time_or_none(needs.get("current_deadline")),
    }


def _requirement_error(e: dict[str, Any]) -> RequirementError:
    return RequirementError(
        code=e.get("code") or "",
        reason=e.get("reason") or "",
        requirement=e.get("requirement") or "",
    )


def _alternatives(needs: dict[str, Any]) -> tuple[Alternative, ...]:
    return tuple(
        Alternative(
            original=tuple(one.get("original_fields_due") or ()),
            alternative=tuple(one.get("alternative_fields_due") or ()),
        )
        for one in needs.get("alternatives") or ()
    )


def _external_accounts(account: dict[str, Any]) -> tuple[ExternalAccount, ...]:
    listed = (account.get("external_accounts") or {}).get("data") or ()
    return tuple(
        ExternalAccount.from_stripe(one) for one in listed if not one.get("deleted")
    )


def _statement_prefix(obj: Any) -> str:
    """An account's prefix, else its whole descriptor, cut as Stripe cuts it."""
    settings = as_dict(obj).get("settings") or {}
    prefix = (settings.get("card_payments") or {}).get("statement_descriptor_prefix")
    whole = (settings.get("payments") or {}).get("statement_descriptor")
    return str(prefix or whole or "")[:LONGEST_PREFIX].strip()
