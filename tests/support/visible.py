"""Finds words that people would read, in a template or in code, and that no catalogue can
translate.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jinja2 import Environment, nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GETTEXT = {"_", "gettext", "ngettext"}
# Attributes that are read out or shown.
READ_ALOUD = {
    "alt",
    "aria-label",
    "data-busy-label",
    "data-label",
    "data-too-large",
    "label",
    "placeholder",
    "summary",
    "title",
}
# Blocks that stand in the value of an attribute, or hold no words.
IN_ATTRIBUTES = {
    "body_class",
    "viewport",
}
_WORD = re.compile(r"[^\W\d_]{2,}")
# In an expression: what begins like a sentence, or has two words with a space and something of a
# sentence about it.
_SENTENCE = re.compile(r"[A-Z][a-z’'…]+(?![\w:/-]*[=/:])|[a-z]+ [a-z]+")
_SPLICED = re.compile(
    r" [A-Za-z][a-z]+[.:]?| ?[a-z]+ "
)  # put before or behind a value by `~`
_NO_WORDS = re.compile(r"[a-z]+[A-Z][A-Za-z]*|[a-z0-9_:./?=&%#{}*-]*|[A-Z_]+")
_NO_PROSE = re.compile(r"^Subject: |/\S+|\?\w+=", re.MULTILINE)  # of a mail
_ENTITY = re.compile(r"&\w+;|&#\d+;")
_ENVIRONMENT = Environment(
    autoescape=True, extensions=["jinja2.ext.i18n"]
)  # as the pages' own


@dataclass
class _Place:
    """Where in the HTML the text has come to: between tags, in a tag, in the value of one of its
    attributes.
    """

    tag: str = ""
    attribute: str = ""
    quote: str = ""
    raw: str = ""  # the element whose content is no text: script, style
    pieces: list[str] = field(default_factory=list)

    @property
    def is_read(self) -> bool:
        if self.quote:
            return self.attribute in READ_ALOUD
        return not self.tag and not self.raw


def untranslated(source: str, *, is_html: bool = True) -> list[str]:
    """The visible words of a template that do not go through gettext, in order."""
    place, found = _Place(), []
    for node, is_said in _in_order(_ENVIRONMENT.parse(source)):
        if isinstance(node, nodes.TemplateData):
            found += (
                _of_text(node.data, place)
                if is_html
                else _worded([_NO_PROSE.sub("", node.data)])
            )
        elif place.is_read or not is_html:
            found += _of_expression(node) or (_said_alone(node) if is_said else [])
        else:
            found += [
                each for each in _of_expression(node, only_arguments=True) if each
            ]
    return found


def _worded(texts: Iterable[str]) -> list[str]:
    """Those that have a word in them."""
    worded = [text for text in texts if _WORD.search(_ENTITY.sub("", text))]
    return [" ".join(text.split()) for text in worded]


def _in_order(node: nodes.Node) -> Iterator[tuple[nodes.Node, bool]]:
    """Text and expressions in the order of the source; and whether each is written into the page
    itself.
    """
    if isinstance(node, nodes.Block) and node.name in IN_ATTRIBUTES:
        return
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.TemplateData | nodes.Expr):
            yield child, isinstance(node, nodes.Output)
        else:
            yield from _in_order(child)


def _of_expression(node: nodes.Node, *, only_arguments: bool = False) -> list[str]:
    """Constants of an expression that read like sentences; what is given to gettext is
    translated.
    """
    if (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name in GETTEXT
    ):
        return [each for value in node.kwargs for each in _of_expression(value)]
    if isinstance(node, nodes.Const):
        is_sentence = (
            isinstance(node.value, str)
            and not only_arguments
            and _is_sentence(node.value)
        )
        return [node.value] if is_sentence else []
    if isinstance(node, nodes.Compare | nodes.Test | nodes.Getitem):
        return [
            each
            for child in _values(node)
            for each in _of_expression(child, only_arguments=only_arguments)
        ]
    inside = only_arguments and not isinstance(node, nodes.Call)
    return [
        each
        for child in node.iter_child_nodes()
        for each in _of_expression(child, only_arguments=inside)
    ]


def _said_alone(node: nodes.Node) -> list[str]:
    """Words that an expression may be by itself: `'item' if count == 1 else 'items'`, `left ~ '
    left'`.
    """
    if isinstance(node, nodes.Const):
        return _worded([node.value]) if isinstance(node.value, str) else []
    if isinstance(node, nodes.CondExpr):
        parts = [node.expr1, node.expr2] if node.expr2 else [node.expr1]
        return [each for part in parts for each in _said_alone(part)]
    if isinstance(node, nodes.Concat):
        return [each for part in node.nodes for each in _said_alone(part)]
    return []


def _values(node: nodes.Node) -> list[nodes.Node]:
    """What is compared or looked up is a key, no words; what it is looked up in may hold some."""
    return [node.node] if isinstance(node, nodes.Getitem) else []


def _is_sentence(text: str) -> bool:
    if _SPLICED.fullmatch(text):
        return True
    return not _NO_WORDS.fullmatch(text) and bool(
        _SENTENCE.search(re.sub(r"<[^>]*>|/[\w/?=&-]+", "", text))
    )


def _of_text(data: str, place: _Place) -> list[str]:
    """Walk through HTML from where it stood, and give the texts and read attributes that it
    holds.
    """
    texts, at, start = [], 0, 0
    while at < len(data):
        sign = data[at]
        if place.quote:
            if sign == place.quote:
                texts += [data[start:at]] if place.is_read else []
                place.quote = place.attribute = ""
        elif place.tag:
            at, start = _in_tag(data, at, start, place)
        elif sign == "<" and _opens(data, at, place):
            texts += [data[start:at]] if place.is_read else []
            found = re.match(r"<[/!]?[\w-]*", data[at:])
            assert found is not None
            place.tag = found[0][1:] or "!"
            at += len(found[0]) - 1
        at += 1
    texts += [data[start:]] if place.is_read and start < len(data) else []
    return _worded(texts)


def _opens(data: str, at: int, place: _Place) -> bool:
    return not place.raw or data.startswith(f"</{place.raw}", at)


def _in_tag(
    data: str,
    at: int,
    start: int,
    place: _Place,
) -> tuple[int, int]:
    """One sign inside a tag: its end, or an attribute's value begins."""
    sign = data[at]
    if sign == ">":
        place.raw = place.tag if place.tag in ("script", "style", "code") else ""
        place.tag = ""
        return at, at + 1
    if sign in "\"'" and data[:at].endswith("="):
        named = re.search(r"([\w:-]+)=$", data[:at])
        place.attribute = named[1] if named else ""
        place.quote = sign
        return at, at + 1
    return at, start


