"""The demo's categories: what its products say, each below the kind that it belongs to."""

from __future__ import annotations

from shared.trade.catalogue.categories import (
    CategoryValues,
    add_category,
    category_tree,
)

# name, in German, in French; below each what stands there
TREE = {
    ("Leather goods", "Lederwaren", "Maroquinerie"): (
        ("Bags", "Taschen", "Sacs"),
        ("Small leather", "Kleinlederwaren", "Petite maroquinerie"),
        ("Care", "Pflege", "Entretien"),
    ),
    ("Cycling", "Radfahren", "Vélo"): (
        ("Bicycles", "Fahrräder", "Vélos"),
        ("Safety", "Sicherheit", "Sécurité"),
        ("Accessories", "Zubehör", "Accessoires"),
    ),
    ("Home", "Wohnen", "Maison"): (
        ("Tableware", "Geschirr", "Vaisselle"),
        ("For the house", "Fürs Haus", "Pour la maison"),
        ("Bath", "Bad", "Bain"),
        ("Pantry", "Vorrat", "Épicerie"),
    ),
}


async def fill(actor: str) -> None:
    """Make them, unless there are any."""
    if len(await category_tree()):
        return
    for place, (top, below) in enumerate(TREE.items(), 1):
        parent_id = await add_category(_values(top, place), actor=actor)
        for number, each in enumerate(below, 1):
            await add_category(
                _values(each, number, parent_id),
                actor=actor,
            )


def _values(
    names: tuple[str, str, str],
    position: int,
    parent_id: int | None = None,
) -> CategoryValues:
    english, german, french = names
    return CategoryValues(
        name=english,
        name_de=german,
        name_fr=french,
        parent_id=parent_id,
        position=position,
    )
