"""Where the staff decides about a VAT number."""

from __future__ import annotations

from shared.entrypoints.web.links import url_for
from shared.trade.vat.holders import Holder


def address_of(holder: Holder) -> str:
    """The page of a vendor's number, or of a shopper's."""
    if holder.vendor_id is not None:
        return url_for("operator_vat.vendor", vendor_id=holder.vendor_id)
    return url_for("operator_business.show", customer_id=holder.customer_id)
