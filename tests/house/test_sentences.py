"""Domain code says nothing itself: what a person reads stands in templates, in `templates/words`,
or in an `errors.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.core.words import FOLDER, codes
from shared.core.words import sentences as words_of
from tests.house.sentences import in_domains, sentences

ROOT = Path(__file__).resolve().parents[2]
# Modules that still say something themselves, and how many sentences. A number may only fall;
# nothing may be added.
LEFT: dict[str, int] = {
    "shared/finance/inbox/dispatch.py": 1,
    "shared/finance/inbox/dry_run.py": 1,
    "shared/finance/inbox/intake.py": 3,
    "shared/finance/inbox/words.py": 11,
    "shared/finance/overview/metrics.py": 18,
    "shared/finance/payment_methods/words.py": 9,
    "shared/finance/payments/jobs.py": 1,
    "shared/finance/payments/sync.py": 2,
    "shared/finance/payouts/queries.py": 5,
    "shared/finance/reconciliation/after_restore.py": 2,
    "shared/finance/reconciliation/checks/accounts.py": 3,
    "shared/finance/reconciliation/checks/balances.py": 1,
    "shared/finance/reconciliation/checks/charges.py": 4,
    "shared/finance/reconciliation/checks/claims.py": 8,
    "shared/finance/reconciliation/checks/dashboard_reversals.py": 4,
    "shared/finance/reconciliation/checks/differing_money.py": 1,
    "shared/finance/reconciliation/checks/disputes.py": 3,
    "shared/finance/reconciliation/checks/ledger_sums.py": 1,
    "shared/finance/reconciliation/checks/missed_events.py": 3,
    "shared/finance/reconciliation/checks/missing_movements.py": 1,
    "shared/finance/reconciliation/checks/movement_check.py": 1,
    "shared/finance/reconciliation/checks/object_check.py": 1,
    "shared/finance/reconciliation/checks/open_postings.py": 2,
    "shared/finance/reconciliation/checks/order_sums.py": 4,
    "shared/finance/reconciliation/checks/orphaned_postings.py": 1,
    "shared/finance/reconciliation/checks/paid_orders.py": 3,
    "shared/finance/reconciliation/checks/parked_events.py": 3,
    "shared/finance/reconciliation/checks/payment_intents.py": 9,
    "shared/finance/reconciliation/checks/payouts.py": 3,
    "shared/finance/reconciliation/checks/postings_without_money.py": 2,
    "shared/finance/reconciliation/checks/receivables.py": 1,
    "shared/finance/reconciliation/checks/refunds.py": 3,
    "shared/finance/reconciliation/checks/sales.py": 3,
    "shared/finance/reconciliation/checks/saved_methods.py": 6,
    "shared/finance/reconciliation/checks/suspense.py": 3,
    "shared/finance/reconciliation/checks/unexplained_money.py": 4,
    "shared/finance/reconciliation/checks/unfinished_movements.py": 1,
    "shared/finance/reconciliation/checks/unknown_movements.py": 4,
    "shared/finance/reconciliation/checks/unposted_money.py": 3,
    "shared/finance/reconciliation/checks/vendor_earnings.py": 2,
    "shared/finance/reconciliation/queries.py": 2,
    "shared/finance/reconciliation/service.py": 2,
    "shared/finance/recovery/funding.py": 1,
    "shared/finance/recovery/service.py": 1,
    "shared/finance/refunds/external_refunds.py": 1,
    "shared/finance/refunds/queries.py": 1,
    "shared/finance/refunds/rules.py": 2,
    "shared/finance/statements/document.py": 19,
    "shared/finance/statements/exports.py": 2,
    "shared/finance/statements/pdf.py": 1,
    "shared/finance/statements/receipt.py": 5,
    "shared/finance/statements/rules.py": 26,
    "shared/infra/database/archive.py": 1,
    "shared/infra/database/backup.py": 1,
    "shared/infra/database/base.py": 1,
    "shared/infra/database/chain.py": 1,
    "shared/infra/database/migrate.py": 8,
    "shared/infra/database/operations.py": 6,
    "shared/infra/database/owner.py": 1,
    "shared/infra/database/postgres_tools.py": 1,
    "shared/infra/database/renames.py": 1,
    "shared/infra/database/restore.py": 5,
    "shared/infra/database/schema.py": 1,
    "shared/infra/database/trouble.py": 5,
    "shared/infra/gateway/sdk.py": 1,
    "shared/infra/gateway/signatures.py": 2,
    "shared/infra/mail/service.py": 1,
    "shared/trade/baskets/queries.py": 1,
    "shared/trade/baskets/rules.py": 2,
    "shared/trade/commission/rules.py": 1,
    "shared/trade/orders/rules.py": 2,
    "shared/trade/orders/service.py": 1,
    "shared/trade/orders/terms.py": 1,
    "shared/trade/people/browser_names.py": 5,
    "shared/trade/people/email_addresses.py": 3,
    "shared/trade/people/factors/challenges.py": 4,
    "shared/trade/people/factors/passkeys.py": 1,
    "shared/trade/people/factors/recovery.py": 6,
    "shared/trade/people/factors/service.py": 5,
    "shared/trade/people/queries.py": 5,
    "shared/trade/people/rules.py": 7,
    "shared/trade/people/scopes.py": 3,
    "shared/trade/vat/numbers.py": 4,
    "shared/trade/vat/rates.py": 1,
    "shared/trade/vat/rules.py": 2,
    "shared/trade/vat/service.py": 2,
    "shared/trade/vendors/closures.py": 2,
    "shared/trade/vendors/countries.py": 10,
}


def test_domain_code_says_nothing_itself() -> None:
    """Neither a new sentence, nor a number that is too high by now."""
    assert in_domains(ROOT) == LEFT


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('raise NotPaid("This order is not paid.")', ["This order is not paid."]),
        ('raise TooMuch(f"At most {left} is left.")', ["At most □ is left."]),
        ('raise ValueError("This order is not paid.")', []),
        ('raise Refused(log="This order is not paid.")', []),
        ('"""This order is not paid."""\nlog.info("Nothing was paid here.")', []),
        ('x = "SELECT id FROM orders"', []),
        ('default = _n("This order is not paid.")', ["This order is not paid."]),
    ],
)
def test_what_counts_as_a_sentence(code: str, found: list[str]) -> None:
    """What a person would read."""
    assert sentences(code) == found


def test_in_errors_a_sentence_is_marked_for_the_catalogues() -> None:
    """Then it may stand there."""
    assert sentences('default = _n("This order is not paid.")', may_mark=True) == []
    assert sentences('default = "This order is not paid."', may_mark=True) == [
        "This order is not paid."
    ]


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.name
)
def test_words_are_words(path: Path) -> None:
    """No empty one, and none twice for the same code."""
    assert all(text.strip() == text and text for _, text in words_of(path))


def test_every_state_has_its_words() -> None:
    """Those of the rules, and no other."""
    from shared.finance.disputes.rules import DisputeStatus

    assert codes("disputes.states") == {*DisputeStatus, "resolved", "accepted"}
