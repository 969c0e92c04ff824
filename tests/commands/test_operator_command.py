"""`run.py operator EMAIL --reset-factors`, as whoever runs the server types it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pyotp
import pytest

import run
from shared.core import clock
from shared.entrypoints.cli.main import main
from shared.entrypoints.cli.options import Composition
from shared.infra.audit.models import AuditEntry
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.mail.models import Email
from shared.trade.people import registration
from shared.trade.people.factors import service as factors
from shared.trade.people.factors.models import RecoveryCode, SecondFactor
from shared.trade.people.factors.sealed_secrets import Vault
from shared.trade.people.models import Member, Session
from tests.support.accounts import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path
    from typing import Any

BOSS = "boss@market.test"


def within(url: str, work: Coroutine[Any, Any, None]) -> None:
    """Something done or looked at in the database, between two commands."""

    async def done() -> None:
        await open_database(url)
        try:
            await work
        finally:
            await close_database()

    asyncio.run(done())


async def an_operator_with_a_lost_phone() -> None:
    """Signed in, with an authenticator app."""
    boss = await registration.create_member(
        email=BOSS,
        password=PASSWORD,
        full_name="Bo",
        role="operator",
        vendor_id=None,
        confirmed=True,
    )
    now = clock.now()
    session = await Session.create(
        token_digest="d", member_id=boss.id, last_seen_at=now, expires_at=now
    )
    vault, secret = Vault(("a key of nobody",)), pyotp.random_base32()
    sealed = vault.seal(secret, owner=f"setup:{boss.id}")
    code = pyotp.TOTP(secret).at(now)
    await factors.add_app(
        vault,
        member_id=boss.id,
        session_id=session.id,
        sealed=sealed,
        code=code,
        name="Phone",
    )


async def all_is_taken_away() -> None:
    """Factor, codes and sessions; written down and told by mail, once."""
    assert await SecondFactor.all().count() == 0
    assert await RecoveryCode.all().count() == 0
    assert (await Member.get(email=BOSS)).second_factor_at is None
    assert not await Session.filter(revoked_at=None).exists()
    assert [
        entry.actor for entry in await AuditEntry.filter(action="factor.reset")
    ] == ["system"]
    assert [mail.to for mail in await Email.filter(kind="factor_removed")] == [BOSS]


def test_the_command_takes_the_second_step_of_an_operator_away(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Once, whatever the spelling; a second time, and for who is no operator, a sentence and exit
    code 2.
    """
    monkeypatch.setenv("MARKETHALL_DATABASE_URL", database_url)
    within(database_url, an_operator_with_a_lost_phone())

    def command(email: str) -> tuple[int, str]:
        arguments = [
            "operator",
            email,
            "--reset-factors",
            "--data-dir",
            str(tmp_path / "var"),
        ]
        code = main(
            arguments, Composition(run.compose, run.job_handlers, run.recurring_jobs)
        )
        said = capsys.readouterr()
        return code, said.out + said.err

    assert command("nobody@market.test")[0] == 2
    code, said = command(" BOSS@market.test")
    assert (code, "signs in with the password alone now" in said) == (0, True)
    code, said = command(BOSS)
    assert (code, "has set up a second step" in said) == (2, True)
    within(database_url, all_is_taken_away())
