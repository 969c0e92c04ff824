"""The API of an account's people (stripe-facts 10)."""

from __future__ import annotations

from shared.sandbox import errors
from shared.sandbox.objects import page
from shared.sandbox.resources import onboarding, person_data, requirements
from shared.sandbox.resources.connected import connected, hides, not_permitted
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, snapshot


def _found(
    act: Act,
    ids: dict[str, str],
) -> tuple[Document, Document]:
    account = connected(act, ids["account"])
    inside = act.within(account.id)
    return account, inside.get("person", ids["person"], param="person")


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A new person on an account whose details the platform may write."""
    account = _writable(act, ids, params)
    _one_speaker(act, account, None, params)
    before = snapshot(account)
    person = person_data.create(act, account, params)
    requirements.settle(act, account, before)
    return person_data.shown(account, person)


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One person, as far as the platform may see it."""
    account, person = _found(act, ids)
    return person_data.shown(account, person)


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Change a person; a document that was asked for is asked for no longer."""
    account, person = _found(act, ids)
    _writable(act, ids, params)
    _one_speaker(act, account, person, params)
    before = snapshot(account)
    person_data.change(act, account, person, params)
    requirements.settle(act, account, before)
    for paper, sides in params.get("verification", {}).items():
        for name in list(account.body["requirements"]["currently_due"]):
            if sides.get("front") and name.endswith(f".verification.{paper}"):
                onboarding.answer(act, account, name)
    return person_data.shown(account, person)


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """An account's people, newest first, by what they are to it if that is asked for."""
    account = connected(act, ids["account"])
    wanted = params.get("relationship", {})
    conditions = [
        (f"json_extract(body, '$.relationship.{role}') = ?", [int(is_so)])
        for role, is_so in wanted.items()
    ]
    found = page(
        act.within(account.id),
        "person",
        f"/v1/accounts/{account.id}/persons",
        params,
        conditions=conditions,
    )
    inside = act.within(account.id)
    found["data"] = [
        person_data.shown(
            account,
            inside.get("person", body["id"]),
        )
        for body in found["data"]
    ]
    return found


def delete(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """End a person's tie to the business; the representative stays, and so does the only verified
    executive (SDK).
    """
    account, person = _found(act, ids)
    _writable(act, ids, {})
    crowd = person_data.everyone(act, account)
    others = [other for other in crowd if other.id != person.id]
    if person.body["relationship"]["representative"]:
        raise errors.ApiError(
            400, "You cannot delete the representative of an account.", param="person"
        )
    if _leads(person) and not any(_leads(p) for p in others):
        raise errors.ApiError(
            400,
            "You cannot delete the only verified executive of an account.",
            param="person",
        )
    before = snapshot(account)
    person_data.remove(act, account, person)
    requirements.settle(act, account, before)
    return {"id": person.id, "object": "person", "deleted": True}


def _leads(person: Document) -> bool:
    return (
        bool(person.body["relationship"]["executive"])
        and person.body["verification"]["status"] == "verified"
    )


def _writable(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Document:
    account = connected(act, ids["account"])
    if hides(account):
        raise not_permitted(
            next((name for name in params if name != "expand"), "person"),
            account,
        )
    return account


def _one_speaker(
    act: Act,
    account: Document,
    person: Document | None,
    params: Json,
) -> None:
    """There is one representative at any time (SDK); the text is unverified (MEM)."""
    speaker = person_data.representative(person_data.everyone(act, account))
    wants = params.get("relationship", {}).get("representative")
    if not wants or speaker is None:
        return
    if person is None or person.id != speaker.id:
        message = "This account already has a representative; there can only be one."
        raise errors.ApiError(400, message, param="relationship[representative]")
