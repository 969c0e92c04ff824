"""Transactions one can see: who may take one, what changes by them alone, and who reads what they
write down.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from shared.core.domains import model_modules
from shared.infra.database.base import Row

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("portal", "storefront", "shared")
# Jobs are taken and ended many at a time, and mails go out; nothing is told of that.
THE_LISTS = {
    "shared/infra/jobs/statements.py",
    "shared/infra/mail/statements.py",
}
# Columns in which rows have a state. `state` of a schedule is what a job remembers between its
# runs.
STATES = {"status", "payment_status", "stock_state"}
ASKS_STRIPE = {"gateway", "kit", "Gateway", "Kit", "Context", "queue.Context"}
SETS_STATUS = re.compile(
    r"\bSET\b[^;]*\b(payment_)?status\s*=", re.IGNORECASE | re.DOTALL
)


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            if not {"sandbox", "migrations"} & set(parts) and parts[:3] != (
                "shared",
                "infra",
                "unit",
            ):
                yield path


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_states_move_in_one_place() -> None:
    """`tx.move` guards, sets the clock and writes the act down; nothing else sets a state."""
    assert [found for path in _files() for found in _set_elsewhere(path)] == []


def test_what_asks_stripe_takes_no_transaction() -> None:
    """So that no lock waits for an answer from outside."""
    assert [found for path in _files() for found in _takes_both(path)] == []


def _set_elsewhere(path: Path) -> Iterator[str]:
    is_list = _name(path) in THE_LISTS
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(ast.Attribute(_, "update"), _, keywords):
                named = {word.arg for word in keywords if word.arg} | _keys(keywords)
                if named & STATES:
                    yield f"{_name(path)}:{node.lineno}: use tx.move"
            case ast.Constant(str(text)) if not is_list and SETS_STATUS.search(text):
                yield f"{_name(path)}:{node.lineno}: SQL that sets a state"


def _keys(keywords: list[ast.keyword]) -> set[str]:
    """The names in `**{"status": ...}`."""
    handed_on = [word.value for word in keywords if word.arg is None]
    keys = [
        key for each in handed_on if isinstance(each, ast.Dict) for key in each.keys
    ]
    return {
        key.value
        for key in keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def _takes_both(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = [*node.args.args, *node.args.kwonlyargs]
            names = {each.arg for each in arguments}
            types = {
                ast.unparse(each.annotation) for each in arguments if each.annotation
            }
            if "tx" in names and (names | types) & ASKS_STRIPE:
                yield f"{_name(path)}:{node.lineno}: {node.name}"


def test_what_is_activity_changes_by_a_transaction() -> None:
    """`tx.change`, `tx.move`, `tx.create` and `tx.editing` keep what changed; a query that writes
    keeps nothing.
    """
    assert [found for path in _files() for found in _untold(path)] == []


def _untold(path: Path) -> Iterator[str]:
    told = {
        model.__name__: set(model.activity_columns or ())
        for model in _models()
        if model.activity_columns
    }
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(
                ast.Attribute(owner, "update" | "create" | "bulk_create" as call),
                _,
                keywords,
            ):
                columns = told.get(_root(owner), set())
                named = {word.arg for word in keywords if word.arg} | _keys(keywords)
                is_told = (
                    columns and path.stem != "bulk_data"
                )  # rows for measuring have no history
                if is_told and (call != "update" or named & columns):
                    yield f"{_name(path)}:{node.lineno}: {_root(owner)}.{call}"


def test_only_the_audit_trail_knows_its_names() -> None:
    """Neither money nor a page depends on what an act is called there: the history
    (shared/infra/activity) is for that.
    """
    assert [found for path in _files() for found in _reads_names(path)] == []


def _reads_names(path: Path) -> Iterator[str]:
    parts = path.relative_to(ROOT).parts
    if parts[:3] == ("shared", "infra", "audit") or parts[:2] == ("portal", "audit"):
        return
    tree = ast.parse(path.read_text())
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules = {node.module or "" for node in froms}
    if "shared.infra.audit.models" in modules:
        yield f"{_name(path)}: reads the table"
    if "shared.infra.audit.queries" in modules:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "action":
                yield f"{_name(path)}:{node.lineno}: reads the name of an act"


def _root(node: ast.expr) -> str:
    """`Payment` of `Payment.filter(id=1).exclude(id=2)`."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def test_the_docs_show_the_order_of_locks() -> None:
    """The names in docs/architecture.md stand in the order of `lock_rank`, and no two tables share
    a rank.
    """
    text = (ROOT / "docs" / "architecture.md").read_text()
    listed = re.split(r"\.\s", text.partition("rows of one table by id:")[2])[0]
    shown = re.findall(r"\w+", listed)
    ranks = {model.__name__: model.lock_rank for model in _ranked()}
    assert len(set(ranks.values())) == len(ranks)
    assert shown == sorted(ranks, key=lambda name: ranks[name] or 0)


def _ranked() -> list[type[Row]]:
    return [model for model in _models() if model.lock_rank is not None]


def _models() -> list[type[Row]]:
    modules = [importlib.import_module(name) for name in model_modules()]
    classes = {
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type)
    }
    return [each for each in classes if issubclass(each, Row)]
