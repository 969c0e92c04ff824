"""What everything that works for nobody in particular is given: jobs, handlers of Stripe's events,
repairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.frozen import frozen

if TYPE_CHECKING:
    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway


@frozen
class Context:
    """The things of one process."""

    gateway: Gateway
    settings: Settings
