"""Every code by which Stripe says why a payout came back has words of ours: no blank, no raw
code.
"""

from __future__ import annotations

import importlib
import typing
from datetime import date

import pytest

from portal.payouts.sentences import obstacle
from shared.core.formats import paydays
from shared.core.money import Money
from shared.core.words import codes, word, words
from shared.finance.payouts.rules import Obstacle, PayoutState, Why
from shared.sandbox.resources.payout_lifecycle import MESSAGES

RETURNS = (
    ("stripe.treasury._outbound_payment", "OutboundPayment"),
    ("stripe.treasury._outbound_transfer", "OutboundTransfer"),
)


def _literals() -> set[str]:
    """The return codes of the SDK.

    A payout's own `failure_code` is a plain string there; these are the same banks' codes.
    """
    found: set[str] = set()
    for module, name in RETURNS:
        details = getattr(importlib.import_module(module), name).ReturnedDetails
        hint = details.__annotations__["code"]
        for part in typing.get_args(hint):
            found |= set(typing.get_args(part))
    return {code for code in found if isinstance(code, str)}


CODES = sorted(_literals() | set(MESSAGES))


def test_the_sdk_has_codes_to_walk() -> None:
    """Else the test below would promise nothing."""
    assert len(_literals()) >= 10


@pytest.mark.parametrize("code", CODES)
def test_each_code_is_a_sentence_and_what_to_do(code: str) -> None:
    """In our words, without the code in them."""
    assert code in codes("payouts.failures") | {"other"}
    for text in (word("payouts.failures", code), word("payouts.advice", code)):
        assert text.endswith(".")
        assert text[0].isupper()
        assert "_" not in text


def test_what_stripe_may_invent_is_said_in_general() -> None:
    """A code of tomorrow, or none."""
    for table in ("payouts.failures", "payouts.advice", "payouts.refusals"):
        assert word(table, "brand_new_code") == word(table, None)
        assert all(word(table, code).endswith(".") for code in codes(table))


@pytest.mark.parametrize("found", list(Obstacle))
def test_each_reason_for_no_payout_is_a_sentence(found: Obstacle) -> None:
    """With its figures where there are some."""
    money = Money(1234, "EUR")
    for held, day in (
        ("", None),
        ("Many complaints.", date(2026, 12, 1)),
    ):
        text = obstacle(found, Why(money, money, money, money, money, held, day))
        assert text.endswith(".")
        assert ".." not in text
        assert "_" not in text


def test_each_state_has_a_badge_of_its_own() -> None:
    """No two states read alike."""
    states = codes("payouts.states")
    assert set(PayoutState) | {"waits"} == states
    assert len({words("payouts.states", state)["word"] for state in states}) == len(
        states
    )


@pytest.mark.parametrize(
    ("interval", "anchor", "said"),
    [
        ("daily", "", "every weekday"),
        ("weekly", "tuesday", "every Tuesday"),
        ("monthly", "15", "on day 15 of each month"),
        ("monthly", "31", "on day 31 of each month, or its last day"),
    ],
)
def test_a_schedule_in_words(interval: str, anchor: str, said: str) -> None:
    """As mails and pages say it."""
    assert paydays(interval, anchor) == said
