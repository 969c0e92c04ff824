"""`/operator/categories`: the tree that shoppers find things by."""

from __future__ import annotations

from quart import Blueprint, Response

from portal.operator.categories.forms import (
    CategoryForm,
    RemovalForm,
    category_values,
    heirs,
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
    remove_category,
)
from shared.trade.catalogue.category_names import number_in
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
    form = await _read(tree, None)
    return await _form_page(form, tree, None)


@blueprint.post("/new")
@operator
async def create() -> Response:
    """Make a category."""
    tree = await category_tree()
    form = await _read(tree, None)
    if not form.ok():
        return await _form_page(form, tree, None, status=422)
    try:
        await add_category(
            form.values(),
            actor=actor_label(actor()),
        )
    except (Conflict, Invalid) as error:
        form.blame(error)
        return await _form_page(form, tree, None, status=error.status)
    return _saved(form)


@blueprint.get("/<int:category_id>")
@operator
async def edit(category_id: int) -> Response:
    """One category, to be changed."""
    tree = await category_tree()
    view = _one(tree, category_id)
    form = await _read(tree, view)
    return await _form_page(form, tree, view)


@blueprint.post("/<int:category_id>")
@operator
async def change(category_id: int) -> Response:
    """Change what a category is called, and where it stands."""
    tree = await category_tree()
    view = _one(tree, category_id)
    form = await _read(tree, view)
    if not form.ok():
        return await _form_page(form, tree, view, status=422)
    try:
        await change_category(
            view.id,
            form.values(),
            actor=actor_label(actor()),
            look=_look(form, view.id),
        )
    except (ChangedMeanwhile, Conflict, Invalid) as error:
        form.blame(error)
        return await _form_page(form, tree, view, status=error.status)
    return _saved(form)


@blueprint.get("/<int:category_id>/remove")
@operator
async def ask_removal(category_id: int) -> Response:
    """Ask where a category's products go before it is taken away."""
    tree = await category_tree()
    view = _one(tree, category_id)
    return await _removal_page(await _read_removal(tree, view), tree, view)


@blueprint.post("/<int:category_id>/remove")
@operator
async def remove(category_id: int) -> Response:
    """Take a category away."""
    tree = await category_tree()
    view = _one(tree, category_id)
    form = await _read_removal(tree, view)
    if not form.ok():
        return await _removal_page(form, tree, view, status=422)
    try:
        await remove_category(
            view.id,
            form.heir,
            actor=actor_label(actor()),
        )
    except Conflict as error:
        form.blame(error)
        return await _removal_page(form, tree, view, status=error.status)
    said = _("%(name)s is removed.", name=view.name)
    return see_other(url_for("operator_categories.show"), ("ok", said))


def _one(tree: CategoryTree, category_id: int) -> CategoryView:
    view = tree.of_id(category_id)
    if view is None:
        raise CategoryNotFound
    return view


def _saved(form: CategoryForm) -> Response:
    said = _("%(name)s is saved.", name=form["name"].data)
    return see_other(
        url_for("operator_categories.show"),
        ("ok", said),
    )


async def _read(
    tree: CategoryTree,
    view: CategoryView | None,
) -> CategoryForm:
    shown = category_values(view) if view else None
    form = await CategoryForm.from_request(data=shown)
    # All of them, so that a place that is not offered any more is refused with its reason.
    form.parent.choices = places(tree)
    return form


async def _read_removal(
    tree: CategoryTree,
    view: CategoryView,
) -> RemovalForm:
    """The form as it was sent; its products go to what it stands below, unless that is changed."""
    shown = {"into": str(view.parent_id or "")}
    form = await RemovalForm.from_request(data=shown)
    form.into.choices = heirs(tree, view)
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


async def _removal_page(
    form: RemovalForm,
    tree: CategoryTree,
    view: CategoryView,
    *,
    status: int = 200,
) -> Response:
    return await page(
        "portal/operator/category_removal.html",
        status=status,
        nav_active="categories",
        form=form,
        category=view,
        below=tree.below(view),
        number=await number_in(view.name),
    )


async def _form_page(
    form: CategoryForm,
    tree: CategoryTree,
    view: CategoryView | None,
    *,
    status: int = 200,
) -> Response:
    form.parent.choices = places(tree, view)
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
