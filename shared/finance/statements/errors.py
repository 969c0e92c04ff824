"""What can go wrong here, in sentences."""

from __future__ import annotations

from shared.core.errors import Invalid, NotFound
from shared.core.locales import gettext_noop as _n


class VatOutOfRange(Invalid):
    """No state asks for as much."""

    param = "vat_percentage"
    default = _n("Enter a percentage from 0 to 99.99.")


class BadInvoicePrefix(Invalid):
    """It would stand in every invoice number."""

    param = "invoice_prefix"
    default = _n("Use up to twelve capital letters and digits, such as MH.")


class StatementNotFound(NotFound):
    """The month has no statement."""

    default = _n("There is no statement for that month.")
