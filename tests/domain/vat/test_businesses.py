"""A shopper's VAT number: stated, confirmed or refused by staff, as a vendor's is."""

from __future__ import annotations

import pytest
from tortoise.exceptions import IntegrityError

from shared.infra.audit.models import AuditEntry
from shared.infra.mail.models import Email
from shared.trade.people.models import Customer
from shared.trade.vat.errors import NoNumberOfState, RegistrationChanged
from shared.trade.vat.holders import Holder, of_shopper
from shared.trade.vat.models import VatRegistration
from shared.trade.vat.queries import (
    RegistrationState,
    registration_held,
    registrations,
    waiting_numbers,
)
from shared.trade.vat.sales.businesses import business_of, state_of_number
from shared.trade.vat.service import (
    Business,
    confirm,
    current,
    refuse,
    state_number,
)
from tests.support.factories import make_customer, make_member, make_ready_vendor
from tests.support.vat import a_business

pytestmark = pytest.mark.usefixtures("database")
ACME = Business("Acme GmbH", "DE")
NUMBER = "DE136695976"


async def state(customer: Customer, text: str, business: Business = ACME) -> str:
    return await state_number(
        holder=of_shopper(customer.id), text=text, business=business, actor="customer:1"
    )


async def test_only_what_staff_has_confirmed_makes_a_business() -> None:
    """Stated it waits, confirmed it holds, refused it does not, another number waits anew."""
    sam = await make_customer(full_name="Sam", language="de")
    await make_member(None, role="operator", email="ops@example.test")
    holder = of_shopper(sam.id)
    assert await state(sam, "136 695 976") == NUMBER
    assert await business_of(sam.id) is None
    waiting = await waiting_numbers()
    assert waiting is not None
    assert (waiting.holder, waiting.name) == (holder, "Acme GmbH")
    row = await current(holder)
    assert row is not None
    await confirm(holder=holder, registration_id=row.id, proof="VIES", actor="member:9")
    found = await business_of(sam.id)
    assert found is not None
    assert (found.number, found.name, found.state) == (NUMBER, "Acme GmbH", "DE")
    await refuse(
        holder=holder, registration_id=row.id, reason="It ended", actor="member:9"
    )
    assert await business_of(sam.id) is None
    await state(sam, NUMBER)  # looked at again, since it was refused
    again = await registration_held(holder)
    assert again is not None
    assert again.status is RegistrationState.WAITING
    acts = await AuditEntry.all().order_by("id").values_list("action", flat=True)
    assert acts == [
        "customer.vat_number_changed",
        "customer.vat_confirmed",
        "customer.vat_refused",
        "customer.vat_number_changed",
    ]
    mails = await Email.filter(to=sam.email).order_by("id")
    assert [mail.kind for mail in mails] == [
        "business_changed",
        "business_confirmed",
        "business_refused",
        "business_changed",
    ]
    assert "Guten Tag Sam" in mails[1].text
    assert "It ended" in mails[2].text
    asked = await Email.filter(to="ops@example.test").first()
    assert asked is not None
    assert f"/operator/customers/{sam.id}/vat" in asked.text


async def test_another_name_is_looked_at_again_and_the_same_is_not() -> None:
    """The number and the name with it are confirmed."""
    sam = await make_customer()
    before = await a_business(sam, NUMBER, "Acme GmbH", "DE")
    await state(sam, NUMBER)
    assert await business_of(sam.id) is not None
    await state(sam, NUMBER, Business("Somebody else AG", "DE"))
    assert await business_of(sam.id) is None
    with pytest.raises(RegistrationChanged):
        await refuse(
            holder=of_shopper(sam.id),
            registration_id=before,
            reason="No",
            actor="member:9",
        )
    await state(sam, "", Business("", ""))
    assert await current(of_shopper(sam.id)) is None


async def test_a_number_is_one_of_its_state_and_has_one_holder() -> None:
    """The database says so too."""
    sam, vendor = await make_customer(), await make_ready_vendor()
    with pytest.raises(NoNumberOfState):
        await state(sam, "DE136695977")
    for columns in ({}, {"vendor_id": vendor.id, "customer_id": sam.id}):
        with pytest.raises(IntegrityError):
            await VatRegistration.create(
                **columns, country="DE", number=NUMBER, stated_by="x"
            )
    with pytest.raises(ValueError, match="one holder"):
        Holder()
    await state(sam, NUMBER)
    with pytest.raises(IntegrityError):
        await VatRegistration.create(
            customer_id=sam.id, country="DE", number=NUMBER, stated_by="x"
        )


async def test_shoppers_and_vendors_wait_in_one_list() -> None:
    """Each by its name."""
    sam = await make_customer()
    await state(sam, NUMBER)
    page = await registrations(status=RegistrationState.WAITING)
    assert [(row.name, row.holder.kind) for row in page.rows] == [
        ("Acme GmbH", "customer")
    ]


@pytest.mark.parametrize(
    ("number", "state"),
    [
        ("EL094259216", "GR"),
        ("FR40303265045", "FR"),
        ("GB980780684", ""),
        ("CHE107787577", ""),
        ("", ""),
    ],
)
def test_which_state_a_number_is_of(number: str, state: str) -> None:
    """Only those of the EU count for goods that go from one of its states to another."""
    assert state_of_number(number) == state
