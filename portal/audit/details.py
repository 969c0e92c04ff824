"""What an entry of the trail, or of an order's history, keeps besides, in words.

Names and codes of the code have words in `audit.details` and `audit.values`; what has none is told
below a word for the rest, so nobody reads `is_free_of: no`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from shared.core import formats
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.core.words import codes, word
from shared.finance.inbox import outcomes

# Our keys at Stripe, its ids, our own and addresses of pictures say nothing to people.
_QUIET = frozenset({"fingerprint", "method", "slug", "texts", "version", "zone"})
_QUIET_BEGINS = ("key", "picture", "stripe_")
# Minor units, where a currency stands beside them.
_MONEY = frozenset(
    {
        "amount",
        "amount_stripe_fee",
        "closing",
        "commission",
        "discount",
        "fee",
        "fixed_amount",
        "free_from",
        "least_amount",
        "left",
        "loss",
        "maximum_amount",
        "minimum",
        "minimum_amount",
        "opening",
        "per_kilogram",
        "price",
        "price_amount",
        "vat",
        "vendor",
    }
)
# A word of the code stands under these, or several; under others what people typed.
_CODED = frozenset(
    {
        "after",
        "although",
        "at_stripe",
        "before",
        "by",
        "consented_in",
        "decision",
        "disabled_reason",
        "failure_code",
        "failure_reason",
        "fields",
        "kind",
        "payment_method",
        "payment_status",
        "pending_reason",
        "reason",
        "refund_policy",
        "removed_because",
        "repair",
        "schedule",
        "scheme",
        "status",
        "stock_state",
        "vat_class",
        "was",
        "where",
        "why",
    }
)
# Told by names of columns; by what people called them.
_COLUMNS = frozenset({"changed", "changes"})
NAMED_BY_PEOPLE = frozenset({"options", "refund_approval_limits", "variants"})
_BEFORE = "before_"
_CODE = re.compile(r"[a-z0-9_]+", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*", re.ASCII)


def in_detail(details: Mapping[str, object]) -> str:
    """What an entry keeps besides, in a line: `Amount: €12.00`; before and after as one."""
    rest = _known(details)
    before, after = rest.pop("before", None), rest.pop("after", None)
    parts = []
    if isinstance(before, dict) or isinstance(after, dict):
        rest = _field_by_field(before or {}, after or {}) | rest
    elif before or after:
        parts = [_changed(value_of("before", before), value_of("after", after))]
    told_with = {f"before_{name}" for name in rest if not name.startswith(_BEFORE)}
    parts += [
        f"{called(name)}: {_with_before(name, rest)}"
        for name in rest
        if name not in told_with
    ]
    return " · ".join(parts)


def _field_by_field(before: object, after: object) -> dict[str, object]:
    """Both, so that what stood in a field is told with what stands there now."""
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    was, now = _known(before), _known(after)
    fields = dict.fromkeys([*now, *was])
    return {name: now.get(name) for name in fields} | {
        f"{_BEFORE}{name}": was.get(name)
        for name in fields
        if before and was.get(name) != now.get(name)
    }


def _changed(was: str, now: str) -> str:
    if was == now:
        return now
    return f"{was or _('nothing')} → {now or _('nothing')}"


def called(name: str) -> str:
    """What a name of the code is called."""
    return word("audit.details", name.removeprefix(_BEFORE))


def value_of(name: str, value: object) -> str:
    """What stands under a name, in words."""
    if isinstance(value, dict):
        return ", ".join(_inner(value, named=name in NAMED_BY_PEOPLE))
    if isinstance(value, list):
        return ", ".join(filter(None, (_one_of(name, each) for each in value)))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return _text(name, value)
    return "" if value is None else str(value)


def is_quiet(name: str) -> bool:
    """Whether nobody is told what stands under it."""
    return name in _QUIET or name.startswith(_QUIET_BEGINS)


def _with_before(name: str, rest: Mapping[str, object]) -> str:
    """What stands under a name, after what stood there before where that is kept as well."""
    now, before = value_of(name, rest[name]), f"{_BEFORE}{name}"
    return _changed(value_of(name, rest[before]), now) if before in rest else now


def _one_of(name: str, value: object) -> str:
    if name not in _COLUMNS:
        return value_of(name, value)
    column = str(value)
    return "" if is_quiet(column) else called(column)


def _text(name: str, value: str) -> str:
    if name in _CODED and value in codes("audit.values"):
        return word("audit.values", value)
    if name == "scopes" and value in codes("people.scopes"):
        return word("people.scopes", value)
    if name == "outcome":
        return outcomes.in_words(value).removesuffix(".")
    if _MOMENT.fullmatch(value):
        at = datetime.fromisoformat(value)
        return f"{formats.day(at.date(), with_year=True)}, {at:%H:%M}"
    is_code = name in _CODED and _CODE.fullmatch(value)
    return value.replace("_", " ") if is_code else value


def _known(details: Mapping[str, object]) -> dict[str, object]:
    """Without our keys and what is empty; what is money, as money."""
    known = {
        name: value
        for name, value in details.items()
        if value not in (None, "", [], {}) and not is_quiet(name)
    }
    currency = known.get("currency")
    if not isinstance(currency, str):
        return {n: value for n, value in known.items() if not _is_bare(n, value)}
    amounts: dict[str, object] = {
        name: _money(value, currency)
        for name, value in known.items()
        if name in _MONEY and type(value) is int
    }
    if amounts:
        del known["currency"]
    return amounts | {n: value for n, value in known.items() if n not in amounts}


def _is_bare(name: str, value: object) -> bool:
    """Money of nobody knows which currency."""
    return name in _MONEY - {"left"} and type(value) is int


def _money(value: object, currency: str) -> str:
    assert isinstance(value, int)
    return formats.money(Money(value, currency))


def _inner(value: Mapping[str, object], *, named: bool) -> Iterator[str]:
    """A list within a line; amounts may stand under their currencies: `{"EUR": 1200}`."""
    if all(
        type(amount) is int and _CURRENCY.fullmatch(code)
        for code, amount in value.items()
    ):
        yield from (_money(amount, code) for code, amount in value.items())
        return
    for name, inner in (value if named else _known(value)).items():
        said = name if named else called(name)
        yield f"{said} {value_of(name, inner)}"
