"""How a vendor is paid out, as pages and our scheduler see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.connect import bank_accounts as banks
from shared.finance.connect import stored_requirements
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payouts import plans
from shared.finance.payouts.plans import PayoutPlan
from shared.infra.gateway.accounts import ExternalAccount
from shared.trade.vendors.errors import PaymentNotConfigured


@frozen
class PayoutTerms:
    """How a vendor is paid out, as pages and our scheduler see it.

    `banks` are where payouts go, by currency, as last read.

    `bank_hold_until` is None when nothing waits because of a changed bank, or no longer.
    """

    vendor_id: int
    account_id: str | None
    currency: str
    plan: PayoutPlan
    by_hand: bool
    held_at: datetime | None
    held_reason: str
    reserve_percentage: Decimal
    reserve_days: int
    payouts_enabled: bool
    banks: Mapping[str, ExternalAccount]
    bank_hold_until: datetime | None = None

    @property
    def minimum(self) -> Money:
        return Money(self.plan.minimum, self.currency)

    @property
    def bank(self) -> str:
        """The bank that the vendor's own currency goes to, by its last digits."""
        return banks.words_of(self.banks.get(self.currency))

    @property
    def still(self) -> bool:
        """Whether nothing may leave now: the operator holds it back, or the bank changed lately."""
        return self.held_at is not None or self.bank_hold_until is not None

    @property
    def bank_errored(self) -> bool:
        """Whether payouts to that bank come back.

        Stripe said so of the account; nobody else may.
        """
        return banks.returns(self.banks.get(self.currency))


async def terms_of(vendor_id: int) -> PayoutTerms:
    """The vendor's terms; without an account as well.

    Raises PaymentNotConfigured when nothing was ever set up.
    """
    row = await VendorPaymentConfig.get_or_none(vendor_id=vendor_id)
    if row is None:
        raise PaymentNotConfigured
    manual = await plans.is_schedule_manual(row, row.minimum_payout)
    return terms_in(row, by_hand=manual)


def terms_in(row: VendorPaymentConfig, *, by_hand: bool) -> PayoutTerms:
    """The terms of a row that was read; `by_hand`: whether we make this vendor's payouts."""
    waits = row.bank_hold_until is not None and row.bank_hold_until > clock.now()
    return PayoutTerms(
        vendor_id=row.vendor_id,
        account_id=None if row.deauthorized_at else row.stripe_account_id,
        currency=row.currency,
        plan=plans.plan_of(row),
        by_hand=by_hand,
        held_at=row.payouts_held_at,
        held_reason=row.payouts_held_reason,
        reserve_percentage=row.reserve_percentage,
        reserve_days=row.reserve_days,
        payouts_enabled=row.payouts_enabled,
        banks=banks.defaults(
            stored_requirements.from_json(row.requirements).external_accounts
        ),
        bank_hold_until=row.bank_hold_until if waits else None,
    )
