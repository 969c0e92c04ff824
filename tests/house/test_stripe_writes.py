"""What writes to Stripe under a key is a durable write, so that its key was stored first and is
repeated rightly.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from shared.core.settings import StripeSettings
from shared.infra.gateway.gateway import Gateway

ROOT = Path(__file__).resolve().parents[2]


def test_what_takes_a_key_is_sent_by_an_operation() -> None:
    """`gateway.payouts.create(…, key=…)` stands in the `send` of an Operation."""
    resources = {
        name
        for name in vars(Gateway(StripeSettings("", "", (), ())))
        if name != "connection"
    }
    assert [each for path in _files() for each in _asked(path, resources)] == []


def _files() -> Iterator[Path]:
    for folder in ("portal", "storefront", "shared"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not {"sandbox", "migrations", "gateway"} & set(path.parts):
                yield path


def _asked(path: Path, resources: set[str]) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    sent = {id(node) for each in _sends(tree) for node in ast.walk(each)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                ast.Attribute(ast.Attribute(_, name), _),
                _,
                words,
            ) if name in resources:
                if any(word.arg == "key" for word in words) and id(node) not in sent:
                    yield str(path.relative_to(ROOT))


def _sends(tree: ast.Module) -> Iterator[ast.AsyncFunctionDef]:
    """The `send` of each class that is an operation, or is derived from one of the same module."""
    operations = {"Operation"}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and operations & {
            _name(base) for base in node.bases
        }:
            operations.add(node.name)
            yield from (
                each
                for each in node.body
                if isinstance(each, ast.AsyncFunctionDef) and each.name == "send"
            )


def _name(base: ast.expr) -> str:
    return ast.unparse(base).partition("[")[0]
