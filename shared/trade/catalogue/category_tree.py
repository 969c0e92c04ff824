"""The marketplace's categories as a tree: what is above and below each, in the visitor's language.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from shared.core import locales
from shared.core.folding import words
from shared.core.frozen import frozen
from shared.trade.vat.sales.rules import TaxClass


@frozen(kw_only=True)
class CategoryView:
    """A category. `name` is what products and commission rules say; shoppers read `label`."""

    id: int
    slug: str
    name: str
    name_de: str = ""
    name_fr: str = ""
    parent_id: int | None = None
    position: int = 0
    vat_class: str = ""  # what it says itself

    @property
    def folded(self) -> str:
        """The words of its names in every language, as searches compare them."""
        return " ".join(words(f"{self.name} {self.name_de} {self.name_fr}"))

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The words of its names in other languages than products say."""
        return tuple(words(f"{self.name_de} {self.name_fr}"))

    @property
    def label(self) -> str:
        """Its name in the language that is spoken."""
        names = {"de": self.name_de, "fr": self.name_fr}
        return names.get(locales.current()) or self.name


class CategoryTree:
    """All categories."""

    def __init__(self, categories: Iterable[CategoryView]) -> None:
        self._by_id = {each.id: each for each in categories}
        self._below: dict[int | None, list[CategoryView]] = {}
        ordered = sorted(
            self._by_id.values(), key=lambda each: (each.position, each.name)
        )
        for each in ordered:
            self._below.setdefault(each.parent_id, []).append(each)

    def __len__(self) -> int:
        return len(self._by_id)

    def of_slug(self, slug: str) -> CategoryView | None:
        """The category of this address part."""
        found = (each for each in self._by_id.values() if each.slug == slug)
        return next(found, None)

    def of_id(self, category_id: int) -> CategoryView | None:
        """The category of this id."""
        return self._by_id.get(category_id)

    def of_name(self, name: str) -> CategoryView | None:
        """The category that products call so."""
        found = (each for each in self._by_id.values() if each.name == name)
        return next(found, None)

    def called(
        self,
        typed: str,
        most: int,
    ) -> tuple[CategoryView, ...]:
        """The first categories that are called so in any language: each word somewhere."""
        asked = words(typed)
        if not asked:
            return ()
        found = (
            each
            for _, each in self.walk()
            if all(word in each.folded for word in asked)
        )
        return tuple(islice(found, most))

    def meant_by(
        self,
        word: str,
        most: int,
    ) -> tuple[str, ...]:
        """What products say (`name`) of the first categories that are called so in another
        language than they say it in, and of what stands below those.
        """
        found = (
            below.name
            for _, each in self.walk()
            if any(name.startswith(word) for name in each.elsewhere)
            for below in self.whole(each)
        )
        return tuple(islice(dict.fromkeys(found), most))

    def below(self, category: CategoryView | None) -> tuple[CategoryView, ...]:
        """What stands right below a category, or at the top."""
        above = None if category is None else category.id
        return tuple(self._below.get(above, ()))

    def path(self, category: CategoryView) -> tuple[CategoryView, ...]:
        """From the top down to a category, itself included."""
        found = [category]
        while found[0].parent_id is not None:
            found.insert(0, self._by_id[found[0].parent_id])
        return tuple(found)

    def tax_class(self, name: str) -> TaxClass | None:
        """What things of the category that products call so are to VAT: as it says, or the nearest
        above it that says something. None: nobody does.
        """
        found = self.of_name(name)
        above = self.path(found) if found else ()
        said = [each.vat_class for each in above if each.vat_class]
        return TaxClass(said[-1]) if said else None

    def whole(self, category: CategoryView) -> tuple[CategoryView, ...]:
        """A category and everything below it."""
        found = [category]
        for each in self.below(category):
            found += self.whole(each)
        return tuple(found)

    def walk(
        self,
        category: CategoryView | None = None,
        depth: int = 0,
    ) -> Iterator[tuple[int, CategoryView]]:
        """Every category below this one, each behind what it stands below, with its depth."""
        for each in self.below(category):
            yield depth, each
            yield from self.walk(each, depth + 1)
