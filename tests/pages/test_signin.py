"""Joining, entering and leaving, on the whole application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tortoise.exceptions import BaseORMException

from shared.core.errors import NotFound
from shared.core.ids import digest
from shared.trade.people import passwords, registration, sessions, tokens
from shared.trade.people.errors import EmailTaken, WrongCredentials
from shared.trade.people.models import Customer, Member, Session, Token
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_member, make_vendor
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from quart import Quart

PASSWORD = "a-long-password"


@pytest.fixture
def visitor(app: Quart) -> Visitor:
    return Visitor(app)


async def operator() -> Member:
    return await registration.create_member(
        email="op@markethall.test",
        password=PASSWORD,
        full_name="Otto",
        role="operator",
        vendor_id=None,
    )


class TestSignUp:
    """/vendor/signup makes a vendor with its owner, and signs them in."""

    async def test_a_new_business_lands_on_its_home_page(
        self, visitor: Visitor
    ) -> None:
        """Signed in at once, as the owner of the new vendor."""
        answer = await visitor.sign_up(" Olive@Shop.TEST ")

        assert (answer.status, answer.location) == (303, "/vendor/admin")
        member = await Member.get(email="olive@shop.test")
        vendor = await Vendor.get(id=member.vendor_id)
        assert (member.role, vendor.name, vendor.country) == (
            "owner",
            "Olive & Co",
            "LU",
        )
        assert (await visitor.get("/vendor/admin")).status == 200

    async def test_a_taken_address_is_said_at_the_field_and_makes_no_second_vendor(
        self, visitor: Visitor
    ) -> None:
        """Nothing is left behind by the refused attempt; what was typed stays."""
        await visitor.sign_up()
        other = Visitor(visitor.app)

        answer = await other.sign_up("OLIVE@shop.test")

        assert answer.status == 422
        assert "already an account" in answer.text
        assert "OLIVE@shop.test".lower() in answer.text.lower()
        assert await Vendor.all().count() == 1

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("email", "not an address", "Enter an email address"),
            ("password", "short", "at least 10 characters"),
            ("password", "aaaaaaaaaaaa", "too easy to guess"),
            ("country", "XX", ""),
            ("country", "US", ""),
            ("business_name", " ", "Enter your business"),
            ("full_name", "x" * 121, "120"),
        ],
    )
    async def test_what_is_wrong_is_said_beside_its_field_and_no_password_comes_back(
        self, visitor: Visitor, field: str, value: str, sentence: str
    ) -> None:
        """422, nothing made, everything but the password kept."""
        fields = {
            "business_name": "Olive & Co",
            "country": "LU",
            "full_name": "Olive Owner",
            "email": "olive@shop.test",
            "password": PASSWORD,
        }
        answer = await visitor.send("/vendor/signup", **{**fields, field: value})

        assert answer.status == 422
        assert f'id="{field}-error"' in answer.text
        assert sentence in answer.text
        assert PASSWORD not in answer.text
        assert await Vendor.all().count() == 0


class TestSignIn:
    """/vendor/login, for owners and operators."""

    async def test_an_owner_goes_to_the_portal_and_an_operator_to_theirs(
        self, visitor: Visitor
    ) -> None:
        """One door for both; /operator/login is the same door, in words for the staff."""
        await visitor.sign_up()
        await operator()

        assert (
            await Visitor(visitor.app).sign_in("olive@shop.test", PASSWORD)
        ).location == "/vendor/admin"
        staff = Visitor(visitor.app)
        assert (
            await staff.sign_in("op@markethall.test", PASSWORD, at="/operator/login")
        ).location == "/operator"
        assert (await staff.get("/vendor/login")).location == "/operator"
        out = await staff.send("/vendor/logout", page="/operator")
        assert out.location == "/operator/login"
        door = (await staff.get(out.location)).text
        assert "For the staff of the marketplace." in door
        assert "Open a shop" not in door

    async def test_neither_may_enter_the_others_rooms(self, visitor: Visitor) -> None:
        """403 both ways."""
        await visitor.sign_up()
        await operator()
        staff = Visitor(visitor.app)
        await staff.sign_in("op@markethall.test", PASSWORD)

        assert (await visitor.get("/operator")).status == 403
        assert (await staff.get("/vendor/admin")).status == 403

    async def test_afterwards_they_are_where_they_were_going(
        self, visitor: Visitor
    ) -> None:
        """`next` leads back to a page of ours and nowhere else."""
        await visitor.sign_up()
        there = await Visitor(visitor.app).sign_in(
            "olive@shop.test",
            PASSWORD,
            at="/vendor/login?next=/vendor/admin/orders%3Fpage%3D2",
        )
        elsewhere = await Visitor(visitor.app).sign_in(
            "olive@shop.test", PASSWORD, at="/vendor/login?next=//evil.example/"
        )

        assert there.location == "/vendor/admin/orders?page=2"
        assert elsewhere.location == "/vendor/admin"

    async def test_a_wrong_password_and_an_unknown_address_read_the_same(
        self, visitor: Visitor
    ) -> None:
        """The page does not tell who has an account."""
        await visitor.sign_up()
        stranger = Visitor(visitor.app)

        wrong = await stranger.sign_in("olive@shop.test", "not the password")
        unknown = await stranger.sign_in("nobody@shop.test", "not the password")

        assert wrong.status == unknown.status == 422
        assert "Email or password is not right." in wrong.text
        assert "Email or password is not right." in unknown.text

    async def test_they_take_the_same_work_too(
        self, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One hash is checked either way, so time does not tell either."""
        checked: list[bool] = []
        original = passwords.matches

        async def counting(stored: str | None, password: str) -> bool:
            checked.append(stored is None)
            return await original(stored, password)

        monkeypatch.setattr(passwords, "matches", counting)
        await operator()
        for email in (
            "op@markethall.test",
            "nobody@markethall.test",
            "no address at all",
        ):
            with pytest.raises(WrongCredentials):
                await sessions.sign_in(
                    email=email, password="not it, not it", kind="member", user_agent=""
                )

        assert checked == [False, True, True]

    async def test_guessing_is_slowed_down(self, visitor: Visitor) -> None:
        """After eight tries at one address from one place: 429; others still get in."""
        await visitor.sign_up()
        thief = Visitor(visitor.app)

        answers = [
            await thief.sign_in("olive@shop.test", f"guess number {n}")
            for n in range(10)
        ]

        assert [a.status for a in answers] == [422] * 8 + [429] * 2
        assert "Retry-After" in answers[-1].headers
        await operator()
        assert (
            await Visitor(visitor.app).sign_in("op@markethall.test", PASSWORD)
        ).status == 303

    async def test_someone_switched_off_cannot_enter_nor_stay(
        self, visitor: Visitor
    ) -> None:
        """An open session of theirs opens nothing any more."""
        await visitor.sign_up()
        await Member.filter(email="olive@shop.test").update(is_active=False)

        turned_away = await visitor.get("/vendor/admin")
        assert (turned_away.status, turned_away.headers["Clear-Site-Data"]) == (
            303,
            '"cache"',
        )
        assert "Clear-Site-Data" not in (await visitor.get("/vendor/login")).headers
        assert (
            await Visitor(visitor.app).sign_in("olive@shop.test", PASSWORD)
        ).status == 422


