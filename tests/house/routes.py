"""Every route by its address: who may open it, what asks once more, what two people may edit;
and how a test walks them all.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from shared.entrypoints.web.access import (
    MEMBER,
    OPERATOR,
    OWNER,
    PUBLIC,
    SHOPPER,
    TOKEN,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quart import Quart
    from werkzeug.routing import Rule


# The access table, first match wins: whoever adds a route below one of these addresses gets this
# mark or a failing test.
TABLE = [
    (r"/vendor/(login|login/step|signup|logout|forgot|keep/<token>)", PUBLIC),
    (r"/operator/(login|forgot)", PUBLIC),
    (r"/vendor/(confirm|factors)(/.*)?", MEMBER),
    (r"/account/(reset|email)/.*", PUBLIC),
    (r"/vendor/admin(/.*)?", OWNER),
    (r"/operator(/.*)?", OPERATOR),
    (r"/api/v1/vendor/.*", TOKEN),
    (r"/shop/account/(login|signup|logout|forgot)", PUBLIC),
    (r"/shop/account(/.*)?", SHOPPER),
    (r"/api/v1/(platform/.*|openapi\.json|docs)", PUBLIC),
    (r"/(healthz|readyz|metrics|favicon\.ico|static/.*|language)", PUBLIC),
    (r"/(vendors|pricing|sell|legal/(terms|privacy|imprint))?", PUBLIC),
    (r"/legal/(rights|ranking|accessibility)", PUBLIC),
    (r"/report", PUBLIC),
    (r"/(shops?|brand|pictures)/.*", PUBLIC),
    (r"/search(/suggestions)?", PUBLIC),
    (r"/categories(/.*)?", PUBLIC),
    (r"/robots.txt|/sitemap.xml|/sitemap/.*|/feed/products.xml", PUBLIC),
]


# Unsafe routes without a form token, each for the reason written at the route.
UNSIGNED = {
    "/api/v1/vendor/payments/setup",
    "/api/v1/platform/vendors/<int:vendor_id>/payments/create-intent",
    "/api/v1/platform/vendors/<int:vendor_id>/payments/hold",
    "/api/v1/platform/webhooks/stripe",
    "/api/v1/platform/webhooks/stripe/connect",
    "/language",
}


# What asks for the password or a factor once more: money, doors to Stripe and to the API, what
# holds for everybody.
FRESH = {
    "/operator/customers/<int:person_id>/off",
    "/operator/owners/<int:person_id>/off",
    "/operator/staff/<int:person_id>/off",
    "/vendor/admin/payments/connect",
    "/vendor/admin/payments/onboarding",
    "/vendor/admin/payments/refresh",
    "/vendor/admin/payments/dashboard",
    "/vendor/admin/payments/schedule",
    "/vendor/admin/developers/tokens",
    "/vendor/admin/payouts/instant",
    "/vendor/admin/orders/<number>/refunds",
    "/vendor/admin/disputes/<int:dispute_id>/accept",
    "/operator/disputes/<int:dispute_id>/accept",
    "/operator/vendors/<int:vendor_id>/bank",
    "/operator/vendors/<int:vendor_id>/hold",
    "/operator/vendors/<int:vendor_id>/release",
    "/operator/vendors/<int:vendor_id>/reserve",
    "/operator/vendors/<int:vendor_id>/fee",
    "/operator/discounts/new",
    "/operator/discounts/<int:discount_id>",
    "/operator/discounts/<int:discount_id>/switch",
    "/operator/fees/new",
    "/operator/fees/<int:rule_id>",
    "/operator/fees/<int:rule_id>/move",
    "/operator/fees/<int:rule_id>/switch",
    "/operator/fees/refunds",
    "/operator/fees/basis",
    "/operator/refunds/<int:refund_id>/approve",
    "/operator/receivables/<int:claim_id>/write-off",
    "/operator/restored/acknowledge",
    "/operator/reconciliation/<int:run_id>/repair",
    "/operator/reconciliation/differences/<int:difference_id>/repair",
    "/operator/settings",
    "/vendor/factors/app",
    "/vendor/factors/passkey",
    "/vendor/factors/codes",
    "/vendor/factors/<int:factor_id>/remove",
    "/operator/recovery",
    "/operator/settings/legal/<kind>",
    "/operator/settings/name",
}


# What members send that does not: it moves no money and opens no door, or it takes something back.
EASY = {
    "/operator/categories/<int:category_id>",
    "/operator/categories/<int:category_id>/remove",
    "/operator/categories/new",
    "/operator/withdrawals/<int:withdrawal_id>/answered",
    "/operator/products",
    "/operator/products/<int:product_id>/release",
    "/operator/customers/<int:person_id>/on",
    "/operator/owners/<int:person_id>/on",
    "/operator/staff/<int:person_id>/on",
    "/vendor/confirm/<int:kept_id>",
    "/vendor/admin/developers/tokens/<int:token_id>/revoke",
    "/vendor/admin/disputes/<int:dispute_id>/evidence",
    "/vendor/admin/disputes/<int:dispute_id>/submit",
    "/operator/disputes/<int:dispute_id>/submit",
    "/vendor/admin/orders/<number>/delivered",
    "/vendor/admin/orders/<number>/keep",
    "/vendor/admin/orders/<number>/refunds/preview",
    "/vendor/admin/orders/<number>/returns/<int:request_id>/decline",
    "/vendor/admin/orders/<number>/messages",
    "/vendor/admin/orders/<number>/messages/read",
    "/vendor/admin/orders/<number>/ship",
    "/vendor/admin/orders/<number>/tracking",
    "/vendor/admin/payouts/<int:payout_id>/cancel",
    "/vendor/admin/discounts/new",
    "/vendor/admin/discounts/<int:discount_id>",
    "/vendor/admin/discounts/<int:discount_id>/switch",
    "/vendor/admin/products/<int:product_id>",
    "/vendor/admin/products/<int:product_id>/options",
    "/vendor/admin/products/<int:product_id>/variants",
    "/vendor/admin/products/<int:product_id>/pictures",
    "/vendor/admin/products/<int:product_id>/pictures/texts",
    "/vendor/admin/products/<int:product_id>/pictures/<int:picture_id>/<move>",
    "/vendor/admin/products/check/<field>",
    "/vendor/admin/products/new",
    "/vendor/admin/shipping",
    "/vendor/admin/shipping/zones/new",
    "/vendor/admin/shipping/zones/<zone>",
    "/vendor/admin/shipping/zones/<zone>/remove",
    "/vendor/admin/shipping/zones/<zone>/methods/new",
    "/vendor/admin/shipping/zones/<zone>/methods/<method>",
    "/vendor/admin/shipping/zones/<zone>/methods/<method>/remove",
    "/vendor/admin/shop",
    "/vendor/admin/business",
    "/vendor/admin/shop/look",
    "/vendor/admin/statements",
    "/vendor/admin/vat",
    "/operator/invoicing",
    "/operator/mails/send",
    "/operator/receivables/<int:claim_id>/collect",
    "/operator/reconciliation/run",
    "/operator/recovery/<int:reset_id>/stop",
    "/operator/restored/fetch",
    "/operator/refunds/<int:refund_id>/decline",
    "/operator/settings/logo",
    "/operator/vat/rates",
    "/operator/customers/<int:customer_id>/vat/confirm",
    "/operator/customers/<int:customer_id>/vat/refuse",
    "/operator/vendors/<int:vendor_id>/vat/confirm",
    "/operator/vendors/<int:vendor_id>/vat/refuse",
    "/operator/webhooks/<event_id>/replay",
    # Password and address ask for the present password themselves; the rest only ends what is open.
    "/operator/security/email",
    "/operator/security/email/cancel",
    "/operator/security/email/confirm",
    "/operator/security/password",
    "/operator/security/sessions/<int:session_id>/end",
    "/operator/security/sessions/end",
    "/vendor/admin/security/email",
    "/vendor/admin/security/email/cancel",
    "/vendor/admin/security/email/confirm",
    "/vendor/admin/security/password",
    "/vendor/admin/security/sessions/<int:session_id>/end",
    "/vendor/admin/security/sessions/end",
}


# What is filled in with what is there, so that two people may edit it at the same time: walked by
# test_editing.
EDITED = {
    "/operator/categories/<int:category_id>",
    "/operator/discounts/<int:discount_id>",
    "/vendor/admin/discounts/<int:discount_id>",
    "/vendor/admin/products/<int:product_id>",
    "/vendor/admin/products/<int:product_id>/options",
    "/vendor/admin/products/<int:product_id>/variants",
    "/vendor/admin/products/<int:product_id>/pictures/texts",
    "/vendor/admin/shipping",
    "/vendor/admin/shipping/zones/<zone>",
    "/vendor/admin/shipping/zones/<zone>/methods/<method>",
    "/vendor/admin/statements",
    "/vendor/admin/vat",
    "/vendor/admin/shop",
    "/vendor/admin/business",
    "/vendor/admin/shop/look",
    "/vendor/admin/payments/schedule",
    "/vendor/admin/disputes/<int:dispute_id>/evidence",
    "/operator/settings",
    "/operator/settings/name",
    "/operator/settings/legal/<kind>",
    "/operator/invoicing",
    "/operator/fees/<int:rule_id>",
    "/operator/fees/refunds",
    "/operator/vendors/<int:vendor_id>/fee",
    "/operator/vendors/<int:vendor_id>/hold",
    "/operator/vendors/<int:vendor_id>/reserve",
}


# What members send that is not, by its address, and why nothing of another person's is overwritten
# by it.
ACTS = {
    r"/operator/(customers|owners|staff)/<int:person_id>/(on|off)": (
        "one of two states, whichever it was"
    ),
    r"(/operator|/vendor/admin)/security/.*|/vendor/(factors|confirm)/.*": "one's own account",
    r".*/new|.*/tokens|/operator/recovery|.*/orders/<number>/refunds(/preview)?": "something new",
    r".*/products/check/<field>": "saves nothing",
    r".*/pictures(/<int:picture_id>/<move>)?": "adds one, or a step of one, under the lock",
    r".*/payments/(connect|onboarding|refresh|dashboard)": "once, or a link",
    r".*/orders/<number>/messages(/read)?": "something new, or that nothing is needed",
    r".*/orders/<number>/tracking": "shows nothing to change; the trail has what was before",
    r".*/orders/<number>/(ship|keep|delivered)|.*/payouts/(instant|<int:payout_id>/cancel)": (
        "a step, guarded by the state"
    ),
    r".*/(remove|revoke|stop|release|bank|switch|move|decline|approve|collect|write-off|accept)": (
        "a step, guarded by the state"
    ),
    r".*/withdrawals/<int:withdrawal_id>/answered": "a step; a second one changes nothing",
    r"/operator/products": "off sale, with the reason that was sent last",
    r".*/shipping/zones/.*/remove": "taken off; what was sold with it keeps it",
    r".*/(run|repair|fetch|acknowledge|replay|send)": "work, which may be done again",
    r".*/disputes/<int:dispute_id>/submit|.*/vat/(confirm|refuse)": (
        "names what was read, and is refused where it changed"
    ),
    r"/operator/vat/rates": "a day's rate, beside the others; the trail has the one of before",
    r"/operator/fees/basis": "one of two states, whichever it was",
    r"/operator/settings/logo": (
        "a picture that stands beside the button; the trail has the one of before"
    ),
}


SAFE = {"GET", "HEAD", "OPTIONS"}


EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"]


def rules(app: Quart) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def address(rule: Rule, things: Mapping[str, str] = MappingProxyType({})) -> str:
    """An address that matches the rule: of `things`, and where none is given of nothing that
    exists.
    """
    return re.sub(
        r"<(?:(\w+):)?(\w+)>",
        lambda m: things.get(m[2], "424242" if m[1] == "int" else "no-such-thing"),
        rule.rule,
    )


def view_of(app: Quart, rule: Rule) -> Any:
    return app.view_functions[rule.endpoint]
