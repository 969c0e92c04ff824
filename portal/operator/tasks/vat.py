"""What waits about value added tax."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portal.operator.tasks.task import Task
from portal.operator.vat.addresses import address_of
from shared.core.formats import written_day
from shared.core.locales import gettext as _
from shared.core.locales import ngettext
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
    title = ngettext(
        "%(num)s month waits for an exchange rate",
        "%(num)s months wait for exchange rates",
        months,
    )
    said = _(
        "%(currency)s in %(into)s of %(day)s; until then no invoice is written.",
        currency=first.currency,
        into=first.into,
        day=written_day(first.day),
    )
    if len(missing) > 1:
        said = _(
            "%(said)s And %(num)s more.",
            said=said,
            num=len(missing) - 1,
        )
    where = url_for("operator_vat_rates.show", **_pair(first))
    return Task(
        "warn",
        title,
        said,
        where,
        _("Enter it"),
    )


def _numbers(found: WaitingNumbers) -> Task:
    title = ngettext(
        "%(num)s VAT number waits to be confirmed",
        "%(num)s VAT numbers wait to be confirmed",
        found.count,
    )
    if found.count == 1:
        said = _(
            "%(vendor)s: %(number)s. VAT is charged until then.",
            vendor=found.name,
            number=found.number,
        )
        where = address_of(found.holder)
    else:
        said = _(
            "%(vendor)s waits longest. VAT is charged until then.",
            vendor=found.name,
        )
        where = url_for("operator_vat.index")
    return Task(
        "info",
        title,
        said,
        where,
        _("Look it up"),
    )


def _pair(missing: MissingRate) -> dict[str, str]:
    """The pair and the day as the form of rates is asked for them: the euro's rates are published
    per euro.
    """
    base, quote = missing.currency, missing.into
    if quote == "EUR":
        base, quote = quote, base
    return {"base": base, "quote": quote, "day": missing.day.isoformat()}
