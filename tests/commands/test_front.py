"""What `doctor` concludes from what the site saw of its question. Pure."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
import stripe

from shared.entrypoints.cli.doctor import history_beside
from shared.entrypoints.cli.findings import Finding
from shared.entrypoints.cli.front import MADE_UP, Seen, ask, judge, takes_old_tls
from shared.infra.gateway.transport import Transport
from shared.infra.mail.mime import MimeMail
from shared.infra.mail.service import MailNotSent, deliver, greet
from tests.support.app import settings_for
from tests.support.front import MailServer, certificate

SEEN = Seen(
    process="a",
    version="1",
    address="203.0.113.5",
    host="market.example",
    forwarded_for=(MADE_UP, "203.0.113.5"),
    forwarded_proto=("https",),
    trusted_proxies=1,
    web_processes=1,
    limits_are_shared=False,
)


def advice(*answers: Seen, url: str = "https://market.example") -> str:
    return " ".join(
        found.advice for found in judge(list(answers), public_url=url)
    ).strip()


def seen(**values: Any) -> Seen:
    return Seen(**{**vars(SEEN), **values})


@pytest.mark.parametrize(
    "answer",
    [
        SEEN,
        seen(
            forwarded_for=("203.0.113.5",)
        ),  # a proxy that puts away what callers make up
        seen(forwarded_for=(MADE_UP, "203.0.113.5", "10.0.0.2"), trusted_proxies=2),
        seen(web_processes=4, limits_are_shared=True),
    ],
)
def test_a_right_way_in_needs_nothing(answer: Seen) -> None:
    """As many proxies as are trusted, the right name, https told, limits shared where there are
    several processes.
    """
    assert advice(answer) == ""


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """By the doctor, by who sends mails, and by who calls Stripe; nothing is said to such a
    server.
    """
    with MailServer(certificate(tmp_path)) as server:
        site = settings_for(database_url="sqlite://:memory:", data_dir=tmp_path)
        (found,) = await ask(
            site.with_(public_url=f"https://localhost:{server.port}"), must_answer=True
        )
        assert "is not accepted" in found.what
        with pytest.raises(MailNotSent, match="a certificate that is not accepted"):
            await greet(f"smtps://u:p@localhost:{server.port}")
        stripe_client = Transport()
        with pytest.raises(
            stripe.APIConnectionError, match="ClientConnectorCertificateError"
        ):
            await stripe_client.request_async(
                "GET", f"https://localhost:{server.port}/v1/balance", {}
            )
        await stripe_client.close_async()
    assert server.letters.users == []


@pytest.mark.parametrize("takes_letters", [False, True])
async def test_an_address_in_another_script_needs_a_server_that_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, takes_letters: bool
) -> None:
    """Others get it later, perhaps by another server; plain addresses are nothing to ask about."""
    pem = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    site = settings_for(database_url="sqlite://:memory:", data_dir=tmp_path)
    server = MailServer(pem)
    server.extensions = ("SMTPUTF8",) if takes_letters else ()
    with server:
        there = site.with_(smtp_url=f"smtps://u:p@localhost:{server.port}")
        plain = MimeMail("a@b.test", "c@d.test", b"To: c@d.test\n\n.\nHello\n")
        await deliver(there, plain, name="1")
        other = MimeMail("a@b.test", "größe@d.test", "To: größe@d.test\n\n".encode())
        if takes_letters:
            await deliver(there, other, name="2")
        else:
            with pytest.raises(MailNotSent, match="NotSupported"):
                await deliver(there, other, name="2")
    first, *rest = server.letters.texts
    assert first == "To: c@d.test\r\n\r\n..\r\nHello\r\n.\r\n"
    assert len(rest) == takes_letters


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_proxy_that_still_speaks_old_tls_is_named(tmp_path: Path) -> None:
    """1.1 is taken by one, by the other nothing below 1.2."""
    old, new = MailServer(pem := certificate(tmp_path)), MailServer(pem)
    old._context.set_ciphers("ALL:@SECLEVEL=0")
    old._context.minimum_version = ssl.TLSVersion.TLSv1
    with old, new:
        assert takes_old_tls("localhost", old.port)
        assert not takes_old_tls("localhost", new.port)


def test_the_history_of_the_code_beside_a_site_is_named(tmp_path: Path) -> None:
    """A release that was put there without it is well."""
    assert history_beside(tmp_path) is None
    (tmp_path / ".git").mkdir()
    assert "git archive" in (history_beside(tmp_path) or Finding("")).advice


def test_a_site_without_a_proxy_is_right_without_one() -> None:
    """In development."""
    alone = seen(
        forwarded_for=(MADE_UP,),
        forwarded_proto=(),
        trusted_proxies=0,
        host="127.0.0.1:8000",
    )
    assert advice(alone, url="http://127.0.0.1:8000") == ""


@pytest.mark.parametrize(
    ("answer", "needed"),
    [
        (seen(trusted_proxies=0), "Set MARKETHALL_TRUSTED_PROXIES=1."),
        (
            seen(forwarded_for=(MADE_UP, "203.0.113.5", "10.0.0.2")),
            "Set MARKETHALL_TRUSTED_PROXIES=2.",
        ),
        (seen(trusted_proxies=2), "Set MARKETHALL_TRUSTED_PROXIES=1,"),
        (seen(forwarded_for=(MADE_UP,)), "Set MARKETHALL_TRUSTED_PROXIES=0,"),
        (
            seen(forwarded_for=(MADE_UP,), trusted_proxies=0),
            "Let it add to X-Forwarded-For",
        ),
        (seen(host="10.0.0.1:8000"), "Host header"),
        (seen(forwarded_proto=()), "X-Forwarded-Proto"),
        (seen(web_processes=2), "Set MARKETHALL_REDIS_URL."),
    ],
)
def test_a_wrong_way_in_is_named(answer: Seen, needed: str) -> None:
    """Proxies that are not trusted or not there, a changed name, an untold https, unshared
    limits.
    """
    assert needed in advice(answer)


def test_two_processes_that_answer_are_two_that_count() -> None:
    """Also where each was started by itself and knows of no other."""
    assert advice(SEEN, seen(process="b")) == "Set MARKETHALL_REDIS_URL."
