"""What the stand-in refuses, with its status and its code."""

from collections.abc import Awaitable
from typing import Any

import pytest
import stripe


async def refused(awaitable: Awaitable[Any]) -> Any:
    """The error that a call ends in."""
    with pytest.raises(stripe.StripeError) as caught:
        await awaitable
    return caught.value
