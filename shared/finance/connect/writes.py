"""What we ask Stripe about a vendor's account: to make it."""

from __future__ import annotations

from typing import Any, ClassVar

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.connect import accounts, payment_configs
from shared.finance.connect.events import AccountCreated
from shared.finance.connect.models import VendorPaymentConfig
from shared.infra.gateway.accounts import AccountDetails, StripeAccount
from shared.infra.gateway.calls import PLATFORM
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes.operations import Operation
from shared.infra.stripe_writes.rules import CLOCKS_DIFFER
from shared.infra.unit import Transaction


@frozen
class CreateAccount(Operation[StripeAccount, None]):
    """A vendor's account; `details` are those of `AccountDetails`, `actor` is who asked for it."""

    name: ClassVar[str] = "accounts.create"

    vendor_id: int
    details: dict[str, Any]
    actor: str
    mark: str

    @property
    def key(self) -> str:
        return self.mark

    @property
    def subject(self) -> str:
        return f"vendor:{self.vendor_id}"

    async def send(self, gateway: Gateway, key: str) -> StripeAccount:
        details = AccountDetails(**self.details)
        return await gateway.accounts.create(details, vendor_id=self.vendor_id, key=key)

    async def find(self, gateway: Gateway) -> StripeAccount | None:
        """Look among the accounts since the vendor came.

        A vendor's number may come again in another database.
        """
        row = await VendorPaymentConfig.get(vendor_id=self.vendor_id)
        made = await gateway.accounts.list(since=row.created_at - CLOCKS_DIFFER)
        mark = {"platform": PLATFORM, "vendor_id": str(self.vendor_id)}.items()
        mine = (one for one in made if mark <= one.metadata.items())
        return next(
            (one for one in mine if one.email == self.details["email"]),
            None,
        )

    async def answered(
        self,
        tx: Transaction,
        answer: StripeAccount,
        more: None,
    ) -> None:
        """Note the account."""
        row = await payment_configs.locked(tx, self.vendor_id)
        if row.stripe_account_id is not None:
            return
        async with tx.editing(row):
            row.stripe_account_id = answer.id
            accounts.describe(row, answer, read_at=clock.now())
        tx.record(
            "vendor.account_created",
            actor=self.actor,
            subject=self.subject,
            vendor_id=self.vendor_id,
            stripe_account_id=answer.id,
            accepts_payments=row.accepts_payments,
        )
        tx.emit(AccountCreated(self.vendor_id, self.actor))

    async def refused(self, tx: Transaction, refusal: StripeRefused) -> None:
        """A definite no made nothing: other details may be given, under a key of their own."""
        row = await payment_configs.locked(tx, self.vendor_id)
        head, _, number = self.mark.rpartition(":")
        where = {"stripe_account_key": self.mark, "stripe_account_id": None}
        next_key = f"{head}:{int(number) + 1}"
        await tx.change(
            row, where=where, stripe_account_key=next_key, account_request={}
        )
