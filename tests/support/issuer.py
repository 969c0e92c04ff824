"""The marketplace as the one who writes invoices."""

from __future__ import annotations

from decimal import Decimal

from shared.finance.statements.invoice_issuer import InvoiceIssuer

US = InvoiceIssuer(
    "Markethall S.à r.l.",
    "12, rue du Marché\nL-1728 Luxembourg",
    "LU",
    "LU12345613",
    Decimal(17),
    "MH",
)
