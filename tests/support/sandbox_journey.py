"""A seller and a payment at the stand-in, as it is asked for them."""

from tests.support.standin_accounts import EXPRESS

SELLER = {"country": "LU", **EXPRESS}


PAID = {
    "amount": 1000,
    "currency": "usd",
    "payment_method": "pm_card_visa",
    "confirm": True,
    "application_fee_amount": 123,
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}
