"""The operator keeps the marketplace's categories; everybody reads them."""

from __future__ import annotations

from typing import Any

from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.core.frozen import frozen
from shared.core.ids import slugify
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.catalogue.category_tree import CategoryTree, CategoryView
from shared.trade.catalogue.errors import (
    CategoryBelowItself,
    CategoryNotFound,
    CategoryTaken,
    TooManyCategories,
)
from shared.trade.catalogue.models import Category

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
)


@frozen(kw_only=True)
class CategoryValues:
    """What the operator says of a category; its name stays what it was when it was made."""

    name: str
    name_de: str = ""
    name_fr: str = ""
    parent_id: int | None = None
    position: int = 0


async def category_tree() -> CategoryTree:
    """All categories; one query."""
    rows = await Category.all().limit(MOST).values(*_COLUMNS)
    return CategoryTree(CategoryView(**row) for row in rows)


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
        taken = {each.name.casefold() for _, each in tree.walk()}
        if name.casefold() in taken:
            raise CategoryTaken
        row = Category(
            slug=_free_slug(tree, name),
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
    """Say a category anew, and where it stands.

    Raises NotFound, CategoryBelowItself, and what `look` does.
    """
    async with unit.transaction() as tx:
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
        if not changes:
            return
        await Category.filter(id=row.id).update(**changes, updated_at=clock.now())
        _record(tx, "category.changed", row.id, actor, **changes)


def _check_parent(tree: CategoryTree, parent_id: int | None) -> None:
    if parent_id is not None and tree.of_id(parent_id) is None:
        raise CategoryNotFound


def _changing(values: CategoryValues) -> dict[str, object]:
    return {
        "name_de": values.name_de.strip(),
        "name_fr": values.name_fr.strip(),
        "parent_id": values.parent_id,
        "position": values.position,
    }


def _free_slug(tree: CategoryTree, name: str) -> str:
    base = slugify(name) or "category"
    candidates = (base, *(f"{base}-{n}" for n in range(2, MOST + 2)))
    return next(slug for slug in candidates if tree.of_slug(slug) is None)


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
