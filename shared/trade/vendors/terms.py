"""What a vendor sells at.

The columns are those of its payment config, which `shared/finance/connect` owns and writes.

They are read, and locked, through the vendor's relation to it, so that trade need not know of
finance.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from shared.core.frozen import frozen
from shared.infra.database.base import Row
from shared.infra.database.raw_sql import Record
from shared.infra.unit import Transaction
from shared.trade.vendors.errors import PaymentNotConfigured
from shared.trade.vendors.models import Vendor

_TERMS = ("accepts_payments", "currency", "platform_fee_percentage")


@frozen
class SellingTerms:
    """Whether a vendor may sell, in which currency, and at which commission where no rule says
    otherwise.
    """

    vendor_id: int
    accepts_payments: bool
    currency: str
    platform_fee_percentage: Decimal


def terms_of(vendor: Vendor) -> SellingTerms | None:
    """Return the terms of a row that was loaded together with its payment config; None where it has
    none.
    """
    config = vendor.payment_config
    return terms_in(config) if isinstance(config, Row) else None


async def selling_terms(vendor_id: int) -> SellingTerms:
    """Read the terms of a vendor. Raises PaymentNotConfigured when nothing was ever set up."""
    vendor = await Vendor.filter(id=vendor_id).select_related("payment_config").first()
    terms = terms_of(vendor) if vendor is not None else None
    if terms is None:
        raise PaymentNotConfigured
    return terms


async def locked_terms(tx: Transaction, vendor_id: int) -> SellingTerms:
    """Lock the payment config, and read the terms in it. Raises PaymentNotConfigured."""
    return terms_in(
        await tx.lock(
            payment_configs(),
            missing=PaymentNotConfigured,
            vendor_id=vendor_id,
        )
    )


def payment_configs() -> type[Row]:
    """Return the table at the other end of the relation."""
    relation = cast("Any", Vendor._meta.fields_map["payment_config"])
    return cast("type[Row]", relation.related_model)


def terms_of_record(record: Record) -> SellingTerms | None:
    """Return the terms in a record that has a payment config's columns (`c`); None where nothing
    was ever set up.
    """
    if record["c.id"] is None:
        return None
    return SellingTerms(
        vendor_id=record["c.vendor_id"],
        accepts_payments=bool(record["c.accepts_payments"]),
        currency=record["c.currency"],
        platform_fee_percentage=_percentage(record["c.platform_fee_percentage"]),
    )


def term_columns() -> str:
    """What of a payment config (`c`) a statement reads for them: a tenth of its columns."""
    names = ("id", "vendor_id", *_TERMS)
    return ", ".join(f'c."{name}" AS "c.{name}"' for name in names)


@lru_cache(maxsize=1024, typed=True)
def _percentage(stored: object) -> Decimal:
    """As the column's own field reads what the database keeps."""
    field = payment_configs()._meta.fields_map[_TERMS[-1]]
    return cast("Decimal", field.to_python_value(stored))


def terms_in(config: Any) -> SellingTerms:
    """Return the terms that a payment config holds."""
    return SellingTerms(
        vendor_id=config.vendor_id,
        accepts_payments=config.accepts_payments,
        currency=config.currency,
        platform_fee_percentage=config.platform_fee_percentage,
    )
