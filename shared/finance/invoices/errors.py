"""What can stop an invoice, in a sentence for whoever asks for it."""

from __future__ import annotations

from shared.core.errors import NotFound
from shared.core.locales import gettext_noop as _n


class NoInvoice(NotFound):
    """An order that is not paid has none."""

    code = "no_invoice"
    default = _n("There is no invoice: the order is not paid.")
