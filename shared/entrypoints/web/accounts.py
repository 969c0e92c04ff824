"""The pages on which people look after their own account: one mechanism for owners, operators and
shoppers.

`add_account_pages` puts the same addresses below a blueprint of each audience; what differs is the
frame, which the audience's own `show` draws. The half that needs no sign-in (a forgotten password)
is `forgot_page`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from quart import Blueprint, Response

from shared.core.errors import Invalid, MarketError
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.entrypoints.web.account_forms import EmailForm, ForgotForm, PasswordForm
from shared.entrypoints.web.account_history import happenings
from shared.entrypoints.web.identity import (
    actor,
    end_session,
    person_id,
    session_id,
    start_session,
)
from shared.entrypoints.web.limits import limit_door
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.trade.people import (
    account_history,
    email_addresses,
    password_change,
    sessions,
)
from shared.trade.people.factors.errors import TooManyAnswers
from shared.trade.people.session_list import signed_in

F = TypeVar("F", bound=Callable[..., Any])
Show = Callable[..., Awaitable[Response]]


@frozen
class Audience:
    """Who looks after their account: `sign_in` names the route of where to go without a session."""

    kind: str
    sign_in: str


class AccountPages:
    """The acts of one audience's account page."""

    def __init__(self, audience: Audience, show: Show) -> None:
        self.audience = audience
        self._show = show

    async def page(
        self,
        *,
        status: int = 200,
        password: PasswordForm | None = None,
        email: EmailForm | None = None,
    ) -> Response:
        """The account: address, password, browsers, what happened; with forms as they were sent
        where something is wrong.
        """
        who = actor()
        kind, mine = self.audience.kind, person_id()
        return await self._show(
            status=status,
            who=who,
            password_form=password or PasswordForm(),
            email_form=email or EmailForm(),
            pending_email=await email_addresses.pending_change(
                kind=kind, person_id=mine
            ),
            signed_in=await signed_in(
                kind=kind,
                person_id=mine,
                session_id=session_id(),
            ),
            happenings=happenings(await account_history.account_events(kind, mine)),
        )

    def _back(self, category: str, text: str) -> Response:
        return see_other(url_for(".page"), (category, text))

    async def change_password(self) -> Response:
        """Set another password; all other browsers are signed out."""
        form = await PasswordForm.from_request()
        if not form.ok():
            return await self.page(status=422, password=form)
        try:
            token = await password_change.change_password(
                kind=self.audience.kind,
                person_id=person_id(),
                session_id=session_id(),
                present=form.present.data or "",
                new=form.new.data or "",
            )
        except TooManyAnswers as error:
            return await self._leave(error.message, "warn")
        except MarketError as error:
            form.blame(error)
            return await self.page(status=error.status, password=form)
        if token is None:
            return await self._leave(_("Your password is changed. Sign in with it."))
        start_session(self.audience.kind, token)
        return self._back(
            "ok", _("Your password is changed. All other browsers are signed out.")
        )

    async def change_email(self) -> Response:
        """Send a link to a new address, which counts as soon as it is answered."""
        form = await EmailForm.from_request()
        if not form.ok():
            return await self.page(status=422, email=form)
        try:
            await email_addresses.ask_to_change(
                kind=self.audience.kind,
                person_id=person_id(),
                session_id=session_id(),
                email=form.email.data or "",
                present=form.present_for_email.data or "",
            )
        except TooManyAnswers as error:
            return await self._leave(error.message, "warn")
        except MarketError as error:
            form.blame(error)
            return await self.page(status=error.status, email=form)
        return self._back(
            "ok",
            _(
                "We have sent a link to the new address. Open it, and the change is done."
            ),
        )

    async def cancel_email(self) -> Response:
        """Call the new address off; the link that was sent to it acts no more."""
        cancelled = await email_addresses.cancel_change(
            kind=self.audience.kind, person_id=person_id()
        )
        return (
            self._back("ok", _("Your address stays as it is."))
            if cancelled
            else see_other(url_for(".page"))
        )

    async def confirm_again(self) -> Response:
        """Send the mail that confirms the address once more."""
        if await email_addresses.ask_again(
            kind=self.audience.kind,
            person_id=person_id(),
        ):
            return self._back(
                "ok", _("We have sent you another link. It can take a minute or two.")
            )
        return self._back(
            "info",
            _(
                "There is nothing to send: look at your mails of before, also among the "
                "unwanted ones."
            ),
        )

    async def end_one(self, session_id: int) -> Response:
        """Sign one browser out."""
        await sessions.end_session(
            kind=self.audience.kind, person_id=person_id(), session_id=session_id
        )
        return self._back("ok", _("That browser is signed out."))

    async def end_all(self) -> Response:
        """Sign out everywhere, here too."""
        await sessions.sign_out_everywhere(
            kind=self.audience.kind, person_id=person_id()
        )
        return await self._leave(_("You are signed out everywhere."))

    async def _leave(self, text: str, category: str = "ok") -> Response:
        end_session(self.audience.kind)
        return see_other(url_for(self.audience.sign_in), (category, text))


def _my_email() -> str:
    return actor().email


def add_account_pages(
    blueprint: Blueprint,
    audience: Audience,
    mark: Callable[[F], F],
    show: Show,
) -> None:
    """Put the account's addresses below `blueprint`, for whom `mark` lets through."""
    pages = AccountPages(audience, show)
    # Whoever has only the cookie guesses the password at the first, and has mails sent at the last
    # of these doors.
    acts: list[tuple[str, str, Any, str | None]] = [
        ("", "GET", pages.page, None),
        ("/password", "POST", pages.change_password, "present_password"),
        ("/email", "POST", pages.change_email, "present_password"),
        ("/email/cancel", "POST", pages.cancel_email, None),
        ("/email/confirm", "POST", pages.confirm_again, "confirm"),
        ("/sessions/<int:session_id>/end", "POST", pages.end_one, None),
        ("/sessions/end", "POST", pages.end_all, None),
    ]
    for path, method, act, door in acts:
        view = _view(act)
        if door:
            view = limit_door(f"{audience.kind}.{door}", whose=_my_email)(view)
        blueprint.add_url_rule(
            path,
            act.__name__,
            mark(view),
            methods=[method],
        )


def _view(act: Callable[..., Awaitable[Response]]) -> Any:
    """A function of its own for each address: marks and limits are written on it."""

    async def view(**arguments: int) -> Response:
        return await act(**arguments)

    view.__doc__, view.__name__ = act.__doc__, act.__name__
    return view


def forgot_page(
    kind: str,
    sign_in: str,
) -> Callable[[], Awaitable[Response]]:
    """A view that asks for an address and says the same whoever has it."""

    @limit_door(f"{kind}.forgot")
    async def forgot() -> Response:
        """Ask for a link to choose a new password."""
        form = await ForgotForm.from_request()
        sent = False
        if form.ok():
            try:
                await password_change.forgot(kind=kind, email=form.email.data or "")
                sent = True
            except Invalid as error:
                form.blame(error)
        status = 422 if form.errors else 200
        return await page(
            "account/forgot.html",
            status=status,
            form=form,
            sent=sent,
            sign_in=url_for(sign_in),
        )

    return forgot


def sign_in_of(role: str) -> str:
    """Where a person of this role signs in."""
    names = {"operator": "signin.operator_login", "owner": "signin.login"}
    return url_for(names.get(role, "account.login"))
