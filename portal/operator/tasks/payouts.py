"""What waits about payouts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portal.operator.tasks.task import Task
from shared.core.formats import listed
from shared.core.locales import gettext as _
from shared.core.locales import ngettext
from shared.core.words import word
from shared.entrypoints.web.filters import money
from shared.entrypoints.web.links import url_for
from shared.finance.connect.queries import VendorTrouble
from shared.finance.overview.dashboard import Dashboard
from shared.finance.payouts.queries import PayoutRow
from shared.finance.payouts.rules import PayoutState


def payouts(now: Dashboard) -> Iterator[Task]:
    """Payouts that did not arrive, and vendors who are paid nothing."""
    if now.payouts:
        yield _lost_payouts(now.payouts)
    if now.banks:
        yield _banks(now.banks)
    if now.held:
        yield _holds(now.held)


def _lost_payouts(found: Sequence[PayoutRow]) -> Task:
    count, first = len(found), found[0]
    whose = first.vendor_name or _("The marketplace itself")
    is_failed = first.state is PayoutState.FAILED
    why = word("payouts.failures", first.failure_code) if is_failed else first.refusal
    said = ngettext(
        "%(amount)s to %(vendor)s: %(why)s",
        "The latest: %(amount)s to %(vendor)s. %(why)s",
        count,
        amount=money(first.amount),
        vendor=whose,
        why=why,
    )
    title = ngettext(
        "%(num)s payout did not arrive",
        "%(num)s payouts did not arrive",
        count,
    )
    where = url_for("operator_payouts.index", state="failed")
    return Task(
        "bad",
        title,
        said,
        where,
        _("See why"),
    )


def _banks(found: tuple[VendorTrouble, ...]) -> Task:
    """Vendors whose bank account takes no payouts."""
    title = ngettext(
        "%(num)s bank account takes no payouts",
        "%(num)s bank accounts take no payouts",
        len(found),
    )
    said = _(
        "%(names)s got a mail; nothing is paid out until the bank details are changed.",
        names=_names(found),
    )
    return Task(
        "warn",
        title,
        said,
        _where(found, "bank"),
        _whose(found),
    )


def _holds(found: tuple[VendorTrouble, ...]) -> Task:
    """Vendors whose payouts the staff holds."""
    title = ngettext(
        "%(num)s vendor’s payouts are on hold",
        "%(num)s vendors’ payouts are on hold",
        len(found),
    )
    said = f"{_names(found)}."
    if len(found) == 1:
        said = f"{found[0].name}: {found[0].held_reason}"
    return Task(
        "warn",
        title,
        said,
        _where(found, "held"),
        _whose(found),
    )


def _whose(found: tuple[VendorTrouble, ...]) -> str:
    return ngettext(
        "See the vendor",
        "See whose",
        len(found),
    )


def _where(found: tuple[VendorTrouble, ...], only: str) -> str:
    if len(found) > 1:
        return url_for("operator.vendors", only=only)
    return url_for("operator.vendor", vendor_id=found[0].vendor_id)


def _names(
    found: tuple[VendorTrouble, ...],
    most: int = 3,
) -> str:
    """`A`, `A and B`, `A, B, C and 4 more`."""
    names = [vendor.name for vendor in found[:most]]
    more = len(found) - len(names)
    if more:
        return listed([*names, _("%(num)s more", num=more)])
    return listed(names)
