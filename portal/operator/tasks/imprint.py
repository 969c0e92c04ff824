"""Whether the public pages say who runs the marketplace."""

from __future__ import annotations

from collections.abc import Iterator

from portal.operator.tasks.task import Task
from shared.core.locales import gettext as _
from shared.entrypoints.web.links import url_for
from shared.trade.marketplace.identity import MarketIdentity


def imprint(identity: MarketIdentity) -> Iterator[Task]:
    """What the imprint lacks, if nobody could write to the marketplace by it."""
    if identity.postal_address and identity.contact_email:
        return
    yield Task(
        "warn",
        _("Your imprint is not complete"),
        _(
            "Shoppers do not read who runs this marketplace and whom to write to. "
            "The law asks for both."
        ),
        url_for("operator_presentation.name"),
        _("Fill it in"),
    )
