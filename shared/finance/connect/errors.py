"""What can stand in the way of a vendor being paid."""

from __future__ import annotations

from shared.core.errors import Conflict
from shared.core.locales import gettext_noop as _n


class AccountDisconnected(Conflict):
    """The vendor took our access to its Stripe account away."""

    code = "account_disconnected"
    default = _n(
        "This Stripe account was disconnected from the marketplace. Please write to us to "
        "connect it again."
    )
