"""What the operator sets for the whole marketplace: read, changed, refused, audited."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shared.infra.audit.models import AuditEntry
from shared.trade.marketplace import service
from shared.trade.marketplace.models import MarketplaceSettings
from shared.trade.marketplace.queries import marketplace
from shared.trade.marketplace.rules import DEFAULTS, time_zones
from tests.support.portal import operator_in, signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")
SETTINGS = "/operator/settings"
FILLED = {
    "time_zone": "Europe/Luxembourg",
    "delivered_after_days": "7",
    "show_fee_breakdown": "y",
    "bank_hold_hours": "72",
}


async def test_until_something_is_set_the_defaults_hold() -> None:
    """And reading makes no row."""
    assert await marketplace() == DEFAULTS
    assert not await MarketplaceSettings.exists()


async def test_the_operator_sets_them_by_a_plain_form(
    client: TestClientProtocol,
) -> None:
    """They hold at once, stand in the form, and the change is told below it."""
    portal = await operator_in(client)

    assert (await portal.post(SETTINGS, FILLED)).status_code == 303

    known = await marketplace()
    assert (known.time_zone, known.delivered_after_days, known.show_fee_breakdown) == (
        "Europe/Luxembourg",
        7,
        True,
    )
    assert str(known.zone) == "Europe/Luxembourg"
    page = await portal.get(SETTINGS)
    assert '<option selected value="Europe/Luxembourg">' in page
    for change in ("UTC → Europe/Luxembourg", "no → yes", "14 → 7"):
        assert change in page


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("time_zone", "Europe/Atlantis", "Not a valid choice"),
        ("time_zone", "", "Choose a time zone"),
        ("delivered_after_days", "0", "from 1 to 90"),
        ("delivered_after_days", "91", "from 1 to 90"),
        ("delivered_after_days", "", "Enter a number of days"),
    ],
)
async def test_what_cannot_be_set_is_refused(
    client: TestClientProtocol, field: str, typed: str, sentence: str
) -> None:
    """With a sentence at the field; nothing is written."""
    portal = await operator_in(client)

    answer = await portal.post(SETTINGS, {**FILLED, field: typed})

    assert answer.status_code == 422
    assert sentence in await answer.get_data(as_text=True)
    assert await marketplace() == DEFAULTS


async def test_a_vendor_may_neither_look_nor_set(client: TestClientProtocol) -> None:
    """Staff pages are for staff."""
    portal = await signed_in(client)

    assert (await portal.send("GET", SETTINGS)).status_code == 403
    assert (await portal.post(SETTINGS, FILLED)).status_code == 403
    assert await marketplace() == DEFAULTS


async def test_the_same_again_changes_and_audits_nothing() -> None:
    """Only what differs is a change."""
    wanted = replace(DEFAULTS, delivered_after_days=3)

    await service.change(wanted, actor="member:1")
    await service.change(wanted, actor="member:1")

    entry = await AuditEntry.get(action="marketplace.changed")
    assert entry.details == {
        "before": {"delivered_after_days": 14},
        "after": {"delivered_after_days": 3},
    }


async def test_two_first_changes_at_once_make_one_row() -> None:
    """The later one wins whole."""
    wanted = [replace(DEFAULTS, delivered_after_days=n) for n in (3, 5)]

    await asyncio.gather(*(service.change(each, actor="member:1") for each in wanted))

    assert await MarketplaceSettings.all().count() == 1
    assert await marketplace() in wanted


@pytest.mark.one_engine
def test_the_list_of_zones_has_places_and_no_old_names() -> None:
    """Every zone that an EU marketplace may be in, none that only programs know."""
    zones = time_zones()

    assert zones[0] == "UTC"
    assert {
        "Europe/Luxembourg",
        "Europe/Athens",
        "Atlantic/Azores",
        "America/Martinique",
    } <= set(zones)
    assert not [
        name for name in zones if name.startswith("Etc/") or name in ("CET", "GMT")
    ]
