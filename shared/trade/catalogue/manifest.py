"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.trade.catalogue import category_names, models
from shared.trade.commission.events import CategoryChargedFor

MANIFEST = Manifest(
    models=models,
    jobs=(category_names.fold_words,),
    subscriptions=(Subscription(CategoryChargedFor, category_names.follow_rule),),
)
