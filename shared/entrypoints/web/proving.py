"""The question `who are you` on a page: an app's code or a passkey, at signing in and before what
matters.
"""

from __future__ import annotations

from typing import Any

from quart import current_app
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length

from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.kit import kit
from shared.trade.people.factors import challenges, passkeys
from shared.trade.people.factors.models import SecondFactor
from shared.trade.people.factors.rules import FactorKind
from shared.trade.people.factors.sealed_secrets import Vault
from shared.trade.people.models import Member


class ProofForm(MarketForm):
    """Whichever of them somebody gives; `param` of a wrong answer names the field."""

    password = PasswordField("Password", [Length(max=200)])
    code = StringField("Code", [Length(max=60)])
    credential = HiddenField(validators=[Length(max=passkeys.MAX_ANSWER)])


def vault() -> Vault:
    """Seals and opens what has to be read again, by this installation's keys."""
    return Vault(
        (
            str(current_app.secret_key),
            *kit().settings.old_secret_keys,
        )
    )


def site() -> passkeys.Site | None:
    """For whom passkeys are made; None where browsers make none."""
    return passkeys.site_of(kit().settings.public_url)


async def methods(
    session_id: int,
    member_id: int,
) -> dict[str, Any]:
    """What a page offers besides the password: `has_app`, and `question`, a passkey's options as
    JSON or None.
    """
    kinds = {
        row.kind
        for row in await SecondFactor.filter(member_id=member_id).only("id", "kind")
    }
    question = await challenges.ask_for_passkey(
        site(), session_id=session_id, member_id=member_id
    )
    return {
        "has_app": FactorKind.TOTP.value in kinds,
        "has_factor": bool(kinds),
        "question": question,
    }


async def prove(
    form: ProofForm,
    *,
    session_id: int,
    member: Member,
    by_password: bool,
) -> str:
    """By what somebody has shown who they are. Raises WrongAnswer, TooManyAnswers."""
    if form.credential.data:
        return await challenges.passkey(
            site(), session_id=session_id, member=member, answer=form.credential.data
        )
    if form.code.data or not by_password:
        return await challenges.code(
            vault(),
            session_id=session_id,
            member=member,
            typed=form.code.data or "",
        )
    return await challenges.password(
        session_id=session_id, member=member, typed=form.password.data or ""
    )
