"""What waits about value added tax."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portal.operator.tasks.task import Task, counted
from shared.entrypoints.web.links import url_for
from shared.finance.overview.dashboard import Dashboard
from shared.trade.vat.queries import MissingRate, WaitingNumbers


def vat(now: Dashboard) -> Iterator[Task]:
    """Months that wait for a rate, which vendors wait for; and numbers to be looked up."""
    if now.missing_rates:
        yield _rates(now.missing_rates)
    if now.vat_numbers:
        yield _numbers(now.vat_numbers)


def _rates(missing: Sequence[MissingRate]) -> Task:
    first, months = missing[0], sum(rate.vendors for rate in missing)
    title = counted(
        months,
        "month waits for an exchange rate",
        "months wait for exchange rates",
    )
    said = (
        f"{first.currency} in {first.into} of {first.day.day} {first.day:%B %Y}; until then "
        "no invoice is written."
    )
    if len(missing) > 1:
        said += f" And {len(missing) - 1} more."
    where = url_for("operator_vat_rates.show", **_pair(first))
    return Task("warn", title, said, where, "Enter it")


def _numbers(found: WaitingNumbers) -> Task:
    title = counted(
        found.count,
        "VAT number waits to be confirmed",
        "VAT numbers wait to be confirmed",
    )
    if found.count == 1:
        said = f"{found.vendor_name}: {found.number}"
        where = url_for("operator_vat.vendor", vendor_id=found.vendor_id)
    else:
        said = f"{found.vendor_name} waits longest"
        where = url_for("operator_vat.index")
    text = f"{said}. VAT is charged until then."
    return Task("info", title, text, where, "Look it up")


def _pair(missing: MissingRate) -> dict[str, str]:
    """The pair and the day as the form of rates is asked for them: the euro's rates are published
    per euro.
    """
    base, quote = missing.currency, missing.into
    if quote == "EUR":
        base, quote = quote, base
    return {"base": base, "quote": quote, "day": missing.day.isoformat()}
