"""A mail as it leaves: its html, and a Message-ID that tells nothing of our rows."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from shared.infra.mail.models import Email
from shared.infra.mail.service import compose
from tests.support.accounts import read
from tests.support.app import settings_for

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def composed(secret: str = "s" * 40, **columns: object) -> EmailMessage:
    settings = settings_for(
        database_url="sqlite://:memory:",
        data_dir=Path("var"),
        sandbox_base="http://127.0.0.1:1",
    )
    there = {"unique_key": "hello:1", "text": "Hello", "created_at": NOW, **columns}
    mail = Email(to="ada@example.test", subject="Hello", **there)
    return read(compose(mail, settings.with_(secret_key=secret)))


def message_id(
    *,
    key: str,
    at: datetime = NOW,
    secret: str = "s" * 40,
) -> str:
    return str(composed(secret, unique_key=key, created_at=at)["Message-ID"])


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def test_the_html_is_made_as_the_mail_leaves_in_its_language() -> None:
    """Of its text, whatever is spoken where it is sent."""
    html = html_of(composed(text="Guten Tag,\n\nIhr Paket ist da.\n", language="de"))

    assert '<html lang="de">' in html
    assert "<p>\nIhr Paket ist da.\n</p>" in html


def test_a_mail_of_an_older_version_keeps_the_html_that_it_was_written_with() -> None:
    assert html_of(composed(html="<p>As it was</p>")).strip() == "<p>As it was</p>"


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
