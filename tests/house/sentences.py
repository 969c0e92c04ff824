"""Finds the sentences that domain code says itself: in trade and finance, outside of what may hold
them.

An error class of a domain's `errors.py` holds its sentence, marked for gettext; mails and pages
have theirs in templates, codes in `templates/words`. Programming errors, logs, docstrings, SQL and
what machines read are no sentences of ours.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.visible import called

ROOMS = ("shared/trade/", "shared/finance/")
# infra is no domain: what it says is for the terminal and the log of whoever runs the server.
# What a visitor may read of it stands in its errors.py (gateway/errors.py).
EXEMPT = {
    "shared/finance/reconciliation/checks/": (
        "a check finds, words and repairs its difference in one file"
    ),
}
# Programmers read what these raise or are given.
NOT_SPOKEN = {
    "ValueError",
    "TypeError",
    "RuntimeError",
    "KeyError",
    "LookupError",
    "AssertionError",
    "NotImplementedError",
    "SystemExit",
}
_OURS_ALONE = {"log", "re", "fields", "migrations", "warnings"}
_ARGUMENTS = {"log", "description", "comment"}
_SENTENCE = re.compile(r"[A-Z“…][\w’'-]*,? .*\w.*")
_SQL = re.compile(
    r"(SELECT|INSERT|UPDATE|DELETE|CASE|WHEN|ON|CREATE|ALTER|DROP|PRAGMA|WITH|BEGIN|SET|LOCK|EXISTS|VACUUM|ATTACH|TRUNCATE)\b"
)
_FACT = "\N{WHITE SQUARE}"  # where a value is filled in


def sentences(code: str, *, may_mark: bool = False) -> list[str]:
    """The sentences of a module, in order; with `may_mark`, only those that go past gettext."""
    tree = ast.parse(code)
    skipped = {
        id(node) for each in ast.walk(tree) for node in _beside(each, may_mark=may_mark)
    }
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        text = _text(node)
        if (
            text is not None
            and id(node) not in skipped
            and _SENTENCE.match(text)
            and not _SQL.match(text)
        ):
            found.append((getattr(node, "lineno", 0), text))
    return [text for _, text in sorted(found)]


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        parts = [
            part.value if isinstance(part, ast.Constant) else _FACT
            for part in node.values
        ]
        return "".join(str(part) for part in parts).strip()
    return (
        node.value.strip()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        else None
    )


def _beside(node: ast.AST, *, may_mark: bool) -> Iterator[ast.AST]:
    """What nobody is told."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value  # a docstring
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    if isinstance(node, ast.Call):
        owner, name = called(node.func)
        is_marked = may_mark and name in {
            "_",
            "_n",
            "_l",
            "gettext",
            "ngettext",
            "gettext_noop",
            "lazy_gettext",
        }
        if name in NOT_SPOKEN or owner in _OURS_ALONE or is_marked:
            yield from ast.walk(node)
        yield from (
            each
            for word in node.keywords
            if word.arg in _ARGUMENTS
            for each in ast.walk(word.value)
        )


def in_domains(root: Path) -> dict[str, int]:
    """How many sentences each module of the domains says itself; those that say none are left
    out.
    """
    listed = subprocess.run(
        ["git", "ls-files", *ROOMS],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    modules = [
        name
        for name in listed
        if name.endswith(".py") and not name.startswith(tuple(EXEMPT))
    ]
    counts = {
        name: len(
            sentences(
                (root / name).read_text(encoding="utf-8"),
                may_mark=name.endswith("/errors.py"),
            )
        )
        for name in modules
        if (root / name).exists()
    }
    return {name: count for name, count in counts.items() if count}
