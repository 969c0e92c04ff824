"""One column of a query, as plain values."""

from __future__ import annotations

from typing import Any

from tortoise.queryset import QuerySet


async def texts_in(query: QuerySet[Any], column: str) -> list[str]:
    """Read a column of texts, none of which is null."""
    found: list[Any] = await query.values_list(column, flat=True)
    return [str(text) for text in found]


async def numbers_in(query: QuerySet[Any], column: str) -> list[int]:
    """Read a column of whole numbers, none of which is null."""
    found: list[Any] = await query.values_list(column, flat=True)
    return [int(number) for number in found]
