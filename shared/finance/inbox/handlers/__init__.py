"""Which event does what. An event is a nudge: handlers read the object again through the gateway.

A handler answers in words what it decided; "not ours" for objects that are not the marketplace's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from shared.finance.inbox.handlers import (
    accounts,
    disputes,
    payment_methods,
    payments,
    payouts,
    refunds,
    transfers,
)
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs.queue import Context

Handler = Callable[[Context, VerifiedEvent], Awaitable[str]]

# The events to enable at each endpoint; README and `run.py doctor` name the same.
HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    "platform": {
        "payment_intent.succeeded": payments.follow_intent,
        "payment_intent.payment_failed": payments.follow_intent,
        "payment_intent.processing": payments.follow_intent,
        "payment_intent.canceled": payments.follow_intent,
        "payment_intent.requires_action": payments.follow_intent,
        "charge.succeeded": payments.note_charge,
        "charge.updated": payments.note_charge,
        "charge.dispute.created": disputes.follow,
        "charge.dispute.updated": disputes.follow,
        "charge.dispute.funds_withdrawn": disputes.follow,
        "charge.dispute.funds_reinstated": disputes.follow,
        "charge.dispute.closed": disputes.follow,
        "radar.early_fraud_warning.created": disputes.note_warning,
        "charge.refunded": refunds.follow_charge,
        "refund.created": refunds.follow_refund,
        "refund.updated": refunds.follow_refund,
        "refund.failed": refunds.follow_refund,
        "transfer.reversed": transfers.follow_reversals,
        "payment_method.attached": payment_methods.follow_methods,
        "payment_method.updated": payment_methods.follow_methods,
        "payment_method.automatically_updated": payment_methods.follow_methods,
        "payment_method.detached": payment_methods.follow_methods,
        "setup_intent.succeeded": payment_methods.follow_methods,
        "setup_intent.setup_failed": payment_methods.follow_methods,
        "setup_intent.canceled": payment_methods.follow_methods,
        "customer.deleted": payment_methods.follow_methods,
        "payout.created": payouts.follow_payout,
        "payout.updated": payouts.follow_payout,
        "payout.paid": payouts.follow_payout,
        "payout.failed": payouts.follow_payout,
        "payout.canceled": payouts.follow_payout,
        "payout.reconciliation_completed": payouts.follow_payout,
        "reserve.hold.created": payouts.follow_reserve,
        "reserve.release.created": payouts.follow_reserve,
    },
    "connect": {
        "account.updated": accounts.sync,
        "capability.updated": accounts.sync,
        "account.external_account.created": accounts.sync,
        "account.external_account.updated": accounts.sync,
        "account.external_account.deleted": accounts.sync,
        "person.updated": accounts.sync,
        "account.application.authorized": accounts.authorize,
        "account.application.deauthorized": accounts.deauthorize,
        "payout.created": payouts.follow_payout,
        "payout.updated": payouts.follow_payout,
        "payout.paid": payouts.follow_payout,
        "payout.failed": payouts.follow_payout,
        "payout.canceled": payouts.follow_payout,
        "payout.reconciliation_completed": payouts.follow_payout,
        "reserve.hold.created": payouts.follow_reserve,
        "reserve.release.created": payouts.follow_reserve,
        "balance_settings.updated": payouts.follow_settings,
    },
}
