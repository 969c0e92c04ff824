"""The operator keeps the marketplace's categories; everybody reads them."""

from __future__ import annotations

from typing import Any

from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.core.frozen import frozen
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.catalogue import category_statements
from shared.trade.catalogue.category_names import free_slug, leave_address, rename
from shared.trade.catalogue.category_tree import CategoryTree, CategoryView
from shared.trade.catalogue.errors import (
    CategoryBelowItself,
    CategoryCharged,
    CategoryNotFound,
    CategoryTaken,
    TooManyCategories,
)
from shared.trade.catalogue.events import CategoryRemoved, CategoryRenamed
from shared.trade.catalogue.models import Category, FormerCategory
from shared.trade.commission.category_rules import (
    charges_category,
    follow_category,
    lock_rules,
)
from shared.trade.vat.sales.rules import TaxClass

MOST = 500
SUBJECT = "category:{}"
_COLUMNS = (
    "id",
    "slug",
    "name",
    "name_de",
    "name_fr",
    "parent_id",
    "position",
    "vat_class",
)


@frozen(kw_only=True)
class CategoryValues:
    """What the operator says of a category; `name` is what products say. `vat_class`: what a new
    product is to VAT whose vendor does not say, None: as above it.
    """

    name: str
    name_de: str = ""
    name_fr: str = ""
    parent_id: int | None = None
    position: int = 0
    vat_class: TaxClass | None = None


async def category_tree() -> CategoryTree:
    """All categories; one query."""
    rows = await Category.all().limit(MOST).values(*_COLUMNS)
    return CategoryTree(CategoryView(**row) for row in rows)


@frozen
class CategoryCard:
    """A category at the top, what stands right below it, and a picture of something in it (a path
    below static/, or empty). `has_products`: not of the categories alone, in an open shop.
    """

    category: CategoryView
    below: tuple[CategoryView, ...]
    picture: str
    has_products: bool


async def category_cards() -> tuple[CategoryCard, ...]:
    """The categories at the top as shoppers see them; one query."""
    found = await category_statements.with_pictures(MOST)
    tree = CategoryTree(_view_of(row) for row, _ in found)
    pictures = {row.name: shown for row, shown in found if shown is not None}
    return tuple(_card(tree, top, pictures) for top in tree.below(None))


def _view_of(row: Category) -> CategoryView:
    return CategoryView(**{name: getattr(row, name) for name in _COLUMNS})


def _card(
    tree: CategoryTree,
    top: CategoryView,
    pictures: dict[str, str],
) -> CategoryCard:
    found = [pictures[each.name] for each in tree.whole(top) if each.name in pictures]
    return CategoryCard(
        category=top,
        below=tree.below(top),
        picture=next(filter(None, found), ""),
        has_products=bool(found),
    )


async def add_category(
    values: CategoryValues,
    *,
    actor: str,
) -> int:
    """Make a category; returns its id. Raises CategoryTaken, CategoryNotFound for its parent."""
    async with unit.transaction() as tx:
        tree = await category_tree()
        if len(tree) >= MOST:
            raise TooManyCategories(most=MOST)
        _check_parent(tree, values.parent_id)
        name = values.name.strip()
        _check_name(tree, name)
        row = Category(
            slug=await free_slug(name),
            name=name,
            **_changing(values),
        )
        try:
            async with tx.savepoint():
                await row.save()
        except IntegrityError:
            raise CategoryTaken from None
        _record(tx, "category.added", row.id, actor, name=name)
        return int(row.id)


async def change_category(
    category_id: int,
    values: CategoryValues,
    *,
    actor: str,
    look: Look[CategoryView] = unseen,
) -> None:
    """Say a category anew, and where it stands; products, commission rules and codes follow its
    name, and links to it lead on.

    Raises NotFound, CategoryTaken, CategoryBelowItself, and what `look` does.
    """
    async with unit.transaction() as tx:
        await lock_rules(tx)
        rows = await tx.lock_all(Category.all())
        tree = await category_tree()
        view = tree.of_id(category_id)
        if view is None:
            raise CategoryNotFound
        await look(view)
        _check_parent(tree, values.parent_id)
        below = {each.id for each in tree.whole(view)}
        if values.parent_id in below:
            raise CategoryBelowItself
        (row,) = (each for each in rows if each.id == category_id)
        changes = {
            key: value
            for key, value in _changing(values).items()
            if getattr(row, key) != value
        }
        name = values.name.strip()
        if name != row.name:
            _check_name(tree, name, but=row.id)
            changes |= await _rename(tx, row, name)
        if not changes:
            return
        await Category.filter(id=row.id).update(**changes, updated_at=clock.now())
        _record(tx, "category.changed", row.id, actor, **changes)


async def remove_category(
    category_id: int,
    into: int | None,
    *,
    actor: str,
) -> None:
    """Take a category away. What stands below it moves up; its products go `into` another one, or
    say none.

    Raises NotFound, CategoryNotFound for `into`, CategoryNeeded where a rule or code is for it.
    """
    async with unit.transaction() as tx:
        await lock_rules(tx)
        await tx.lock_all(Category.all())
        tree = await category_tree()
        view = tree.of_id(category_id)
        if view is None or into == category_id:
            raise CategoryNotFound
        _check_parent(tree, into)
        heir = None if into is None else tree.of_id(into)
        if await charges_category(view.name):
            raise CategoryCharged(name=view.name)
        tx.emit(CategoryRemoved(view.name))
        await rename(tx, view.name, heir.name if heir else "")
        await Category.filter(parent_id=view.id).update(parent_id=view.parent_id)
        await FormerCategory.filter(category_id=view.id).update(category_id=into)
        await Category.filter(id=view.id).delete()
        await leave_address(view.slug, view.name, leads_to=into)
        _record(
            tx,
            "category.removed",
            view.id,
            actor,
            name=view.name,
            into=heir.name if heir else "",
        )


async def _rename(
    tx: Transaction,
    row: Category,
    name: str,
) -> dict[str, object]:
    """Have everything that says the category's name say the new one; the columns that change."""
    slug = await free_slug(name, but=row.id)
    await rename(tx, row.name, name)
    if slug != row.slug:
        await FormerCategory.filter(slug=slug).delete()
        await leave_address(row.slug, row.name, leads_to=row.id)
    await follow_category(row.name, name)
    tx.emit(CategoryRenamed(row.name, name))
    return {"name": name, "slug": slug}


def _check_name(
    tree: CategoryTree,
    name: str,
    *,
    but: int | None = None,
) -> None:
    others = (each for _, each in tree.walk() if each.id != but)
    if name.casefold() in {each.name.casefold() for each in others}:
        raise CategoryTaken


def _check_parent(tree: CategoryTree, parent_id: int | None) -> None:
    if parent_id is not None and tree.of_id(parent_id) is None:
        raise CategoryNotFound


def _changing(values: CategoryValues) -> dict[str, object]:
    return {
        "name_de": values.name_de.strip(),
        "name_fr": values.name_fr.strip(),
        "parent_id": values.parent_id,
        "position": values.position,
        "vat_class": values.vat_class.value if values.vat_class else "",
    }


def _record(
    tx: Transaction,
    act: str,
    category_id: int,
    actor: str,
    **details: Any,
) -> None:
    tx.record(
        act,
        actor=actor,
        subject=SUBJECT.format(category_id),
        **details,
    )
