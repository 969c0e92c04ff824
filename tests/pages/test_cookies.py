"""The cookie: out of reach of scripts and of other sites, as long as it lasts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from itsdangerous import BadSignature, SignatureExpired, TimestampSigner
from quart import Quart
from quart.sessions import SecureCookieSessionInterface

from shared.entrypoints.web import cookies
from shared.entrypoints.web.cookies import LONG, SignedCookies
from shared.entrypoints.web.factory import development_key
from shared.trade.people.rules import COOKIE_DAYS
from tests.support.probe import small_app
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from shared.core.settings import Settings


class TestCookies:
    """The session cookie's flags."""

    async def test_the_cookie_is_out_of_scripts_and_other_sites_reach(
        self, visitor: Visitor
    ) -> None:
        """HttpOnly and SameSite=Lax; not Secure in development, where there is no TLS."""
        (cookie,) = visitor.cookies(await visitor.get("/count"))

        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie

    async def test_in_production_it_is_secure_and_bound_to_the_host(
        self, settings: Settings
    ) -> None:
        """`__Host-`: no other subdomain can plant one."""
        live = settings.with_(env="production", public_url="https://shop.example")
        visitor = Visitor(small_app(live))
        answer = await visitor.get("/count", headers={"Host": "shop.example"})

        assert (
            answer.status == 200
        )  # over http, as a proxy asks: nobody is led to https unnoticed
        assert visitor.cookies(answer)[0].startswith("__Host-markethall=")
        assert "Secure" in visitor.cookies(answer)[0]
        assert (
            answer.headers["Strict-Transport-Security"]
            == "max-age=31536000; includeSubDomains"
        )

    @pytest.mark.parametrize(
        "cookie", ["garbage", "a.b.c", "eyJ4Ijox.x.y", '"', "\xff\xfe", "=" * 4000]
    )
    async def test_a_garbled_cookie_is_a_new_visitor(
        self, small: Quart, cookie: str
    ) -> None:
        """Not a crash."""
        answer = await Visitor(small).get(
            "/count", headers={"Cookie": f"markethall={cookie}"}
        )

        assert (answer.status, answer.text) == (200, "1")

    async def test_one_that_lay_for_longer_than_it_lasts_opens_nothing(
        self, small: Quart, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever its browser thinks of its age: the day it was signed is in what is signed."""
        signer = SignedCookies().get_signing_serializer(small)
        assert signer is not None
        answers = []
        for days in (COOKIE_DAYS - 1, COOKIE_DAYS + 1):
            with monkeypatch.context() as then:
                signed_at = int(time.time()) - days * 24 * 3600
                then.setattr(
                    TimestampSigner, "get_timestamp", lambda _, at=signed_at: at
                )
                cookie = signer.dumps({"n": 4})
            answers.append(
                (
                    await Visitor(small).get(
                        "/count", headers={"Cookie": f"markethall={cookie}"}
                    )
                ).text
            )

        assert answers == ["5", "1"]

    async def test_one_of_before_still_opens_and_is_signed_anew(
        self, small: Quart
    ) -> None:
        """SHA-1 signed cookies until now; one under another key opens nothing, whatever its
        digest.
        """
        before = SecureCookieSessionInterface().get_signing_serializer(small)
        assert before is not None
        cookie = before.dumps({"n": 4})
        visitor = Visitor(small)
        answer = await visitor.get("/count", headers={"Cookie": f"markethall={cookie}"})

        assert answer.text == "5"
        fresh = visitor.cookies(answer)[0].partition("=")[2].partition(";")[0]
        assert len(fresh.rpartition(".")[2]) == 43  # 256 bits
        with pytest.raises(BadSignature):
            before.loads(fresh)
        small.secret_key = "another key, long enough to sign with"
        for signed in (cookie, fresh):
            assert (
                await Visitor(small).get(
                    "/count", headers={"Cookie": f"markethall={signed}"}
                )
            ).text == "1"

    @pytest.mark.parametrize(
        "length", [1, LONG // 2, 3 * LONG, 10 * LONG], ids=["a", "b", "c", "d"]
    )
    async def test_one_of_any_length_opens(self, small: Quart, length: int) -> None:
        """Compressed where it is long, as all were before; then it fits into a browser's 4 KB."""
        kept = {"n": 4, "long": "x" * length}
        signers = (SignedCookies(), SecureCookieSessionInterface())
        for signer in (each.get_signing_serializer(small) for each in signers):
            assert signer is not None
            cookie = signer.dumps(kept)
            assert len(cookie) < 2 * LONG
            answer = await Visitor(small).get(
                "/count", headers={"Cookie": f"markethall={cookie}"}
            )
            assert answer.text == "5"

    async def test_what_is_known_is_known_as_it_was_signed_and_no_longer_than_it_lasts(
        self, small: Quart, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A cookie that this process signed or opened opens again without being read anew: what is
        done with what it held changes nothing for the next request, and another of almost the same
        letters is none. Under another key, and when it is too old, it opens nothing.
        """
        signer = SignedCookies().get_signing_serializer(small)
        assert signer is not None
        most = COOKIE_DAYS * 24 * 3600
        held = {"n": 4, "list": ["a"]}
        cookie = signer.dumps(held)
        foreign = SignedCookies().get_signing_serializer(small)
        assert foreign is not None
        for each in (signer, foreign):
            for _ in range(3):
                opened = each.opened(cookie, most)
                assert opened == held
                opened["list"].append("b")
            for forged in (cookie[:-1], f"{cookie}x", cookie.swapcase()):
                with pytest.raises(BadSignature):
                    each.opened(forged, most)
        small.secret_key = "another key, long enough to sign with"
        stranger = SignedCookies().get_signing_serializer(small)
        assert stranger is not None
        with pytest.raises(BadSignature):
            stranger.opened(cookie, most)
        ended = int(time.time()) + most + 2
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: ended)
        for each in (signer, foreign):
            with pytest.raises(SignatureExpired):
                each.opened(cookie, most)

    def test_not_all_cookies_are_remembered(self, small: Quart) -> None:
        """Those seen first are forgotten first, and open as any other."""
        signer = SignedCookies().get_signing_serializer(small)
        assert signer is not None
        signed = [signer.dumps({"n": n}) for n in range(cookies.REMEMBERED + 5)]
        assert len(signer._known) == cookies.REMEMBERED
        assert signer.opened(signed[0], 60) == {"n": 0}
        assert len(signer._known) == cookies.REMEMBERED

    def test_the_development_key_is_made_once_and_private(self, tmp_path: Path) -> None:
        """A restart keeps everybody signed in; nobody else on the machine reads it."""
        first = development_key(tmp_path / "data")

        assert development_key(tmp_path / "data") == first
        assert (tmp_path / "data" / "secret-key").stat().st_mode & 0o077 == 0
