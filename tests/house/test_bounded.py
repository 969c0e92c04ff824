"""No statement names what grows with the marketplace: PostgreSQL refuses one with more than 32,767
parameters, and long before that it takes long.

Who names many things parts them (`shared/infra/database/chunks.py`) or asks with a subquery. While
tests run, `tests/support/bounded.py` refuses a long one of the product as well.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("portal", "storefront", "shared")

# Functions that name a list, and what bounds it. Whatever is named otherwise is words of the code,
# a chunk or a subquery.
BOUNDED: dict[str, set[str]] = {
    "words of the code, handed on": {
        "finance/disputes/responses._decide",
        "finance/ledger/queries.sums_of",
        "finance/order_money/statements.happened",
        "finance/payouts/queries.all_payouts",
        "finance/reconciliation/order_records._refunded",
        "finance/refunds/jobs._unsettled",
        "finance/refunds/queries.refund_page",
        "infra/activity/queries.of_order",
        "infra/activity/queries.of_subject",
        "infra/audit/queries.entries_about",
        "trade/people/mailed_links.open_links",
    },
    "a chunk that a job was given": {
        "trade/orders/delivery._taken_for_granted",
        "trade/orders/reminders._write_each",
        "trade/catalogue/category_names.fold_words",
    },
    "the operator's commission rules, of which there are at most 200": {
        "trade/commission/category_rules.charges_category",
        "trade/commission/category_rules.follow_category",
    },
    "the marketplace's categories, of which there are at most 500": {
        "trade/catalogue/statements.filters",
    },
    "what one page shows": {
        "finance/disputes/queries._views",
        "finance/disputes/answer_parts.joined",  # the orders of one purchase
        "finance/disputes/attachments.attached_to_all",
        "finance/order_money/order_shares.shares_of",
        "finance/payouts/queries.waiting",
        "finance/reconciliation/queries._count_by_status",
        "finance/reconciliation/queries._views",
        "finance/recovery/contributions._refusals",
        "finance/recovery/queries.claimed_of",
        "finance/recovery/queries.waiting_for_vendors",
        "finance/refunds/queries._views",
        "infra/activity/queries.led_to",
        "infra/audit/queries._conditions",
        "trade/catalogue/finding._views",
        "trade/discounts/queries._views",
        "trade/discounts/queries.slugs_of",  # the vendors that one code is for
        "trade/vendors/search.shops_called",  # the shops that a form has ticked
        "trade/orders/order_lists._rows",
        "trade/orders/purchase_lists.purchases_of",
        "trade/people/directory.people",
        "trade/people/queries.called",
        "trade/people/queries.names_of",
    },
    "what belongs to one order, purchase or basket": {
        "entrypoints/cli/demo_sales._bought",
        "finance/disputes/order_facts._others",
        "finance/ledger/queries.refunds_paid",
        "finance/refunds/queries.awaiting_approval",
        "finance/refunds/queries.refunds_of_purchase",
        "finance/refunds/queries.shared_refunds",
        "finance/refunds/shared_refunds._spoken_for",
        "finance/payments/opening_statements._payees_sql",  # of a basket's vendors
        "finance/refunds/shared_refunds.lock_orders",
        "finance/refunds/shared_refunds.lock_parts",
        "trade/discounts/queries._counted",  # the codes of at most so many vendors
        "trade/discounts/queries.candidates",
        "trade/vat/sales/businesses.confirmed_numbers",  # of a basket's vendors
        "trade/returns/queries.returns_of",
        "trade/catalogue/stock.locked",
        "trade/commission/queries.rules_for",
        "trade/orders/queries._views",
        "trade/orders/reservations._most_wasted_of",
        "trade/orders/restocking.put_in_stock",
        "trade/orders/restocking.short_of",
        "trade/orders/statements.empty_basket",
    },
    "what one event, payment or transfer names": {
        "finance/inbox/attribution._in_our_rows",
        "finance/inbox/attribution._remembered",
        "finance/inbox/statements._order_of",
        "finance/inbox/timeline._events",
        "finance/ledger/service",  # the postings of one transaction
        "finance/reconciliation/checks/unexplained_money._is_booked",
        "finance/reconciliation/staging._group_of",
        "finance/recovery/dashboard_transfers._with_reversal",
        "finance/recovery/dashboard_transfers.read_transfer",
        "finance/recovery/service._taken_by_hand",
        "finance/refunds/stripe_events._known",
    },
    "what one person has": {
        "finance/shoppers/deletion._must_be_over",
        "finance/shoppers/export._purchases",
        "finance/shoppers/purchases.orders_of",
        "finance/payment_methods/detachment.look_again",
        "finance/payment_methods/sync._free_cards_that_change",
        "trade/baskets/service.clear",
        "trade/people/factors/pending_forms.keep",
        "trade/people/login_limits._rows",
    },
    "a limit, or the chunk of who calls": {
        "entrypoints/cli/bulk_data._vendors",
        "finance/payouts/automatic_itemisation._payments",
        "finance/reconciliation/claim_amounts._of_disputes",
        "finance/reconciliation/claim_amounts._by_rows",
        "finance/reconciliation/claim_amounts._contributed",
        "infra/jobs/forgetting._delete",
        "infra/jobs/forgetting.forget_oldest",
        "trade/orders/forgetting._let_go_of",
    },
}
_FEW = re.compile(r"_?[A-Z][A-Z_0-9]*")
_SQL = re.compile(r"\bIN \($")


def test_what_a_statement_names_is_bounded() -> None:
    """By words of the code, by a chunk, or by what is said above."""
    said = {place for places in BOUNDED.values() for place in places}
    found = set(_unbounded())
    assert found - said == set(), "part it with chunks(), or say above what bounds it"
    assert said - found == set(), "these name no list any more"


def _unbounded() -> Iterator[str]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            if "migrations" not in parts and parts[1] != "sandbox":
                yield from _in_file(path)


def _in_file(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    place = str(path.relative_to(ROOT).with_suffix("")).removeprefix("shared/")
    for function in _functions(tree):
        known = _known_in(function)
        for value in _named_in(function):
            if not _is_few(value, known):
                name = getattr(function, "name", "")
                yield f"{place}.{name}" if name else place


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    """Each function, and the module without them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
    yield tree


