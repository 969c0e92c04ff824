"""What an operator says of a category."""

from __future__ import annotations

from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, NumberRange

from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.words import word
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import MarketForm, choices
from shared.entrypoints.web.number_fields import WholeField
from shared.trade.catalogue.categories import CategoryValues
from shared.trade.catalogue.category_tree import CategoryTree, CategoryView
from shared.trade.vat.sales.rules import TaxClass

LAST_POSITION = 9999


def kinds() -> list[Any]:
    """What a category can say its things are to VAT."""
    unsaid = _("As the category above says")
    said = ((each.value, word("sales_vat.classes", each)) for each in TaxClass)
    return choices([("", unsaid), *said])


class CategoryForm(Edited):
    """A category."""

    name = StringField(
        _l("Name in English"),
        [
            DataRequired(_l("Give the category a name.")),
            Length(max=60),
        ],
        description=_l("Products, commission rules and codes name it so, and follow."),
    )
    name_de = StringField(
        _l("Name in German"),
        [Length(max=60)],
    )
    name_fr = StringField(
        _l("Name in French"),
        [Length(max=60)],
    )
    parent = SelectField(_l("Stands below"), default="")
    position = WholeField(
        _l("Place among its neighbours"),
        [
            NumberRange(
                min=0,
                max=LAST_POSITION,
                message=_l("Enter a number from 0 to 9999."),
            )
        ],
        default=0,
        description=_l("The lowest comes first; equal ones stand by name."),
    )

    vat_class = SelectField(
        _l("Kind of goods for VAT"),
        choices=kinds,
        default="",
        description=_l(
            "New products get it, unless their vendor chooses another one; products that"
            " are there stay as they are. Where no category says anything, the standard rate holds."
        ),
    )

    def values(self) -> CategoryValues:
        """What the use case takes."""
        above, kind = self.parent.data, self.vat_class.data
        return CategoryValues(
            name=self["name"].data or "",
            name_de=self.name_de.data or "",
            name_fr=self.name_fr.data or "",
            parent_id=int(above) if above else None,
            position=self.position.data or 0,
            vat_class=TaxClass(kind) if kind else None,
        )


class RemovalForm(MarketForm):
    """Where the products of a category go that is taken away."""

    into = SelectField(_l("Its products go to"), default="")

    @property
    def heir(self) -> int | None:
        """The id of the category that gets them; None: they have none."""
        return int(self.into.data) if self.into.data else None


def places(
    tree: CategoryTree,
    moved: CategoryView | None = None,
) -> list[Any]:
    """Where a category may stand: at the top, or below another one that is not below itself."""
    own = {each.id for each in tree.whole(moved)} if moved else set()
    return [
        ("", _("Nothing: it is at the top")),
        *(
            (str(each.id), f"{'– ' * depth}{each.name}")
            for depth, each in tree.walk()
            if each.id not in own
        ),
    ]


def heirs(tree: CategoryTree, gone: CategoryView) -> list[Any]:
    """Where the products of a category can go."""
    return [
        ("", _("No category")),
        *(
            (str(each.id), f"{'– ' * depth}{each.name}")
            for depth, each in tree.walk()
            if each.id != gone.id
        ),
    ]


def category_values(view: CategoryView) -> dict[str, object]:
    """A category as its form has it."""
    return {
        "name": view.name,
        "name_de": view.name_de,
        "name_fr": view.name_fr,
        "parent": str(view.parent_id or ""),
        "position": view.position,
        "vat_class": view.vat_class,
    }
