"""Every field of every form that a number is typed into reads it by the same rules, and keeps what
it cannot read.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import wtforms
from werkzeug.datastructures import MultiDict

import portal
import storefront
from shared.core.money import Money
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.number_fields import MoneyField, PercentField, WholeField

OURS = (MoneyField, WholeField, PercentField)
READ: dict[type[wtforms.Field], list[tuple[str, object]]] = {
    MoneyField: [
        ("1,000", Money(100_000, "EUR")),
        ("1.000", Money(100_000, "EUR")),
        ("€1,204.30", Money(120_430, "EUR")),
        ("1.204,30 €", Money(120_430, "EUR")),
        ("１２", Money(1_200, "EUR")),
    ],
    WholeField: [
        ("1,000", 1_000),
        ("1.000", 1_000),
        ("1 000", 1_000),
        ("１２", 12),
    ],
    PercentField: [
        ("2,5", Decimal("2.5")),
        ("2.5 %", Decimal("2.5")),
        ("１２", 12),
    ],
}


def forms() -> Iterator[type[MarketForm]]:
    """Every form of the portal and the storefront, those that are added to when they are made
    included.
    """
    for side in (portal, storefront):
        for module in pkgutil.walk_packages(side.__path__, f"{side.__name__}."):
            importlib.import_module(module.name)
    waiting = [MarketForm]
    while waiting:
        waiting += (form := waiting.pop()).__subclasses__()
        if form.__module__.startswith(("portal.", "storefront.")):
            yield form


FIELDS = {
    f"{form.__module__}.{form.__name__}.{name}": (form, name)
    for form in forms()
    for name, field in vars(form).items()
    if hasattr(field, "field_class")
    and issubclass(
        field.field_class, (*OURS, wtforms.IntegerField, wtforms.DecimalField)
    )
}


def filled(form: type[MarketForm], name: str, text: str) -> Any:
    """The field, after `text` was typed into it and looked at."""
    made = form(MultiDict({name: text}), meta={"csrf": False, "currency": "EUR"})
    for field in made:
        if isinstance(field, wtforms.SelectField) and field.choices is None:
            field.choices = []  # the view's
    made.validate()
    return made[name]


def test_all_the_places_are_found() -> None:
    """All of them: price, stock, refunds, smallest payout, commission rules, reserves,
    quantities.
    """
    kinds = {name.rpartition(".")[2] for name in FIELDS}
    assert kinds >= {
        "price",
        "stock",
        "amount",
        "minimum_payout",
        "fixed_amount",
        "minimum_amount",
        "maximum_amount",
        "percentage",
        "reserve_percentage",
        "reserve_days",
        "quantity",
        "vat_percentage",
        "platform_fee_percentage",
    }


@pytest.mark.parametrize("where", sorted(FIELDS))
def test_is_read_as_people_type_it(where: str) -> None:
    """None is WTForms' own field, which knows no thousands and answers in words of its own."""
    form, name = FIELDS[where]
    field = filled(form, name, "1")
    kind = next(each for each in OURS if isinstance(field, each))
    for typed, read in READ[kind]:
        assert filled(form, name, typed).data == read, typed


@pytest.mark.parametrize("where", sorted(FIELDS))
@pytest.mark.parametrize("typed", ["1_000", "1e3", "many", "1.2.3"])
def test_keeps_what_it_cannot_read(where: str, typed: str) -> None:
    """One sentence, and what was typed still stands there."""
    form, name = FIELDS[where]
    field = filled(form, name, typed)
    assert field._value() == typed
    assert len(field.errors) <= 1  # none where the form looks at what was chosen only
    assert len(field.process_errors) == 1


@pytest.mark.parametrize("where", sorted(FIELDS))
def test_less_than_nothing_is_refused(where: str) -> None:
    """With whatever minus it was typed: no field of ours means a negative number."""
    form, name = FIELDS[where]
    for minus in ("-5", "−5", "–5"):
        field = filled(form, name, minus)
        if name in ("seen", "answers"):  # hidden, and looked at by the use case alone
            continue
        assert field.process_errors or field.errors, minus


def test_an_edited_amount_is_what_it_was() -> None:
    """What the form shows for a price is read back as the same price."""
    form, name = FIELDS["portal.products.forms.ProductForm.price"]
    for money in (
        Money(100_000, "EUR"),
        Money(12_000, "JPY"),
        Money(1_500, "KWD"),
        Money(90_000, "ISK"),
    ):
        meta = {"csrf": False, "currency": money.currency}
        edited: Any = form(data={name: money}, meta=meta)[name]
        sent = MultiDict({name: edited._value()})
        assert form(sent, meta=meta)[name].data == money
