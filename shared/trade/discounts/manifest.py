"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.trade.catalogue.events import CategoryRemoved, CategoryRenamed
from shared.trade.discounts import category_changes, models, tries

MANIFEST = Manifest(
    models=models,
    jobs=(tries.forget,),
    subscriptions=(
        Subscription(CategoryRenamed, category_changes.on_renamed),
        Subscription(CategoryRemoved, category_changes.on_removed),
    ),
)