def _own(function: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _own(child)


def _named_in(function: ast.AST) -> Iterator[ast.expr]:
    """What stands behind each `x__in=`, `"x__in":` and `IN (...)`."""
    for node in _own(function):
        match node:
            case ast.keyword(str(name), value) if name.endswith(("__in", "__not_in")):
                yield value
            case ast.Dict(keys, values):
                for key, value in zip(keys, values, strict=True):
                    if key is not None and _ends_with_in(key):
                        yield value
            case ast.JoinedStr(pieces):
                for before, piece in itertools.pairwise(pieces):
                    if isinstance(piece, ast.FormattedValue) and _opens_list(before):
                        yield piece.value
            case ast.Constant(str(text)) if "IN ({" in text:
                yield node


def _ends_with_in(key: ast.expr) -> bool:
    last = key.values[-1] if isinstance(key, ast.JoinedStr) else key
    return isinstance(last, ast.Constant) and str(last.value).endswith("__in")


def _opens_list(piece: ast.expr) -> bool:
    return isinstance(piece, ast.Constant) and bool(_SQL.search(str(piece.value)))


def _known_in(function: ast.AST) -> set[str]:
    """Names in a function that stand for a chunk, a subquery or words of the code."""
    known: set[str] = set()
    for node in _own(function):
        match node:
            case ast.For(
                ast.Name(name), ast.Call(ast.Name("chunks"))
            ) | ast.comprehension(ast.Name(name), ast.Call(ast.Name("chunks"))):
                known.add(name)
            case ast.Assign([ast.Name(name)], value) if _is_few(value, known):
                known.add(name)
    return known


def _is_few(value: ast.expr, known: set[str]) -> bool:
    match value:
        case ast.Name(name):
            return name in known or bool(_FEW.fullmatch(name))
        case ast.Attribute(_, name):
            return bool(_FEW.fullmatch(name))
        case ast.Constant():
            return not (isinstance(value.value, str) and "IN ({" in value.value)
        case ast.Call(ast.Name("Subquery")):
            return True
        case ast.Call(ast.Name("list" | "sorted" | "tuple" | "set" | "words"), [inner]):
            return _is_few(inner, known)
        case ast.List(inner) | ast.Tuple(inner) | ast.Set(inner):
            return all(_is_one(each, known) for each in inner)
        case ast.ListComp(_, [only]) | ast.GeneratorExp(_, [only]):
            return _is_few(only.iter, known)
        case ast.BinOp(ast.Constant("?"), ast.Mult(), ast.Call(_, [named])):
            return _is_few(named, known)
        case ast.BinOp(left, ast.Sub()):
            return _is_few(left, known)
        case ast.Call(ast.Attribute(ast.Constant(), "join"), [inner]):
            return _is_few(inner, known)
    return False


def _is_one(value: ast.expr, known: set[str]) -> bool:
    return not isinstance(value, ast.Starred) or _is_few(value.value, known)
