"""`/operator/owners`, `/operator/staff`, `/operator/customers`: who has an account, and who is
switched off.
"""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response
from quart import request as asked
from wtforms import StringField
from wtforms.validators import Length

from portal.operator.frame import page
from shared.core.errors import Conflict
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web import identity
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.account_history import happenings
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.identity import actor
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.paging import address, turn_in, turns
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.trade.catalogue.queries import clean_search
from shared.trade.people import account_history, deactivation, directory, rules
from shared.trade.people.directory import PersonRow

blueprint = Blueprint("operator_people", __name__, url_prefix="/operator")
GROUPS = {
    "owners": rules.OWNER,
    "staff": rules.OPERATOR,
    "customers": rules.CUSTOMER,
}
TITLES = {"owners": _n("Owners"), "staff": _n("Staff"), "customers": _n("Shoppers")}


class SwitchForm(MarketForm):
    """Why somebody is switched off: they read it."""

    reason = StringField(
        _l("Reason"),
        [Length(max=300, message=_l("At most 300 characters."))],
    )


class Group:
    """The pages of the people of one role."""

    def __init__(self, name: str) -> None:
        self.name, self.role = name, GROUPS[name]

    async def index(self) -> Response:
        """The people of a role: a search, and who is switched off."""
        search, only_off = (
            clean_search(asked.args.get("q")),
            asked.args.get("only") == "off",
        )
        found = await directory.people(
            self.role, search=search, only_off=only_off, turn=turn_in(asked.args)
        )
        only = "off" if only_off else None
        home = url_for(".index")
        states = [
            (_("All"), address(home, q=search), not only_off),
            (_("Switched off"), address(home, q=search, only="off"), only_off),
        ]
        return await page(
            "portal/operator/people.html",
            nav_active="people",
            title=_(TITLES[self.name]),
            home=home,
            with_shops=self.role == rules.OWNER,
            found=found,
            search=search,
            groups=self._groups(),
            states=states,
            list_address=address(home, only=only),
            turns=turns(
                home,
                found.newer,
                found.older,
                q=search,
                only=only,
            ),
        )

    def _groups(self) -> list[tuple[str, str, bool]]:
        return [
            (
                _(TITLES[name]),
                url_for(f"operator_people.{name}.index"),
                name == self.name,
            )
            for name in GROUPS
        ]

    async def show(self, person_id: int) -> Response:
        """One person's account: where it stands and what happened."""
        return await self._one(await self._row(person_id), SwitchForm())

    async def off(self, person_id: int) -> Response:
        """Switch a person off: sessions, tokens and links end at once."""
        row, form = await self._row(person_id), await SwitchForm.from_request()
        if not form.ok():
            return await self._one(row, form, status=422)
        try:
            await deactivation.switch_off(
                kind=row.kind,
                person_id=row.id,
                by=identity.person_id(),
                reason=form.reason.data or "",
            )
        except Conflict as error:
            form.blame(error)
            return await self._one(row, form, status=error.status)
        return see_other(
            url_for(".show", person_id=row.id),
            (
                "ok",
                _(
                    "%(name)s is switched off, and was told by mail.",
                    name=row.full_name,
                ),
            ),
        )

    async def on(self, person_id: int) -> Response:
        """Let a person in again."""
        row = await self._row(person_id)
        await deactivation.switch_on(
            kind=row.kind,
            person_id=row.id,
            by=identity.person_id(),
        )
        return see_other(
            url_for(".show", person_id=row.id),
            (
                "ok",
                _(
                    "%(name)s can sign in again, and was told by mail.",
                    name=row.full_name,
                ),
            ),
        )

    async def _row(self, person_id: int) -> PersonRow:
        return await directory.person(self.role, person_id if person_id < 2**63 else 0)

    async def _one(
        self,
        row: PersonRow,
        form: SwitchForm,
        *,
        status: int = 200,
    ) -> Response:
        return await page(
            "portal/operator/person.html",
            status=status,
            nav_active="people",
            person=row,
            form=form,
            title=_(TITLES[self.name]),
            is_oneself=row.kind == "member" and row.id == actor().id,
            browsers=await directory.browsers(row.kind, row.id),
            happenings=happenings(
                await account_history.account_events(row.kind, row.id)
            ),
        )


def _view(act: Any) -> Any:
    """A function of its own for each address: marks are written on it."""

    async def view(**arguments: int) -> Response:
        found: Response = await act(**arguments)
        return found

    view.__doc__ = act.__doc__
    return view


for _name in GROUPS:
    _group, _pages = Group(_name), Blueprint(_name, __name__, url_prefix=f"/{_name}")
    for _path, _method, _act in (
        ("", "GET", _group.index),
        ("/<int:person_id>", "GET", _group.show),
        ("/<int:person_id>/off", "POST", _group.off),
        ("/<int:person_id>/on", "POST", _group.on),
    ):
        _made = operator(_view(_act))
        if _path.endswith("/off"):
            _made = fresh_sign_in("switch somebody off")(_made)
        _pages.add_url_rule(_path, _act.__name__, _made, methods=[_method])
    blueprint.register_blueprint(_pages)
