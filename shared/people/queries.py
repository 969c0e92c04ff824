"""Read models of people: frozen, free of the ORM."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.people.errors import EmailNotConfirmed
from shared.people.models import Member, Token


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking. `kind` is nobody, member, customer or token; a token acts for its vendor with `id` its own."""

    kind: str
    id: int | None = None
    full_name: str = ""
    email: str = ""
    role: str | None = None
    vendor_id: int | None = None
    vendor_slug: str | None = None
    vendor_name: str | None = None
    email_confirmed: bool = False
    session_id: int | None = None
    authenticated_at: datetime | None = None

    @property
    def label(self) -> str:
        """How the audit trail names them: `member:7`."""
        return self.kind if self.id is None else f"{self.kind}:{self.id}"


NOBODY = Actor("nobody")


@dataclass(frozen=True, slots=True)
class TokenView:
    """An API token as the vendor sees it later: never the token itself."""

    id: int
    name: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None
    made_by: str


async def vendor_tokens(vendor_id: int) -> tuple[TokenView, ...]:
    """The tokens that open this vendor's API today, newest first."""
    rows = await Token.filter(vendor_id=vendor_id, revoked_at=None).select_related("member").order_by("-id").limit(100)
    return tuple(
        TokenView(
            id=row.id,
            name=row.name,
            hint=row.hint,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            made_by=row.member.full_name,
        )
        for row in rows
    )


async def names_of(labels: Iterable[str]) -> dict[str, str]:
    """What people are called, by their labels in the audit trail (`member:7`); `system` is the marketplace itself."""
    ids = [int(label[7:]) for label in labels if label.startswith("member:") and label[7:].isdigit()]
    found = await Member.filter(id__in=ids).values_list("id", "full_name") if ids else []
    return {"system": "Markethall", **{f"member:{id_}": str(name) for id_, name in found}}


async def require_confirmed(vendor_id: int, *, to: str, param: str | None = None) -> None:
    """Raise EmailNotConfirmed while nobody of a vendor has confirmed an address; `to`: what they are about to do."""
    people = [bool(at) for at in await Member.filter(vendor_id=vendor_id).values_list("email_confirmed_at", flat=True)]
    if people and not any(people):
        raise EmailNotConfirmed(f"To {to}, confirm your email address first: we have sent you a link.", param=param)


async def operator_emails() -> tuple[str, ...]:
    """Where mails to the marketplace's own staff go."""
    rows = await Member.filter(role="operator", is_active=True).order_by("id").values_list("email", flat=True)
    return tuple(str(email) for email in rows)
