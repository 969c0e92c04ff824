"""Read models of people: frozen, free of the ORM."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.words import word
from shared.infra.database.columns import numbers_in
from shared.infra.database.finding import Condition
from shared.trade.people import scopes
from shared.trade.people.errors import ConfirmFirst
from shared.trade.people.finding import EVERYONE, find_people
from shared.trade.people.models import Customer, Member, Token
from shared.trade.people.scopes import Scope

MOST_FOUND = 50


@frozen
class Actor:
    """Who is asking.

    `kind` is nobody, member, customer or token; a token acts for its vendor with `id` its own.
    """

    kind: str
    id: int | None = None
    full_name: str = ""
    email: str = ""
    role: str | None = None
    vendor_id: int | None = None
    vendor_slug: str | None = None
    vendor_name: str | None = None
    scopes: frozenset[Scope] = frozenset()  # of a token alone
    email_confirmed: bool = False
    session_id: int | None = None
    authenticated_at: datetime | None = None
    has_factor: bool = False

    @property
    def label(self) -> str:
        """How the audit trail names them: `member:7`."""
        return self.kind if self.id is None else f"{self.kind}:{self.id}"


NOBODY = Actor("nobody")


def actor_of(person: Member | Customer) -> Actor:
    """Who asks, when it is this person."""
    return (
        _member_actor(person) if isinstance(person, Member) else _customer_actor(person)
    )


def _member_actor(member: Member) -> Actor:
    vendor = member.vendor
    return Actor(
        kind="member",
        id=member.id,
        full_name=member.full_name,
        email=member.email,
        role=member.role,
        has_factor=member.second_factor_at is not None,
        vendor_id=vendor.id if vendor is not None else None,
        vendor_slug=vendor.slug if vendor is not None else None,
        vendor_name=vendor.name if vendor is not None else None,
        email_confirmed=member.email_confirmed_at is not None,
    )


def _customer_actor(customer: Customer) -> Actor:
    return Actor(
        kind="customer",
        id=customer.id,
        full_name=customer.full_name,
        email=customer.email,
        email_confirmed=customer.email_confirmed_at is not None,
    )


@frozen
class TokenView:
    """An API token as the vendor sees it later: never the token itself."""

    id: int
    name: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None
    made_by: str
    may: tuple[str, ...]
    expires_at: datetime | None
    ended: bool


async def vendor_tokens(vendor_id: int) -> tuple[TokenView, ...]:
    """The tokens that were not revoked, newest first, those that have ended as well."""
    now = clock.now()
    rows = (
        await Token.filter(vendor_id=vendor_id, revoked_at=None)
        .select_related("member")
        .order_by("-id")
        .limit(100)
    )
    return tuple(
        TokenView(
            id=row.id,
            name=row.name,
            hint=row.hint,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            made_by=row.member.full_name,
            may=tuple(
                scope.label for scope in Scope if scope in scopes.read(row.scopes)
            ),
            expires_at=row.expires_at,
            ended=row.expires_at is not None and row.expires_at <= now,
        )
        for row in rows
    )


async def names_of(labels: Iterable[str]) -> dict[str, str]:
    """What people are called, by their labels in the audit trail (`member:7`); `system` is the
    marketplace itself.
    """
    ids = [
        int(label[7:])
        for label in labels
        if label.startswith("member:") and label[7:].isdigit()
    ]
    found = (
        await Member.filter(id__in=ids).values_list("id", "full_name") if ids else []
    )
    return {
        "system": word("people.actors", "system"),
        **{f"member:{id_}": str(name) for id_, name in found},
    }


async def called(labels: Iterable[str]) -> dict[str, str]:
    """What whoever acted is called, of every kind: `member:7`, `customer:3`, `token:2`, `stripe`,
    `shopper`… Three queries.
    """
    wanted = list(labels)
    names = {
        **await names_of(wanted),
        "stripe": "Stripe",
        "shopper": word("people.actors", "shopper"),
        "nobody": word("people.actors", "nobody"),
    }
    customers, tokens = _ids(wanted, "customer"), _ids(wanted, "token")
    for row in await Customer.filter(id__in=customers) if customers else ():
        named = word("people.actors", "customer", name=row.full_name)
        names[f"customer:{row.id}"] = named
    for token in await Token.filter(id__in=tokens) if tokens else ():
        named = word("people.actors", "token", name=token.name)
        names[f"token:{token.id}"] = named
    return names


def _ids(labels: Iterable[str], kind: str) -> list[int]:
    found = (label.partition(":") for label in labels)
    return [
        int(number) for name, _, number in found if name == kind and number.isdigit()
    ]


async def found_people(
    search: str,
    *,
    vendor_id: int | None = None,
) -> tuple[str, ...]:
    """The labels of people and tokens whose name or address has `search` in it, at most 50 of each
    kind.

    `vendor_id`: only that vendor's own.
    """
    mine = EVERYONE
    tokens = Token.filter(name__icontains=search.strip())
    if vendor_id is not None:
        mine = Condition("t.vendor_id = ?", (vendor_id,))
        tokens = tokens.filter(vendor_id=vendor_id)
    members = await find_people(Member, search, mine, limit=MOST_FOUND)
    shoppers: list[int] = []
    if vendor_id is None:
        shoppers = await find_people(Customer, search, limit=MOST_FOUND)
    kinds = (
        ("member", members),
        ("token", await numbers_in(tokens.order_by("id").limit(MOST_FOUND), "id")),
        ("customer", shoppers),
    )
    return tuple(f"{kind}:{id_}" for kind, ids in kinds for id_ in ids)


async def labels_of_vendor(vendor_id: int) -> frozenset[str]:
    """The labels of a vendor's people and tokens, those of before too."""
    members = await Member.filter(vendor_id=vendor_id).values_list("id", flat=True)
    tokens = await Token.filter(vendor_id=vendor_id).values_list("id", flat=True)
    return frozenset(
        [
            *(f"member:{id_}" for id_ in members),
            *(f"token:{id_}" for id_ in tokens),
        ]
    )


async def require_confirmed(
    vendor_id: int,
    *,
    to: str,
    param: str | None = None,
) -> None:
    """Raise EmailNotConfirmed while nobody of a vendor has confirmed an address; `to`: what they
    are about to do.
    """
    people = [
        bool(at)
        for at in await Member.filter(vendor_id=vendor_id).values_list(
            "email_confirmed_at", flat=True
        )
    ]
    if people and not any(people):
        raise ConfirmFirst(what=to, param=param)


async def operator_emails() -> tuple[str, ...]:
    """Where mails to the marketplace's own staff go."""
    rows = (
        await Member.filter(role="operator", is_active=True)
        .order_by("id")
        .values_list("email", flat=True)
    )
    return tuple(str(email) for email in rows)
