"""The marketplace's name is a setting: where it would stand in words, the words say "the
marketplace" or ask for it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Where the software speaks of itself: the command line, settings, headers, metadata at Stripe,
# PDF's own "made with".
ITSELF = (
    "shared/entrypoints/cli/",
    "shared/sandbox/",
    "shared/infra/gateway/",
    "shared/core/settings.py",
    "shared/core/environment.py",
    # of months that were closed before they kept the name, which are made again to the byte
    "shared/finance/statements/rules.py",
    "shared/finance/statements/pdf.py",
    "shared/trade/marketplace/identity.py",
    "shared/trade/people/rules.py",  # words that no password is made of
    "shared/infra/mail/service.py",
    "shared/infra/database/",
)
HEADERS = re.compile(r"X-Markethall(-\w+)?")


def test_no_template_and_no_script_calls_the_marketplace_by_the_softwares_name() -> (
    None
):
    """Pages, fragments, mails and what our scripts say."""
    files = [
        f for f in (ROOT / "templates").rglob("*.*") if f.suffix in (".html", ".txt")
    ]
    files += list((ROOT / "static" / "js").glob("*.js"))
    named = [f.name for f in files if "Markethall" in HEADERS.sub("", f.read_text())]
    assert named == []


def test_no_sentence_in_the_code_does() -> None:
    """Strings, docstrings aside."""
    found = []
    for folder in ("portal", "storefront", "shared"):
        for path in (ROOT / folder).rglob("*.py"):
            where = path.relative_to(ROOT).as_posix()
            if not where.startswith(ITSELF):
                found += [
                    f"{where}: {text[:60]}"
                    for text in _strings(path)
                    if "Markethall" in HEADERS.sub("", text)
                ]
    assert found == []


def _strings(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(
            node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        )
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    constants = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and id(node) not in docs
    ]
    return [node.value for node in constants if isinstance(node.value, str)]
