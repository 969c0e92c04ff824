"""A seller and a payment at the stand-in, as it is asked for them."""

SELLER = {
    "country": "LU",
    "controller": {
        "stripe_dashboard": {"type": "express"},
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
    },
    "capabilities": {
        "transfers": {"requested": True},
        "card_payments": {"requested": True},
    },
}


PAID = {
    "amount": 1000,
    "currency": "usd",
    "payment_method": "pm_card_visa",
    "confirm": True,
    "application_fee_amount": 123,
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}