class TestSessions:
    """Revocable, and kept as a digest only; how long they last: test_account_sessions.py."""

    async def test_signing_out_makes_a_copied_cookie_worthless(
        self, visitor: Visitor
    ) -> None:
        """The session is revoked, not only forgotten."""
        cookie = visitor.cookies(await visitor.sign_up())[0].partition(";")[0]
        copy = {"Cookie": cookie}
        assert (
            await Visitor(visitor.app).get("/vendor/admin", headers=copy)
        ).status == 200

        answer = await visitor.send("/vendor/logout", page="/vendor/admin")

        assert (answer.status, answer.location) == (303, "/vendor/login")
        assert answer.headers["Clear-Site-Data"] == '"cache"'
        assert (
            await Visitor(visitor.app).get("/vendor/admin", headers=copy)
        ).status == 303
        assert (await visitor.get("/vendor/admin")).status == 303

    async def test_signing_out_twice_is_fine(self, visitor: Visitor) -> None:
        """Two tabs."""
        await visitor.sign_up()
        token = await visitor.token("/vendor/admin")
        first = await visitor.request(
            "POST", "/vendor/logout", form={"csrf_token": token}
        )

        assert first.status == 303
        assert (
            await visitor.send("/vendor/logout", page="/vendor/login")
        ).status == 303

    async def test_only_the_digest_is_kept(self, visitor: Visitor) -> None:
        """A read of the database opens no session and no account."""
        await visitor.sign_up()
        async with visitor.client.session_transaction() as carried:
            token = carried["sid"]
        (row,) = await Session.all().values()
        member = await Member.get()

        assert row["token_digest"] == digest(token)
        assert token not in str(row)
        assert member.password_hash.startswith("$argon2id$")

    async def test_everywhere_means_every_browser(self, database: str) -> None:
        """After a lost phone."""
        member = await operator()
        tokens = [
            await sessions.sign_in(
                email="op@markethall.test",
                password=PASSWORD,
                kind="member",
                user_agent="x",
            )
            for _ in range(3)
        ]

        assert (
            await sessions.sign_out_everywhere(kind="member", person_id=member.id) == 3
        )
        assert [await sessions.identify(token) for token in tokens] == [None] * 3

    async def test_a_members_session_is_no_shoppers_session(
        self, visitor: Visitor
    ) -> None:
        """The two kinds of people do not mix, even with one address and one password."""
        await visitor.sign_up()
        await registration.create_customer(
            email="olive@shop.test", password=PASSWORD, full_name="Olive"
        )
        async with visitor.client.session_transaction() as carried:
            carried["shopper_sid"] = carried.pop("sid")

        assert (await visitor.get("/vendor/admin")).status == 303
        assert (await visitor.get("/shop/account")).status == 303

    @pytest.mark.parametrize(
        "token",
        ["", "x", "mhs_" + "a" * 32, "mhs_" + "a" * 5000, "\0", "ü"],
    )
    async def test_a_made_up_token_opens_nothing(
        self, database: str, token: str
    ) -> None:
        """Whatever its length or letters."""
        assert await sessions.identify(token) is None
        assert await tokens.identify_token(token) is None


