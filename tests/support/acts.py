"""Every name of an act that the code may write into the audit trail, found by reading the code.

From each call of `audit.record` back: constants, either side of a condition, constants of modules,
what callers of a function hand on. Names that are put together of a state are told by `MADE`. What
cannot be followed is named, not skipped.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from shared.finance.payments.rules import PaymentState
from shared.finance.payouts.rules import PayoutState
from shared.finance.recovery.rules import MovementKind
from shared.finance.refunds.rules import RefundState

ROOT = Path(__file__).resolve().parents[2]
RECORD = ("shared.infra.unit", "record")
RECORD_OF_ORDER = ("shared.infra.unit", "record_of_order")
ACT = ("shared.infra.unit", "Act")
MADE = {
    "claim.": MovementKind,
    "payment.": PaymentState,
    "payout.": PayoutState,
    "refund.": RefundState,
}
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Handed:
    """A function that writes `begin` and then one of its arguments into the trail."""

    module: str
    name: str
    argument: str
    place: int
    begin: str


@dataclass
class Module:
    """One file, and what its names mean."""

    name: str
    tree: ast.Module
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for each in node.names:
                    self.imported[each.asname or each.name] = (node.module, each.name)

    @cached_property
    def calls(self) -> list[tuple[ast.Call, list[Function]]]:
        """Every call with the functions around it, the innermost first."""
        return list(_calls(self.tree, []))

    def target(self, function: ast.expr) -> tuple[str, str]:
        """What is called: (module, name)."""
        match function:
            case ast.Name(name):
                return self.imported.get(name, (self.name, name))
            case ast.Attribute(ast.Name("tx"), "record" | "record_of_order" as name):
                return ("shared.infra.unit", name)
            case ast.Attribute(ast.Name(base), name) if base in self.imported:
                return (".".join(self.imported[base]), name)
        return ("", "")


def _calls(
    node: ast.AST, around: list[Function]
) -> Iterator[tuple[ast.Call, list[Function]]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, around
        yield from _calls(
            child, [child, *around] if isinstance(child, FUNCTIONS) else around
        )


class Acts:
    """What is found: the names, and the places that could not be followed."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.unknown: list[str] = []
        self._modules = {module.name: module for module in _modules()}
        self._seen: set[Handed] = set()
        self._follow(Handed(*RECORD, "action", 0, ""))
        self._follow(Handed(*RECORD_OF_ORDER, "action", 1, ""))
        self._follow(Handed(*ACT, "name", 0, ""))

    def _follow(self, handed: Handed) -> None:
        if handed in self._seen:
            return
        self._seen.add(handed)
        for module in self._modules.values():
            for call, around in module.calls:
                if module.target(call.func) == (handed.module, handed.name):
                    given = next(
                        (k.value for k in call.keywords if k.arg == handed.argument),
                        None,
                    )
                    if given is None and len(call.args) > handed.place:
                        given = call.args[handed.place]
                    if given is not None:
                        self._read(given, module, around, handed.begin)

    def _read(
        self,
        given: ast.expr,
        module: Module,
        around: list[Function],
        begin: str,
    ) -> None:
        match given:
            case ast.Constant(str(text)):
                self.names.add(begin + text)
            case ast.Subscript(ast.Name(name)):
                if not self._assigned(name, module, around, begin):
                    self.unknown.append(f"{module.name}:{given.lineno}: {name}")
            case ast.Dict():
                for value in given.values:
                    self._read(value, module, around, begin)
            case ast.IfExp():
                self._read(given.body, module, around, begin)
                self._read(given.orelse, module, around, begin)
            case ast.JoinedStr([ast.Constant(str(text)), ast.FormattedValue(value)]):
                if isinstance(value, ast.Name) and self._handed_on(
                    value.id, module, around, begin + text, made=True
                ):
                    return
                if begin + text not in MADE:
                    self.unknown.append(
                        f"{module.name}:{given.lineno}: {ast.unparse(given)}"
                    )
                self.names |= {
                    f"{text}{state.value}" for state in MADE.get(begin + text, ())
                }
            case ast.Name(name):
                if not self._handed_on(
                    name, module, around, begin
                ) and not self._assigned(name, module, around, begin):
                    self.unknown.append(f"{module.name}:{given.lineno}: {name}")
            case ast.Attribute(ast.Name(base), name) if base in module.imported:
                source = self._modules[".".join(module.imported[base])]
                if not self._assigned(name, source, [], begin):
                    self.unknown.append(f"{module.name}:{given.lineno}: {base}.{name}")
            case _:
                self.unknown.append(
                    f"{module.name}:{given.lineno}: {ast.unparse(given)}"
                )

    def _handed_on(
        self,
        name: str,
        module: Module,
        around: list[Function],
        begin: str,
        *,
        made: bool = False,
    ) -> bool:
        """Whether it is an argument of the function around; then its callers are read, and what it
        is by default.
        """
        function = next((each for each in around if name in _arguments(each)), None)
        if function is None or (made and begin in MADE):
            return False
        arguments = _arguments(function)
        default = arguments[name]
        if default is not None:
            self._read(default, module, around, begin)
        self._follow(
            Handed(
                module.name,
                function.name,
                name,
                list(arguments).index(name),
                begin,
            )
        )
        return True

    def _assigned(
        self,
        name: str,
        module: Module,
        around: list[Function],
        begin: str,
    ) -> bool:
        """Whether the function, the module or where it comes from gives it a value that can be
        read.
        """
        if name in module.imported:
            source, name = module.imported[name]
            module = self._modules[source]
        values = [
            node.value
            for scope in (*around, module.tree)
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
        ]
        for value in values:
            self._read(value, module, around, begin)
        return bool(values)


def _arguments(function: Function) -> dict[str, ast.expr | None]:
    """The arguments of a function in their order, with their defaults."""
    given = function.args
    placed = [*given.posonlyargs, *given.args]
    filled = [
        *[None] * (len(placed) - len(given.defaults)),
        *given.defaults,
    ]
    return {
        each.arg: value
        for each, value in zip(
            (*placed, *given.kwonlyargs), (*filled, *given.kw_defaults), strict=True
        )
    }


def _modules() -> Iterator[Module]:
    for folder in ("shared", "portal", "storefront"):
        for path in (ROOT / folder).rglob("*.py"):
            inside = path.relative_to(ROOT).with_suffix("").parts
            if not {"sandbox", "migrations"} & set(inside):
                text = path.read_text()
                if any(word in text for word in ("Act(", "note", "record", "action=")):
                    yield Module(".".join(inside), ast.parse(text))
