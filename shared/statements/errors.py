"""What can be wrong with the details of an invoice, in sentences."""

from __future__ import annotations

from shared.errors import Invalid


class BadVatNumber(Invalid):
    """It does not look like a VAT number of that country."""

    code = "bad_vat_number"
    default = "Enter a VAT number such as LU12345678, with its country's two letters, or leave it empty."
