"""What acts are called on pages, and the kinds that they are looked through by. Pure.

A name that stands in no list is read as it is written: `payout.called_back` is "Payout: called
back".
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.money import Money

# The first part of an action's name: what it is about.
NOUNS = {
    "claim": "Claim on a shop",
    "demo": "Demonstration",
    "difference": "Difference in the books",
    "dispute": "Dispute",
    "factor": "Second step",
    "fees": "Commission",
    "mail": "Mail",
    "marketplace": "Marketplace",
    "member": "Account",
    "order": "Order",
    "payment": "Payment",
    "payment_method": "Saved card",
    "payout": "Payout",
    "person": "Account",
    "product": "Product",
    "reconciliation": "Reconciliation",
    "refund": "Refund",
    "reserve": "Reserve",
    "restoration": "Restored backup",
    "statement": "Statement",
    "stripe_customer": "Customer at Stripe",
    "token": "API token",
    "vat": "VAT",
    "vendor": "Shop",
    "webhook": "Webhook",
}
# Where the parts of the name alone would not be understood.
WORDS = {
    "claim.by_hand": "Money taken back in Stripe’s dashboard",
    "claim.set_off": "What was owed set off",
    "claim.written_off": "Debt written off",
    "fees.policy_changed": "Who keeps the commission of refunds changed",
    "fees.rule_added": "Commission rule added",
    "fees.rule_changed": "Commission rule changed",
    "fees.rule_moved": "Commission rule moved",
    "fees.rule_switched_off": "Commission rule switched off",
    "fees.rule_switched_on": "Commission rule switched on",
    "factor.added": "Second step added",
    "factor.code_used": "Recovery code used",
    "factor.codes_made": "Recovery codes made",
    "factor.refused": "Wrong codes at the second step",
    "factor.removed": "Second step removed",
    "factor.reset": "Second step taken away",
    "factor.reset_asked": "Removal of the second step asked for",
    "factor.reset_stopped": "Removal of the second step stopped",
    "marketplace.changed": "Marketplace’s settings changed",
    "marketplace.identity_changed": "Marketplace’s name and address on invoices changed",
    "order.fraud_warning": "Card network warned of fraud",
    "order.goods_kept": "Goods stay with the shopper",
    "payout.requested": "Payout asked for",
    "person.confirmed": "Identity shown again",
    "person.email_change_asked": "Another address asked for",
    "person.email_change_cancelled": "The other address was called off",
    "person.email_change_undone": "Address changed back",
    "person.email_changed": "Address changed",
    "person.email_confirmed": "Address confirmed",
    "person.password_changed": "Password changed",
    "person.password_given": "Right password; the second step was asked for",
    "person.password_refused": "Wrong password in a browser that is signed in",
    "person.password_reset": "New password chosen by a mailed link",
    "person.reset_asked": "Link for a new password asked for",
    "person.session_ended": "A browser was signed out",
    "person.sessions_ended": "Signed out everywhere",
    "person.sign_in_failed": "Wrong password at the sign-in",
    "person.signed_in": "Signed in",
    "person.signed_out": "Signed out",
    "person.switched_off": "Account switched off",
    "person.switched_on": "Account switched on again",
    "refund.adopted": "Refund made in Stripe’s dashboard",
    "refund.requested": "Refund asked for",
    "restoration.acknowledged": "Money moves again after a restore",
    "token.made": "API token made",
    "token.revoked": "API token revoked",
    "vat.rate_entered": "Exchange rate for VAT entered",
    "vendor.account_changed": "Stripe account changed",
    "vendor.account_created": "Stripe account made",
    "vendor.account_requested": "Stripe account asked for",
    "vendor.bank_changed": "Bank account changed",
    "vendor.bank_hold_ended": "Wait after a changed bank over",
    "vendor.bank_hold_released": "Wait after a changed bank ended by staff",
    "vendor.connected_again": "Connected with Stripe again",
    "vendor.currency_chosen": "Currency chosen",
    "vendor.dashboard_opened": "Stripe dashboard opened",
    "vendor.onboarding_opened": "Stripe’s set-up pages opened",
    "vendor.owes": "Shop owes more",
    "vendor.owes_less": "Shop owes less",
    "vendor.payout_schedule_changed": "Payout settings changed",
    "vendor.payout_schedule_requested": "Payout settings sent to Stripe",
    "vendor.payouts_held": "Payouts put on hold",
    "vendor.payouts_released": "Payouts released",
    "vendor.platform_fee_changed": "Shop’s commission changed",
    "vendor.reserve_changed": "Shop’s reserve changed",
    "vendor.signed_up": "Shop signed up",
    "vendor.vat_confirmed": "VAT number confirmed",
    "vendor.vat_number_changed": "VAT number changed",
    "vendor.vat_refused": "VAT number refused",
    "webhook.replayed": "Webhook applied again",
}


# On a page that says already what they are about.
SHORT = {
    "vendor.signed_up": "Signed up",
    "vendor.account_requested": "Asked for a Stripe account",
    "vendor.account_created": "Stripe account made",
    "vendor.account_changed": "Stripe account changed",
    "vendor.payout_schedule_requested": "Asked for another payout schedule",
    "vendor.payout_schedule_changed": "Payout schedule changed",
    "vendor.bank_changed": "Bank account changed",
    "vendor.bank_hold_released": "Wait after a changed bank ended by staff",
    "vendor.bank_hold_ended": "Wait after a changed bank over",
    "vendor.payouts_held": "Payouts put on hold",
    "vendor.payouts_released": "Payouts released",
    "vendor.reserve_changed": "Reserve changed",
    "vendor.platform_fee_changed": "Commission changed",
    "vendor.currency_chosen": "Currency chosen",
    "vendor.vat_number_changed": "VAT number changed",
    "vendor.vat_confirmed": "Confirmed as a business for VAT",
    "vendor.vat_refused": "VAT number refused",
    "vendor.shop_opened": "Shop opened",
    "vendor.shop_closed": "Shop closed",
    "fees.rule_added": "Rule added",
    "fees.rule_changed": "Rule changed",
    "fees.rule_moved": "Rule moved",
    "fees.rule_switched_on": "Rule switched on",
    "fees.rule_switched_off": "Rule switched off",
    "fees.policy_changed": "Refund policy changed",
}


@dataclass(frozen=True)
class ActKind:
    """A kind of act to look through: its text, and how the names of its acts begin."""

    text: str
    begins: tuple[str, ...]


KINDS = {
    "signing_in": ActKind(
        "Signing in and accounts", ("person.", "member.", "factor.", "vendor.signed_up")
    ),
    "access": ActKind(
        "API tokens and Stripe’s pages",
        ("token.", "vendor.dashboard", "vendor.onboarding", "vendor.account", "vendor.connected"),
    ),
    "payouts": ActKind(
        "Payouts and banks",
        ("payout.", "reserve.", "vendor.payout", "vendor.bank", "vendor.reserve"),
    ),
    "refunds": ActKind(
        "Refunds, disputes, debts", ("refund.", "dispute.", "claim.", "vendor.owes")
    ),
    "rules": ActKind(
        "Commission, settings, VAT",
        (
            "fees.",
            "marketplace.",
            "vendor.platform_fee",
            "vendor.currency",
            "vat.",
            "vendor.vat",
            "statement.",
        ),
    ),
    "sales": ActKind(
        "Orders, payments, products",
        ("order.", "payment", "product.", "stripe_customer.", "vendor.shop"),
    ),
    "books": ActKind(
        "Books and webhooks",
        ("reconciliation.", "restoration.", "difference.", "webhook.", "mail."),
    ),
}


def told(action: str) -> str:
    """An act in words."""
    if action in WORDS:
        return WORDS[action]
    noun, _, rest = action.partition(".")
    what = NOUNS.get(
        noun,
        noun.replace("_", " ").capitalize(),
    )
    return f"{what}: {rest.replace('_', ' ').replace('.', ' ')}" if rest else what


def short(action: str) -> str:
    """An act in words, on a page of what it is about; its name where there are none."""
    return SHORT.get(action, action)


_QUIET = ("key", "keys", "stripe_")  # our keys at Stripe, and its ids, say nothing to people
# Minor units, where a currency stands beside them.
_MONEY = frozenset({"amount", "commission", "fee", "loss", "vendor"})


def in_detail(details: dict[str, object]) -> str:
    """What an entry keeps besides, in a line: `amount: 1200, currency: EUR`; before and after as
    one.
    """
    known = {name: value for name, value in details.items() if value not in (None, "", [], {})}
    rest = {name: value for name, value in known.items() if not name.startswith(_QUIET)}
    rest = _with_money(rest)
    before, after = rest.pop("before", None), rest.pop("after", None)
    parts = (
        [f"{_plain(before) or 'nothing'} → {_plain(after) or 'nothing'}"] if before or after else []
    )
    parts += [f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in rest.items()]
    return ", ".join(parts)


def _with_money(details: dict[str, object]) -> dict[str, object]:
    currency = details.get("currency")
    if not isinstance(currency, str):
        return details
    found = {
        name: value for name, value in details.items() if name in _MONEY and type(value) is int
    }
    amounts: dict[str, object] = {
        name: str(Money(value, currency)) for name, value in found.items()
    }
    rest = {
        name: value
        for name, value in details.items()
        if name not in found and (name != "currency" or not found)
    }
    return amounts | rest


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{str(name).replace('_', ' ')} {_plain(inner)}" for name, inner in value.items()
        )
    if isinstance(value, list):
        return ", ".join(_plain(inner) for inner in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
