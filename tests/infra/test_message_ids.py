"""What a mail's Message-ID tells those who read its head: nothing of our rows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from shared.infra.mail.models import Email
from shared.infra.mail.service import compose
from tests.support.app import settings_for

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def message_id(
    *,
    key: str,
    at: datetime = NOW,
    secret: str = "s" * 40,
) -> str:
    settings = settings_for(
        database_url="sqlite://:memory:",
        data_dir=Path("var"),
        sandbox_base="http://127.0.0.1:1",
    )
    mail = Email(
        unique_key=key,
        to="ada@example.test",
        subject="Hello",
        text="Hello",
        created_at=at,
    )
    return str(compose(mail, settings.with_(secret_key=secret))["Message-ID"])


def test_a_message_id_is_not_made_of_row_ids() -> None:
    """Neither readable in it, nor found by trying them: that takes the secret key."""
    told = message_id(key="order_confirmed:7")

    assert "order" not in told
    assert told == message_id(key="order_confirmed:7"), (
        "a mail that is sent twice is recognised"
    )
    others = (
        message_id(key="order_confirmed:8"),
        # The same row of another database.
        message_id(key="order_confirmed:7", at=NOW.replace(hour=13)),
        message_id(key="order_confirmed:7", secret="t" * 40),
    )
    assert told not in others
    assert len({*others}) == 3