_NO_SPEECH = {
    "ValueError",
    "TypeError",
    "RuntimeError",
    "KeyError",
    "AssertionError",
    "UnmarkedRouteError",
}
_TRANSLATES = {
    "_",
    "_l",
    "_n",
    "gettext",
    "ngettext",
    "lazy_gettext",
    "gettext_noop",
    "unsigned_post",
    "fresh_sign_in",
}
# `Enter a number.`, `Price, low to high`
_SAID = re.compile(r"[A-Z“%].* .*[.?!]|[A-Z][a-z]+(?: [a-z]+)+")


def unsaid(code: str) -> list[str]:
    """Sentences in Python that somebody would read and that go past gettext: not docstrings, logs
    and programming errors.
    """
    tree, found = ast.parse(code), []
    skipped = {id(node) for each in ast.walk(tree) for node in _beside(each)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if (
            isinstance(text, str)
            and id(node) not in skipped
            and _SAID.fullmatch(text.strip())
        ):
            found.append(text)
    return found


def given_to_gettext(code: str) -> set[str]:
    """The sentences that a module hands over to be translated or marks, the first form of each."""
    calls = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in _TRANSLATES
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def called(func: ast.expr) -> tuple[str, str]:
    """What a call is of, as far as it has a name: (module or thing, function)."""
    if isinstance(func, ast.Name):
        return "", func.id
    if not isinstance(func, ast.Attribute):
        return "", ""
    return func.value.id if isinstance(func.value, ast.Name) else "", func.attr


def _beside(node: ast.AST) -> Iterator[ast.AST]:
    """What nobody reads, or what is translated: everything inside such a call, a docstring, a
    regular expression.
    """
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.Call):
        owner, name = called(node.func)
        if name in _TRANSLATES | _NO_SPEECH or owner in ("log", "re", "fields"):
            yield from ast.walk(node)
        yield from (
            each
            for word in node.keywords
            if word.arg == "log"
            for each in ast.walk(word.value)
        )
