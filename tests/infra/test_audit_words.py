"""What acts are called: every name that the code writes down reads as words, and belongs to a
kind.
"""

from __future__ import annotations

import re

import pytest

from portal.audit.details import in_detail
from portal.audit.words import noun, told
from shared.core.domains import manifests
from shared.core.money import Money
from shared.core.words import codes
from shared.finance.payouts.activity import PayoutActivity
from shared.finance.reconciliation.models import ReconciliationRun
from shared.infra.audit.kinds import KINDS
from shared.infra.database.base import Row
from shared.trade.returns.models import ReturnRequest
from tests.support.acts import Acts

# States in which rows begin, or that somebody asks for: nothing moves to them by an act of that
# name.
NEVER_MOVED_TO = {
    "payment.opening",
    "payout.opening",
    "refund.opening",
    "refund.awaiting_approval",
}


@pytest.fixture(scope="module")
def acts() -> Acts:
    """Read when it is asked for: it takes a second, and every process collects this file."""
    return Acts()


def test_every_name_is_known_from_the_code(acts: Acts) -> None:
    """Also those that are put together or handed on: where one cannot be followed, its place is
    named.
    """
    assert not acts.unknown
    assert len(acts.names) > 130


def test_no_words_are_left_of_acts_that_nobody_writes(acts: Acts) -> None:
    """Names that went, and those misspelt."""
    assert (
        codes("audit.acts") | codes("audit.short") | codes("account.acts") <= acts.names
    )


@pytest.mark.parametrize(
    ("row", "called"),
    [
        (ReturnRequest(id=7), "Return"),
        (ReconciliationRun(id=7), "Reconciliation"),
    ],
)
def test_a_thing_is_called_as_people_call_it(row: Row, called: str) -> None:
    """Not as its table is."""
    assert noun(row.as_subject.partition(":")[0]) == called


def test_each_act_has_words_and_a_kind(acts: Acts) -> None:
    """A noun that people know, no code, and one of the kinds that the page offers."""
    for action in sorted(acts.names):
        said = told(action)
        assert action.partition(".")[0] in codes("audit.nouns"), action
        assert "_" not in said, action
        assert not re.search(r"[a-z]\.[a-z]", said), action
        if not action.startswith("demo."):
            assert any(
                action.startswith(begin)
                for begins in KINDS.values()
                for begin in begins
            ), action


def test_what_happens_to_money_is_declared_by_its_domain(acts: Acts) -> None:
    """Each act on an order, or on what belongs to it, is a kind of activity, and each kind is such
    an act.
    """
    declared = {
        str(kind) for manifest in manifests() for kind in manifest.activity or ()
    }
    nouns = {kind.partition(".")[0] for kind in declared} - {"vendor"}
    said = {
        name
        for name in acts.names
        if name.partition(".")[0] in nouns or name in declared
    }
    assert said - declared == NEVER_MOVED_TO
    assert declared - said <= {PayoutActivity.MADE}  # a row that is made is no act


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({}, ""),
        ({"before": "2.50", "after": "3.00"}, "2.50 → 3.00"),
        ({"before": "", "after": "3.00"}, "nothing → 3.00"),
        (
            {"before": "goods", "after": "goods_and_shipping"},
            "goods alone → goods and delivery",
        ),
        (
            {"before": {"time_zone": "UTC"}, "after": {"time_zone": "Europe/Paris"}},
            "Time zone: UTC → Europe/Paris",
        ),
        (
            {"amount": 1200, "currency": "EUR", "key": "vendor:1:x"},
            f"Amount: {Money(1200, 'EUR')}",
        ),
        (
            {"price_amount": 590, "currency": "EUR", "name": "Cup"},
            "Price: €5.90 · Name: Cup",
        ),
        (
            {"variants": {"red / S": {"price_amount": 59000, "currency": "DKK"}}},
            "Variants: red / S Price DKK\u00a0590.00",
        ),
        (
            {
                "before": {"percentage": "9.00", "fixed_amount": 0, "category": ""},
                "after": {"percentage": "9.00", "fixed_amount": 30, "currency": "EUR"},
            },
            "Fixed amount: nothing → €0.30 · Percent: 9.00",
        ),
        (
            {"after": {"refund_approval_limits": {"EUR": 5000, "JPY": 900}}},
            "Refunds that need the marketplace’s consent: €50.00, ¥900",
        ),
        ({"reason": "many_complaints", "until": None}, "Reason: many complaints"),
        ({"reason": "Many complaints"}, "Reason: Many complaints"),
        ({"name": "a_cup", "code": "won"}, "Name: a_cup · Code: won"),
        (
            {"order": 1, "waits": False},
            "Order: 1 · Needs the marketplace’s consent: no",
        ),
        ({"was": "requires_action"}, "Before: needs a confirmation"),
        (
            {"scheme": "oss"},
            "VAT on sales: VAT of the shopper’s country (one-stop shop)",
        ),
        (
            {"changed": ["card_last4", "stripe_customer_id"], "is_published": True},
            "Changed: Last digits of the card · In the shop: yes",
        ),
        (
            {"until": "2026-12-10T03:24:00+00:00", "of_yesterday": 3},
            "Until: 10 Dec 2026, 03:24 · Also: 3",
        ),
    ],
)
def test_details_are_a_line(details: dict[str, object], said: str) -> None:
    """Without our own keys and what is empty."""
    assert in_detail(details) == said


def test_what_stood_before_is_told_with_what_stands_now() -> None:
    """Not as two details, of which nobody sees that they belong together."""
    kept = {"status": "active", "before_status": "pending", "accepts_payments": True}
    assert in_detail({**kept, "before_accepts_payments": False}) == (
        "State: waiting → takes payments · Takes payments: no → yes"
    )
    assert in_detail(kept) == "State: waiting → takes payments · Takes payments: yes"
