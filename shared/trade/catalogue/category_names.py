"""What categories were called: products follow their new names, and old addresses lead on.

What products say changes in the transaction that renames a category or takes it away. The words
that they are found by follow by jobs, since a category may have many.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.core import clock
from shared.core.ids import slugify
from shared.infra import unit
from shared.infra.database.chunks import chunks
from shared.infra.database.columns import numbers_in, texts_in
from shared.infra.jobs import Context, job
from shared.infra.unit import Transaction
from shared.trade.catalogue import statements
from shared.trade.catalogue.models import Category, FormerCategory, Product
from shared.trade.commission.category_rules import say_category
from shared.trade.commission.events import CategoryChargedFor


async def current_name(typed: str) -> str:
    """What a category is called now that was called so once; else what was typed."""
    if not typed:
        return ""
    former = FormerCategory.filter(name=typed, category_id__not_isnull=True)
    names = await texts_in(former.order_by("-id").limit(1), "category__name")
    return names[0] if names and not await Category.exists(name=typed) else typed


async def kept_name(tx: Transaction, typed: str) -> str:
    """The same for whoever writes it into a product: the category is not renamed or taken away
    until the transaction ends, so nothing goes on to say a name that no category has any more.
    """
    name = typed
    while name:
        category = await statements.keep_category(name)
        if category is not None:
            tx.took(category)
            return name
        now = await current_name(name)
        if now == name:
            break
        name = now
    return name


async def kept_names(
    tx: Transaction,
    typed: Iterable[str],
) -> list[str]:
    """The same for whoever writes several somewhere else, as each is spelt: none is renamed or
    taken away until the transaction ends.
    """
    rows = await tx.lock_all(Category.all())
    spelt = {row.name.casefold(): row.name for row in rows}
    names = set()
    for name in map(str.strip, typed):
        now = spelt.get(name.casefold())
        names.add(now or await current_name(name))
    return sorted(names)


async def follow_rule(tx: Transaction, event: CategoryChargedFor) -> None:
    """Have a commission rule say what its category is called now."""
    (name,) = await kept_names(tx, [event.category])
    if name != event.category:
        await say_category(event.rule_id, name)


async def number_in(name: str) -> int:
    """How many products say this category, shown or not."""
    return await Product.filter(category=name, parent_id=None).count()


async def moved_to(slug: str) -> str | None:
    """Where an address part of old leads: to the one of today, "" where the category went without
    another taking its things; None where there never was one.
    """
    former = await FormerCategory.get_or_none(slug=slug).select_related("category")
    if former is None:
        return None
    return former.category.slug if former.category else ""


async def free_slug(name: str, *, but: int | None = None) -> str:
    """The first address part made of a name that no category has or had, but for the one of this
    id.
    """
    base = slugify(name) or "category"
    now = Category.filter(slug__startswith=base).exclude(id=but or 0)
    once = FormerCategory.filter(slug__startswith=base)
    taken = set(await texts_in(now, "slug"))
    for slug, whose in await once.values_list("slug", "category_id"):
        if but is None or whose != but:
            taken.add(str(slug))
    numbered = (f"{base}-{n}" for n in range(2, len(taken) + 3))
    return next(slug for slug in (base, *numbered) if slug not in taken)


async def rename(
    tx: Transaction,
    before: str,
    after: str,
) -> None:
    """Have products say another name, or none where `after` is empty."""
    product_ids = await numbers_in(Product.filter(category=before), "id")
    now = clock.now()
    await statements.rename_category(before, after, now)
    # Variants that were made while the statement waited for their product.
    await statements.rename_category(before, after, now)
    for some in chunks(product_ids):
        fold_words(tx, product_ids=list(some))


async def leave_address(
    slug: str,
    name: str,
    *,
    leads_to: int | None,
) -> None:
    """Keep an address that a category had, for links to it; `leads_to`: a category's id."""
    await FormerCategory.filter(slug=slug).delete()
    await FormerCategory.create(
        slug=slug,
        name=name,
        category_id=leads_to,
    )


@job("categories.fold_words")
async def fold_words(_context: Context, product_ids: list[int]) -> None:
    """Find products by the name that their category has now."""
    async with unit.transaction() as tx:
        rows = await tx.lock_all(Product.filter(id__in=product_ids).order_by("id"))
        if rows:
            await Product.bulk_update(rows, ["category"])
