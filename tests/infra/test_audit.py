"""The audit trail: who did what, from where; nobody changes it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException

from shared.infra import unit
from shared.infra.audit import origin
from shared.infra.audit.models import AuditEntry
from shared.trade.people.models import Member
from tests.support.factories import make_member, make_order, make_ready_vendor
from tests.support.portal import operator_in, signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]
# Whoever wants to hide something may try it in any of these ways.
ATTEMPTS = {
    "change": "UPDATE audit_entries SET actor = 'system'",
    "delete": "DELETE FROM audit_entries",
}
ATTEMPTS_OF = {
    "sqlite": {
        "replace": "INSERT OR REPLACE INTO audit_entries "
        "(id, created_at, updated_at, actor, action, subject, details) "
        "SELECT id, created_at, updated_at, 'system', action, subject, details FROM audit_entries"
    },
    "postgres": {
        "empty": "TRUNCATE audit_entries",
        "replace": "INSERT INTO audit_entries "
        "(id, created_at, updated_at, actor, action, subject, details) "
        "SELECT id, created_at, updated_at, 'system', action, subject, details FROM audit_entries "
        "ON CONFLICT (id) DO UPDATE SET actor = excluded.actor",
    },
}


async def test_no_entry_is_changed_deleted_or_replaced(engine: str) -> None:
    """Whatever the statement; the database says no, on each engine in its own words."""
    async with unit.transaction() as tx:
        tx.record("refund.approved", actor="member:1", subject="refund:1")
    for name, sql in {**ATTEMPTS, **ATTEMPTS_OF[engine]}.items():
        with pytest.raises(BaseORMException, match="audit entries are never"):
            await get_connection("default").execute_query(sql)
        assert (
            await AuditEntry.filter(actor="member:1", action="refund.approved").count()
            == 1
        ), name


@pytest.mark.one_engine
class TestWhereFrom:
    """Kept with what a person did, and with nothing else."""

    @pytest.mark.parametrize(
        ("actor", "address"),
        [
            ("member:7", "2001:db8::1"),
            ("customer:3", "2001:db8::1"),
            ("token:2", "2001:db8::1"),
            ("nobody", "2001:db8::1"),
            ("stripe", ""),
            ("system", ""),
            ("shopper", ""),
        ],
    )
    async def test_the_address_is_a_person_s(self, actor: str, address: str) -> None:
        """Stripe's, our own and a guest's say nothing about who is answerable."""
        origin.begin(
            origin.RequestOrigin(address="2001:db8::1", request_id="0123456789abcdef")
        )
        async with unit.transaction() as tx:
            tx.record("some.act", actor=actor, subject="thing:1")
        entry = await AuditEntry.get()
        assert (entry.address, entry.request_id) == (address, "0123456789abcdef")

    async def test_a_page_s_act_carries_its_request(
        self, client: TestClientProtocol
    ) -> None:
        """The id is the one in the log and in the answer, so that one leads to the other."""
        portal = await signed_in(client)
        answer = await portal.post("/vendor/admin/shop", {"is_open": ""})
        entry = await AuditEntry.get(action="vendor.shop_closed")
        assert entry.request_id == answer.headers["X-Request-Id"]


class TestThePages:
    """Who did what, for the marketplace's staff and for a vendor's own people."""

    async def test_staff_find_it_by_person_kind_thing_and_day(
        self, client: TestClientProtocol
    ) -> None:
        """With from where; pages of fifty; what nothing matches says so."""
        order = await make_order(await make_ready_vendor(name="Atelier Nord"))
        member = await make_member(
            await make_ready_vendor(name="Brick"), full_name="Ida Ingrid"
        )
        origin.begin(origin.RequestOrigin(address="192.0.2.7"))
        async with unit.transaction() as tx:
            tx.record(
                "refund.requested",
                actor=f"member:{member.id}",
                subject="refund:1",
                vendor_id=member.vendor_id,
            )
        async with unit.transaction() as tx:
            tx.record(
                "order.shipped",
                actor="system",
                subject=f"order:{order.id}",
                vendor_id=order.vendor_id,
            )
        staff = await operator_in(client)

        for query, found, missed in (
            ("q=Ingrid", "Refund asked for", "Order: shipped"),
            ("kind=all&q=atelier", "Order: shipped", "Refund asked for"),
            (
                f"kind=all&q={order.number.lower()}",
                "Order: shipped",
                "Refund asked for",
            ),
            ("kind=refunds", "Refund asked for", "Order: shipped"),
            ("since=2000-01-01", "Refund asked for", "Nothing found"),
            ("until=2000-01-01", "Nothing found", "Refund asked for"),
            ("q=nobody-is-called-so", "Nothing found", "Refund asked for"),
            (
                "kind=none&since=x&until=99999-01-01&page=9",
                "Refund asked for",
                "Nothing found",
            ),
        ):
            text = await staff.get(f"/operator/audit?{query}")
            assert found in text, query
            assert missed not in text, query
        page = await staff.get("/operator/audit?kind=all")
        assert "from 192.0.2.7" in page
        assert f"/operator/orders/{order.number}" in page

    async def test_a_vendor_s_people_read_their_own(
        self, client: TestClientProtocol
    ) -> None:
        """Of the staff only that it was done; of other vendors nothing; of the operator's page
        nothing.
        """
        portal = await signed_in(client)
        other = await make_ready_vendor(name="Brick")
        staff = await make_member(None, role="operator", full_name="Otto Operator")
        mine = await Member.get(vendor_id=portal.vendor_id)
        origin.begin(origin.RequestOrigin(address="192.0.2.7"))
        about: dict[str, Any] = {
            "subject": f"vendor:{portal.vendor_id}",
            "vendor_id": portal.vendor_id,
        }
        async with unit.transaction() as tx:
            tx.record(
                "vendor.payouts_held",
                actor=f"member:{staff.id}",
                reason="secret doubts",
                **about,
            )
        async with unit.transaction() as tx:
            tx.record(
                "vendor.payout_schedule_changed",
                actor=f"member:{mine.id}",
                before="weekly",
                after="daily",
                **about,
            )
        async with unit.transaction() as tx:
            tx.record(
                "vendor.reserve_changed",
                actor="system",
                subject=f"vendor:{other.id}",
                vendor_id=other.id,
            )

        page = await portal.get("/vendor/admin/audit")

        assert "Payouts put on hold" in page
        assert "Otto" not in page
        assert "secret doubts" not in page
        assert "every week → every day" in page
        assert page.count("from 192.0.2.7") == 1
        assert "reserve" not in page.lower().replace("payouts and banks", "")
        assert "Nothing found" in await portal.get("/vendor/admin/audit?q=Otto")
        assert (await portal.send("GET", "/operator/audit")).status_code == 403
