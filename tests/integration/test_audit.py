"""The audit trail: who did what, from where; nobody changes it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException

from shared.audit import origin, service
from shared.audit.models import AuditEntry
from tests.support.portal import signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")
# Whoever wants to hide something may try it in any of these ways.
ATTEMPTS = {
    "change": "UPDATE audit_entries SET actor = 'system'",
    "delete": "DELETE FROM audit_entries",
}
ATTEMPTS_OF = {
    "sqlite": {
        "replace": "INSERT OR REPLACE INTO audit_entries (id, created_at, updated_at, actor, action, subject, details) "
        "SELECT id, created_at, updated_at, 'system', action, subject, details FROM audit_entries"
    },
    "postgres": {
        "empty": "TRUNCATE audit_entries",
        "replace": "INSERT INTO audit_entries (id, created_at, updated_at, actor, action, subject, details) "
        "SELECT id, created_at, updated_at, 'system', action, subject, details FROM audit_entries "
        "ON CONFLICT (id) DO UPDATE SET actor = excluded.actor",
    },
}


async def test_no_entry_is_changed_deleted_or_replaced(engine: str) -> None:
    """Whatever the statement; the database says no, on each engine in its own words."""
    await service.record("refund.approved", actor="member:1", subject="refund:1")
    for name, sql in {**ATTEMPTS, **ATTEMPTS_OF[engine]}.items():
        with pytest.raises(BaseORMException, match="audit entries are never"):
            await get_connection("default").execute_query(sql)
        assert await AuditEntry.filter(actor="member:1", action="refund.approved").count() == 1, name


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
        origin.begin(origin.Origin(address="2001:db8::1", request_id="0123456789abcdef"))
        await service.record("some.act", actor=actor, subject="thing:1")
        entry = await AuditEntry.get()
        assert (entry.address, entry.request_id) == (address, "0123456789abcdef")

    async def test_a_page_s_act_carries_its_request(self, client: TestClientProtocol) -> None:
        """The id is the one in the log and in the answer, so that one leads to the other."""
        portal = await signed_in(client)
        answer = await portal.post("/vendor/admin/shop", {"is_open": ""})
        entry = await AuditEntry.get(action="vendor.shop_closed")
        assert entry.request_id == answer.headers["X-Request-Id"]
