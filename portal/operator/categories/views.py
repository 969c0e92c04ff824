"""`/operator/categories`: the tree that shoppers find things by."""

from __future__ import annotations

from quart import Blueprint, Response

from portal.operator.categories.forms import (
    CategoryForm,
    NewCategoryForm,
    category_values,
    places,
)
from portal.operator.frame import page
from shared.core.editing import ChangedMeanwhile, Look
from shared.core.errors import Conflict, Invalid
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.catalogue.categories import (
    SUBJECT,
    add_category,
    category_tree,
    change_category,
)
from shared.trade.catalogue.category_tree import CategoryTree, CategoryView
from shared.trade.catalogue.errors import CategoryNotFound

blueprint = Blueprint(
    "operator_categories", __name__, url_prefix="/operator/categories"
)


@blueprint.get("")
@operator
async def show() -> Response:
    """All categories, each below what it belongs to."""
    tree = await category_tree()
    return await page(
        "portal/operator/categories.html",
        nav_active="categories",
        rows=list(tree.walk()),
    )


@blueprint.get("/new")
@operator
async def new() -> Response:
    """An empty form."""
    tree = await category_tree()
    return await _form_page(
        await _read(NewCategoryForm, tree, None),
        None,
    )


@blueprint.post("/new")
@operator
async def create() -> Response:
    """Make a category."""
    tree = await category_tree()
    form = await _read(NewCategoryForm, tree, None)
    if not form.ok():
        return await _form_page(form, None, status=422)
    name = form["name"].data or ""
    try:
        await add_category(
            form.values(name),
            actor=actor_label(actor()),
        )
    except (Conflict, Invalid) as error:
        form.blame(error)
        return await _form_page(form, None, status=error.status)
    return _saved(name)


@blueprint.get("/<int:category_id>")
@operator
async def edit(category_id: int) -> Response:
    """One category, to be changed."""
    tree = await category_tree()
    view = _one(tree, category_id)
    return await _form_page(
        await _read(CategoryForm, tree, view),
        view,
    )


@blueprint.post("/<int:category_id>")
@operator
async def change(category_id: int) -> Response:
    """Change what a category is called elsewhere, and where it stands."""
    tree = await category_tree()
    view = _one(tree, category_id)
    form = await _read(CategoryForm, tree, view)
    if not form.ok():
        return await _form_page(form, view, status=422)
    try:
        await change_category(
            view.id,
            form.values(view.name),
            actor=actor_label(actor()),
            look=_look(form, view.id),
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await _form_page(form, view, status=error.status)
    return _saved(view.name)


def _one(tree: CategoryTree, category_id: int) -> CategoryView:
    view = tree.of_id(category_id)
    if view is None:
        raise CategoryNotFound
    return view


def _saved(name: str) -> Response:
    said = _("%(name)s is saved.", name=name)
    return see_other(
        url_for("operator_categories.show"),
        ("ok", said),
    )


async def _read(
    kind: type[CategoryForm],
    tree: CategoryTree,
    view: CategoryView | None,
) -> CategoryForm:
    form = await kind.from_request(data=category_values(view) if view else None)
    form.parent.choices = places(tree)
    return form


def _look(form: CategoryForm, category_id: int) -> Look[CategoryView]:
    trail = Trail(
        SUBJECT.format(category_id),
        ("category.added", "category.changed"),
    )
    return form.look(
        category_values,
        page=url_for("operator_categories.edit", category_id=category_id),
        trail=trail,
    )


async def _form_page(
    form: CategoryForm,
    view: CategoryView | None,
    *,
    status: int = 200,
) -> Response:
    action = url_for("operator_categories.new")
    if view is not None:
        action = url_for("operator_categories.edit", category_id=view.id)
    return await page(
        "portal/operator/category.html",
        status=status,
        nav_active="categories",
        form=form,
        category=view,
        action=action,
    )
