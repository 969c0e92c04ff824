"""What the operator's list of events asks the database."""

from __future__ import annotations

import pytest

from shared.finance.inbox.queries import event_page
from shared.finance.inbox.rules import EventStatus
from tests.support.storefront import counted

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]


@pytest.mark.parametrize("status", EventStatus)
async def test_the_state_that_is_asked_for_stands_in_the_statement(
    status: EventStatus,
) -> None:
    """As a parameter it is any state to a plan that PostgreSQL keeps: that one walks from the
    newest event back, through all of them for a state that few are in.
    """
    with counted() as statements:
        await event_page(status=status)
    (listed,) = [each for each in statements if "ORDER BY" in each]
    assert f"\"status\" IN ('{status}')" in listed
