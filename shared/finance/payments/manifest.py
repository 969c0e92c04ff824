"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.finance.connect.events import ConnectedAgain
from shared.finance.payments import (
    abandonment,
    jobs,
    models,
    nothing_to_pay,
    opening,
    stock_hold,
    stripe_events,
    sweep,
    waiting_transfers,
)
from shared.finance.payments.activity import PaymentActivity
from shared.finance.payments.events import PaymentOpened, PaymentSucceeded
from shared.trade.orders.events import (
    CheckoutClosed,
    CheckoutOpened,
    CheckoutUnwanted,
    PiecesHeld,
)

MANIFEST = Manifest(
    models=models,
    activity=PaymentActivity,
    jobs=(
        jobs.settle_unknown,
        jobs.read_charge,
        jobs.cancel_intents,
        jobs.expire_checkout,
        jobs.read_statement_prefix,
        stock_hold.let_go,
        abandonment.give_up,
        sweep.sweep,
        waiting_transfers.send_waiting,
        waiting_transfers.send_share,
    ),
    subscriptions=(
        Subscription(PaymentOpened, jobs.on_payment_opened),
        Subscription(PaymentSucceeded, jobs.on_payment_succeeded),
        Subscription(ConnectedAgain, waiting_transfers.on_connected_again),
        Subscription(CheckoutOpened, jobs.on_checkout_opened),
        Subscription(CheckoutOpened, nothing_to_pay.on_checkout_opened),
        Subscription(CheckoutOpened, opening.on_checkout_opened),
        Subscription(CheckoutClosed, jobs.on_checkout_closed),
        Subscription(CheckoutUnwanted, abandonment.on_unwanted),
        Subscription(PiecesHeld, stock_hold.on_pieces_held),
    ),
    platform_events={
        "payment_intent.succeeded": stripe_events.read_intent,
        "payment_intent.payment_failed": stripe_events.read_intent,
        "payment_intent.processing": stripe_events.read_intent,
        "payment_intent.canceled": stripe_events.read_intent,
        "payment_intent.requires_action": stripe_events.read_intent,
        "charge.succeeded": stripe_events.read_charge,
        "charge.updated": stripe_events.read_charge,
        "charge.failed": stripe_events.read_decline,
    },
)
