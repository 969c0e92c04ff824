"""Hosted onboarding: a link opens a form of several steps, each a page of its own that works
without JavaScript.

The link is used up when it is opened; from then on the form's own address counts, so going back
never leads into the void. Every answer is written at once; a step may be left out, and then the
account owes what it asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quart import Response, request

from shared.sandbox import hosted_answers, hosted_business, hosted_person
from shared.sandbox import hosted_steps as steps
from shared.sandbox.paper import go, gone, show
from shared.sandbox.resources import connected, tickets
from shared.sandbox.resources import onboarding as filling
from shared.sandbox.store import Document, Json
from shared.sandbox.wording import country, in_words, listed
from shared.sandbox.world import Act

if TYPE_CHECKING:
    from shared.sandbox.app import Standin
    from shared.sandbox.resources.tickets import Ticket

FORM_LIFETIME = 3600
_CHOICES: dict[str, Any] = {
    "kinds": hosted_business.KINDS,
    "goods": hosted_business.GOODS,
    "births": hosted_person.BIRTHS,
    "numbers": hosted_person.NUMBERS,
    "banks": steps.BANKS,
    "documents": steps.DOCUMENTS,
}


async def onboarding(standin: Standin, token: str) -> Response:
    """Open a link, which uses it up (stripe-facts 10.8), or one page of the form behind it."""
    store = standin.world.store
    link, form = (
        tickets.find(store, "onboarding", token),
        tickets.find(store, "form", token),
    )
    ticket = link or form
    if ticket is None:
        return gone("This onboarding link")
    act = tickets.acting(standin.world, ticket)
    doc = connected.own_account(act, ticket.subject)
    if doc is None:
        return gone("This onboarding link")
    if form is not None and form.used:
        return go(form.data["return_url"])
    link_used = link is not None and link.used
    if link_used or tickets.expired(standin.world, ticket):
        return go(ticket.data["refresh_url"])
    if link is not None:
        with store.transaction():
            tickets.use(store, token)
            made, _ = tickets.issue(
                act,
                "form",
                doc.id,
                FORM_LIFETIME,
                link.data,
            )
        return go(f"/hosted/onboarding/{made}")
    return _page(act, doc, ticket, request.args.get("step", ""))


async def onboard(standin: Standin, token: str) -> Response:
    """One step is sent: kept and on to the next one, left out, put off, or all of it finished."""
    ticket = tickets.find(standin.world.store, "form", token)
    if ticket is None:
        return gone("This form")
    act = tickets.acting(standin.world, ticket)
    doc = connected.own_account(act, ticket.subject)
    if doc is None:
        return gone("This form")
    if ticket.used:
        return go(ticket.data["return_url"])
    if tickets.expired(standin.world, ticket):
        return go(ticket.data["refresh_url"])
    typed = hosted_answers.clean((await request.form).to_dict())
    return _answered(standin, act, doc, ticket, typed)


def _answered(
    standin: Standin,
    act: Act,
    doc: Document,
    ticket: Ticket,
    typed: hosted_answers.Typed,
) -> Response:
    """Do what the button of a page says with what was typed, and lead on."""
    action, order = typed.get("action", "continue"), _order(doc, ticket)
    key = typed["step"] if typed.get("step") in order else order[0]
    strict = action == "continue"
    wrong: hosted_answers.Typed = {}
    if action != "skip":
        wrong = _check(doc, ticket, key, typed, strict=strict)
    if wrong and action != "save":
        return _page(act, doc, ticket, key, typed=typed, wrong=wrong)
    with act.store.transaction():
        if action != "skip":
            good = {name: typed[name] for name in typed if name not in wrong}
            _write(act, doc, ticket, key, good)
        if action == "complete":
            (filling.submit if key == "review" else filling.complete)(act, doc)
            tickets.use(act.store, ticket.token)
    standin.courier.ring()
    if action in ("complete", "save"):
        return go(ticket.data["return_url"])
    # What was just answered may have made, or ended, the page of documents.
    after = order[order.index(key) + 1 :]
    following = next(
        (
            name
            for name in _order(doc, ticket)
            if name in after or name == "more" != key
        ),
        "review",
    )
    return go(f"/hosted/onboarding/{ticket.token}?step={following}")


def _step(key: str) -> steps.Step | None:
    found = [step for step in steps.STEPS if step.key == key]
    return found[0] if found else None


def _order(doc: Document, ticket: Ticket) -> list[str]:
    """The pages of this form; documents and the like have one only when they are asked for."""
    more = ["more"] if _more(doc, ticket) else []
    return [*(step.key for step in steps.STEPS), *more, "review"]


def _more(doc: Document, ticket: Ticket) -> list[str]:
    eventually = ticket.data.get("fields") == "eventually_due"
    return steps.asked_for(
        doc,
        eventually=eventually,
        future=bool(ticket.data.get("future")),
    )


def _check(
    doc: Document,
    ticket: Ticket,
    key: str,
    typed: hosted_answers.Typed,
    *,
    strict: bool,
) -> hosted_answers.Typed:
    if key == "more":
        return steps.more_check(_more(doc, ticket), typed)
    found = _step(key)
    return found.check(doc, typed, strict) if found else {}


def _write(
    act: Act,
    doc: Document,
    ticket: Ticket,
    key: str,
    typed: hosted_answers.Typed,
) -> None:
    """Keep a page's answers; what was demanded of that page beyond the usual is answered with
    them.
    """
    if key == "more":
        steps.more_write(act, doc, _more(doc, ticket), typed)
    found = _step(key)
    if found is None:
        return
    found.write(act, doc, typed)
    forced = doc.hidden["forced"]
    for hash in ("requirements", "future_requirements"):
        due = forced.get(hash, {}).get("currently_due", [])
        for name in list(due):
            if found.covers(name):
                filling.answer(act, doc, name)


def _page(
    act: Act,
    doc: Document,
    ticket: Ticket,
    key: str,
    *,
    typed: hosted_answers.Typed | None = None,
    wrong: hosted_answers.Typed | None = None,
) -> Response:
    """One page of the form: as it was typed when something is wrong with it, else as the account
    knows it.
    """
    order = _order(doc, ticket)
    key = key if key in order else order[0]
    at = order.index(key)
    values = {**_known(act, doc, ticket, key), **(typed or {})}
    return show(
        f"onboarding_{key}.html",
        status=422 if wrong else 200,
        account=doc.body,
        form=ticket.token,
        step=key,
        back=order[at - 1] if at else None,
        trail=_trail(order, key),
        values=values,
        wrong=wrong or ({} if typed else _failed(doc, values)),
        told=_told(act, doc) if key == "review" else [],
        more=[
            (name, in_words(name), steps.is_document(name))
            for name in _more(doc, ticket)
        ],
        bank=steps.bank_on_file(doc),
        country=country(doc.body["country"]),
        reasons=_reasons(doc),
        **_CHOICES,
    )


def _known(act: Act, doc: Document, ticket: Ticket, key: str) -> Json:
    """What the account knows of what a page asks."""
    found = _step(key)
    if found:
        return dict(found.values(act, doc))
    return dict(steps.more_values(doc, _more(doc, ticket)))


def _trail(
    order: list[str],
    key: str,
) -> list[tuple[str, str, bool]]:
    """The pages of a form with their titles, and which one is open."""
    titles = {step.key: step.title for step in steps.STEPS}
    titles |= {"more": "Documents", "review": "Review"}
    return [(name, titles[name], name == key) for name in order]


def _failed(doc: Document, values: Json) -> dict[str, str]:
    """What verification found wrong with the fields of a page."""
    found = steps.errors_at(doc)
    return {name: found[name] for name in found if name in values}


def _reasons(doc: Document) -> list[str]:
    """What verification found wrong, in its own words, each once."""
    found = doc.body["requirements"]["errors"]
    told = [error["reason"] for error in found if error.get("reason")]
    return list(dict.fromkeys(told))


def _told(act: Act, doc: Document) -> list[Json]:
    """What the review shows: per page what the account knows, what no check confirmed, and what was
    left out.
    """
    needs = doc.body["requirements"]
    due, errors = needs["currently_due"], needs["errors"]
    doubted = {error.get("requirement") for error in errors}
    out = []
    for step in steps.STEPS:
        owed = [
            name
            for name in due
            if step.covers(name) and not name.startswith("tos_acceptance")
        ]
        out.append(
            {
                "key": step.key,
                "title": step.title,
                "facts": steps.facts(act, doc, step.key),
                "unsure": listed([name for name in owed if name in doubted]),
                "owed": listed([name for name in owed if name not in doubted]),
            }
        )
    return out
