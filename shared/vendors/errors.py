"""What can stand in the way of a vendor being paid."""

from shared.errors import Conflict


class PaymentNotConfigured(Conflict):
    """The vendor has no Stripe account yet."""

    code = "payment_not_configured"
    default = "Payments are not set up yet. Connect with Stripe first."


class AccountDisconnected(Conflict):
    """The vendor took our access to its Stripe account away."""

    code = "account_disconnected"
    default = "This Stripe account was disconnected from Markethall. Please write to us to connect it again."


class UnsupportedCountry(Conflict):
    """We cannot pay businesses in that country."""

    code = "unsupported_country"
    default = "Markethall cannot pay businesses in that country yet."