class TestPeople:
    """The use cases themselves."""

    async def test_two_sign_ups_at_once_with_one_address_make_one(
        self, database: str
    ) -> None:
        """The database decides, and the loser reads a sentence."""
        await registration.create_customer(
            email="sam@shop.test", password=PASSWORD, full_name="Sam"
        )
        with pytest.raises(EmailTaken):
            await registration.create_customer(
                email=" SAM@shop.test", password=PASSWORD, full_name="Sam"
            )

        assert await Customer.all().count() == 1

    async def test_another_refusal_of_the_database_is_not_called_a_taken_address(
        self, database: str
    ) -> None:
        """An owner without a vendor breaks the table's own rule."""
        with pytest.raises(BaseORMException):
            await registration.create_member(
                email="x@shop.test",
                password=PASSWORD,
                full_name="X",
                role="owner",
                vendor_id=None,
            )

    async def test_an_api_token_speaks_for_its_vendor_until_revoked(
        self, database: str
    ) -> None:
        """Shown once, kept as a digest; only its own vendor can revoke it."""
        vendor, other = await make_vendor(), await make_vendor()
        member = await make_member(vendor)
        raw = await tokens.create_token(
            vendor_id=vendor.id, member_id=member.id, name=" CI "
        )
        (row,) = await Token.all().values()

        who = await tokens.identify_token(raw)
        assert who is not None
        assert (who.kind, who.vendor_id, who.full_name) == ("token", vendor.id, "CI")
        assert raw not in str(row)
        with pytest.raises(NotFound):
            await tokens.revoke_token(vendor_id=other.id, token_id=row["id"])
        await tokens.revoke_token(vendor_id=vendor.id, token_id=row["id"])
        await tokens.revoke_token(vendor_id=vendor.id, token_id=row["id"])
        assert await tokens.identify_token(raw) is None
