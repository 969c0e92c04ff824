"""Every v1 route of the installed SDK, read from the sources of its services; and Stripe's form
encoding.
"""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

SDK = Path(stripe.__file__).parent


@dataclass(frozen=True)
class Route:
    method: str  # GET POST DELETE
    template: str  # /v1/payment_intents/{intent}/confirm
    operation: str  # PaymentIntentService.confirm
    params: (
        str | None
    )  # "stripe.params._payment_intent_confirm_params:PaymentIntentConfirmParams"
    params_required: bool
    returns: str  # "PaymentIntent", "ListObject[Charge]", ...
    module: str
    base: str  # api | files | connect | meter_events

    @functools.cached_property
    def regex(self) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", self.template)
        out = "".join(
            re.escape(p) if i % 2 == 0 else rf"(?P<{p}>[^/]+)"
            for i, p in enumerate(parts)
        )
        return re.compile(out + r"\Z")


def imports(tree: ast.Module) -> dict[str, str]:
    """name -> 'module:attr' for every `from x import y [as z]`, TYPE_CHECKING blocks included."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}:{alias.name}"
    return found


def _text(node: ast.expr | None) -> str:
    if node is None:
        return "None"
    if isinstance(node, ast.Constant):
        return str(node.value)
    return ast.unparse(node).replace("'", "").replace('"', "")


def _url(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
    ):
        return _url(node.func.value)
    return None


@functools.cache
def routes() -> tuple[Route, ...]:
    found: list[Route] = []
    for file in sorted(SDK.rglob("_*_service.py")):
        if "v2" in file.relative_to(SDK).parts:
            continue
        tree = ast.parse(file.read_text())
        names = imports(tree)
        module = "stripe." + ".".join(file.relative_to(SDK).with_suffix("").parts)
        for cls in (n for n in tree.body if isinstance(n, ast.ClassDef)):
            for fn in (n for n in cls.body if isinstance(n, ast.FunctionDef)):
                for call in ast.walk(fn):
                    if not (
                        isinstance(call, ast.Call)
                        and isinstance(call.func, ast.Attribute)
                        and call.func.attr in ("_request", "_request_stream")
                        and len(call.args) >= 2
                        and isinstance(call.args[0], ast.Constant)
                    ):
                        continue
                    url = _url(call.args[1])
                    if not url or not url.startswith("/v1/"):
                        continue
                    base = next(
                        (
                            _text(k.value)
                            for k in call.keywords
                            if k.arg == "base_address"
                        ),
                        "api",
                    )
                    args = [*fn.args.posonlyargs, *fn.args.args, *fn.args.kwonlyargs]
                    note = next(
                        (_text(a.annotation) for a in args if a.arg == "params"), None
                    )
                    required, target = False, None
                    if note:
                        required = not note.startswith("Optional[")
                        name = note.removeprefix("Optional[").removesuffix("]")
                        target = names.get(name)
                    found.append(
                        Route(
                            str(call.args[0].value).upper(),
                            url,
                            f"{cls.name}.{fn.name}",
                            target,
                            required,
                            _text(fn.returns),
                            module,
                            base,
                        )
                    )
    # literal segments win over placeholders: /payment_intents/search before
    # /payment_intents/{intent}
    return tuple(
        sorted(
            found,
            key=lambda r: (
                r.template.count("{"),
                r.template,
                r.method,
            ),
        )
    )


@functools.cache
def _like(method: str, segments: int) -> tuple[Route, ...]:
    return tuple(
        route
        for route in routes()
        if route.method == method and route.template.count("/") == segments
    )


def match(method: str, path: str) -> Route | None:
    path = urlsplit(path).path
    for route in _like(method.upper(), path.count("/")):
        if route.regex.match(path):
            return route
    return None


def parse_form(body: str | bytes) -> dict[str, Any]:
    """Decode Stripe's bracketed form encoding to nested dicts and lists; leaves stay strings."""
    if isinstance(body, bytes):
        body = body.decode()
    root: dict[str, Any] = {}
    for key, value in parse_qsl(body, keep_blank_values=True):
        head, _, rest = key.partition("[")
        path = [head, *re.findall(r"\[([^\]]*)\]", "[" + rest if rest else "")]
        node = root
        for i, part in enumerate(path):
            part = part if part != "" else str(len(node))  # a[]=1&a[]=2
            if i == len(path) - 1:
                node[part] = value
            else:
                nxt = node.setdefault(part, {})
                if not isinstance(nxt, dict):
                    nxt = node[part] = {}
                node = nxt
    return {k: _fold(k, v) for k, v in root.items()}


def _fold(key: str, node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    folded = {k: _fold(k, v) for k, v in node.items()}
    # metadata[7]=x is a key, not an index.
    if folded and key != "metadata" and all(k.isdigit() for k in folded):
        return [folded[k] for k in sorted(folded, key=int)]
    return folded
