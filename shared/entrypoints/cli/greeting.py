"""What stands on the terminal once the site answers."""

from __future__ import annotations

from shared.core.settings import Settings
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.demo_codes import OF_MARKETPLACE, OF_SHOP
from shared.entrypoints.cli.demo_goods import OPERATOR, PASSWORD, SHOPPER
from shared.entrypoints.cli.demo_vendors import VENDORS


def greeting(settings: Settings, *, demo: bool) -> str:
    """Addresses, and in the demo marketplace who can sign in."""
    url = settings.public_url
    lines = [
        "",
        f"  Markethall           {url}/",
        f"  for vendors          {url}{addresses.VENDOR_HOME}",
        f"  for the operator     {url}{addresses.OPERATOR_HOME}",
        f"  API documentation    {url}{addresses.API_DOCS}",
    ]
    if settings.stripe.stand_in:
        lines += [
            f"  Stripe stand-in      {settings.stripe.api_base}/    test mode, no real money moves"
        ]
    if demo:
        people = [(f"vendor, {v.name}", v.email) for v in VENDORS] + [
            ("operator", OPERATOR),
            ("shopper", SHOPPER),
        ]
        width = max(len(role) for role, _ in people)
        lines += ["", f"  Sign in with the password {PASSWORD}:"]
        lines += [f"    {role:{width}}  {email}" for role, email in people]
        lines += [
            "",
            "  Pay with the card 4242 4242 4242 4242, any date to come, any code.",
            f"  Discount codes: {OF_SHOP} at Atelier Luxe, {OF_MARKETPLACE} at every shop.",
        ]
    return "\n".join([*lines, "", "  Ctrl-C stops everything.", ""])
