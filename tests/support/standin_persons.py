"""What an account with custom onboarding is told of its business."""

from typing import Any

from tests.support.standin_accounts import EXPRESS

WHOLE: dict[str, Any] = {
    "first_name": "Test",
    "last_name": "Person",
    "email": "a@b.test",
    "phone": "0000000000",
    "address": {"line1": "address_full_match", "city": "Here", "postal_code": "10001"},
}


CUSTOM: dict[str, Any] = {
    "controller": {
        "stripe_dashboard": {"type": "none"},
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "requirement_collection": "application",
    },
    "capabilities": EXPRESS["capabilities"],
    "business_type": "individual",
    "country": "LU",
    "business_profile": {"mcc": "5734", "url": "https://shop.test"},
    "tos_acceptance": {"date": 1700000000, "ip": "127.0.0.1"},
    "external_account": {
        "object": "bank_account",
        "country": "US",
        "currency": "usd",
        "account_number": "000123456789",
        "routing_number": "110000000",
    },
}
