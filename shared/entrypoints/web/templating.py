"""Jinja for pages: nothing waits while a template is filled in, and what comes out the same is
worked out once.

Pages get frozen read models, so there is nothing to await; Quart's own environment asks of each
name and each call whether it is to be awaited.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from quart import Quart

from shared.core import locales
from shared.core.compiled_templates import CompiledTemplates, QuickEnvironment
from shared.entrypoints.web import kept_fields

REMEMBERED = 2048  # of each macro, and sentences
# Macros that say the same whenever they are given the same, in one language.
_REMEMBERED = {
    "card_words": ("said",),
    "document": ("styles", "scripts", "said"),
    "icon": ("use",),
    "mark": ("logo",),
    "navigation": ("vendor", "operator"),
    "ui": ("avatar", "badge"),
}
# Macros that write a field of a form: all but its value, likewise.
_FIELDS = {"forms": ("field", "checkbox", "affix", "money")}
_EXTENDS = re.compile("{% extends '([^']+)'")


class Templates(QuickEnvironment):
    """Jinja's own environment, with the loader of an application of Quart's."""

    def __init__(
        self,
        app: Quart,
        **options: Any,
    ) -> None:
        loader = app.create_global_jinja_loader()
        assert app.template_folder is not None
        folder = Path(app.root_path, app.template_folder)
        super().__init__(
            loader=loader,
            cache_size=-1,
            bytecode_cache=CompiledTemplates(folder, "page"),
            **options,
        )


def teach(env: Environment) -> None:
    """Have pages translate as `locales.teach` says; a sentence without values is looked up once."""
    locales.teach(env)
    env.globals.update(
        _=_sentence,
        gettext=_sentence,
    )


def _sentence(
    message: str,
    /,
    **values: Any,
) -> Markup:
    told = _translated(
        locales.current(),
        message,
    )
    return told % values if values else _filled(locales.current(), message)


@lru_cache(maxsize=REMEMBERED)
def _translated(
    _language: str,
    message: str,
) -> Markup:
    return Markup(locales.translated(message))  # noqa: S704 - a sentence of ours


@lru_cache(maxsize=REMEMBERED)
def _filled(
    language: str,
    message: str,
) -> Markup:
    return _translated(language, message) % {}


def load_components(
    env: Environment,
    folder: Path,
) -> None:
    """Make each file of templates/components a global named after it: `ui`, `forms`, `money`,
    `icon`, `shop`; and `document` and `navigation` of the layouts.

    Done at the first page; again when a file changed, where somebody works on them.
    """
    if env.globals.get("_components") is not None and not env.auto_reload:
        return
    files = sorted(folder.glob("components/*.html"))
    stamp = tuple((file.stem, file.stat().st_mtime_ns) for file in files)
    if env.globals.get("_components") == stamp:
        return
    # Others are made of icons, which they take as they are then.
    _load(
        env,
        "icon",
        "components/icon.html",
    )
    for file in files:
        if file.stem != "icon":
            _load(
                env,
                file.stem,
                f"components/{file.name}",
            )
    for name in ("document", "navigation"):
        _load(
            env,
            name,
            f"layouts/_{name}.html",
        )
    env.globals["_components"] = stamp


def _load(
    env: Environment,
    name: str,
    template: str,
) -> None:
    module = env.get_template(template).make_module()
    for macro in _REMEMBERED.get(name, ()):
        setattr(
            module,
            macro,
            _remembered(getattr(module, macro)),
        )
    for macro in _FIELDS.get(name, ()):
        setattr(
            module,
            macro,
            kept_fields.kept(getattr(module, macro)),
        )
    env.globals[name] = module


@lru_cache(maxsize=REMEMBERED)
def extends(
    env: Environment,
    template: str,
    layout: str,
) -> bool:
    """Whether a template is one of this layout, of its own or through others."""
    if template == layout or env.loader is None:
        return template == layout
    source = env.loader.get_source(env, template)[0]
    above = _EXTENDS.search(source)
    return above is not None and extends(env, above[1], layout)


def _remembered(
    macro: Callable[..., Markup],
) -> Callable[..., Markup]:
    # Typed: Python takes a text and the markup of the same letters for equal.
    @lru_cache(maxsize=REMEMBERED, typed=True)
    def made(
        _language: str,
        *given: Any,
        **named: Any,
    ) -> Markup:
        return macro(
            *given,
            **named,
        )

    def say(
        *given: Any,
        **named: Any,
    ) -> Markup:
        return made(
            locales.current(),
            *given,
            **named,
        )

    return say
