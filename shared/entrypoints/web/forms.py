"""Forms: WTForms with our CSRF, trimmed text, and limits that keep absurd input away from use
cases.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Self

from quart import current_app, request, session
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    Form,
    HiddenField,
    PasswordField,
    SelectMultipleField,
    StringField,
    ValidationError,
    i18n,
)
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # its stubs lag
    SelectChoice,
    SelectFieldBase,
)
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from shared.core import locales
from shared.core.errors import Invalid, MarketError
from shared.core.locales import gettext as _
from shared.core.typed import readable
from shared.entrypoints.web.csrf import Csrf, is_token, token_of
from shared.entrypoints.web.widgets import quick
from shared.trade.people.rules import check_password, normal_email

# The field in which a form carries what it showed (shared/entrypoints/web/editing.py).
OPENED = "opened"
MAX_TEXT = 10_000
MAX_INTEGER = 2**53

Pair = tuple[str, str]  # a field's name or label, and what stands in it

# What opens something, by its name in a form: every PasswordField of every form, and what is good
# once.
_secret_names = {"csrf_token", "code", "credential"}


def is_secret(name: str) -> bool:
    """Whether a field of this name is never put back into a page and never kept for later."""
    return name in _secret_names or "password" in name.lower()


def _sane(_form: BaseForm, field: Field) -> None:
    """Before a field's own validators: no numbers that no column holds, no novels, no NaN."""
    value = field.data
    if isinstance(value, str) and len(value) > getattr(field, "max_text", MAX_TEXT):
        raise StopValidation(_("That is too long."))
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise StopValidation(_("That number is too large."))
    if isinstance(value, Decimal) and not _is_real(value):
        raise StopValidation(_("Enter a number."))


def _is_real(value: Decimal) -> bool:
    return value.is_finite() and abs(value) <= MAX_INTEGER


def _tidy(value: Any) -> Any:
    """What was typed, without what nobody can see of it."""
    return readable(value).strip() if isinstance(value, str) else value


class MarketForm(Form):
    """The base of every form.

    `validate_x` methods must be plain functions: WTForms never runs coroutines.
    """

    # what somebody else has changed since it was opened (shared/entrypoints/web/editing.py)
    meanwhile: Any = None

    class Meta(DefaultMeta):
        csrf = True
        csrf_class = Csrf
        currency: str | None = None
        # In which amounts are written in fields, and read where both signs are possible.
        language = locales.SOURCE

        def get_translations(self, form: BaseForm) -> Any:
            """WTForms' own sentences, in the language of the form."""
            if self.language == locales.SOURCE:
                return None
            return i18n.get_translations([self.language])

        def build_csrf(self, form: BaseForm) -> Any:
            self.csrf_secret = _csrf_secret()
            self.csrf_context = session
            return super().build_csrf(form)

        def bind_field(
            self,
            form: BaseForm,
            unbound_field: Any,
            options: Any,
        ) -> Any:
            field: Any = unbound_field.bind(form=form, **options)
            field.validators = [_sane, *field.validators]
            if isinstance(field, StringField) and not isinstance(field, PasswordField):
                field.filters = (_tidy, *field.filters)
            field.widget = quick(field.widget)
            return field

    def __init__(
        self,
        formdata: Any = None,
        *,
        meta: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            formdata,
            meta={"language": locales.current(), **(meta or {})},
            **kwargs,
        )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, value in vars(cls).items():
            if _is_password(value):
                _secret_names.add(name)
            if name.startswith("validate") and inspect.iscoroutinefunction(value):
                method = f"{cls.__name__}.{name}"
                raise TypeError(f"{method} is async, so WTForms would never run it")

    @classmethod
    async def from_request(
        cls,
        *,
        currency: str | None = None,
        **kwargs: Any,
    ) -> Self:
        """The form as this request fills it: from the body of a POST, else from `obj`, `data` and
        defaults.

        `currency` is what MoneyFields without one of their own are in.
        """
        formdata = None
        if request.method in ("POST", "PUT", "PATCH"):
            formdata = await request.form
        meta = {**kwargs.pop("meta", {}), "currency": currency}
        return cls(formdata, meta=meta, **kwargs)

    @classmethod
    def in_words(cls, sent: Iterable[Pair]) -> list[Pair]:
        """What was typed and chosen, by the labels that people saw.

        Nothing is checked, and what is hidden stays so.
        """
        meta = {"csrf": False, "currency": None}
        form = cls(MultiDict(list(sent)), meta=meta)
        told = ((str(field.label.text), _said(field)) for field in form)
        return [(label, said) for label, said in told if said]

    def ok(self) -> bool:
        """Whether this is a POST and everything in it is right."""
        return request.method == "POST" and self.validate()

    def blame(self, error: MarketError) -> None:
        """Show a MarketError at the field its `param` names, or above the form."""
        field = self._fields.get(error.param or "")
        if field is not None:
            field.errors = [*field.errors, error.message]
        else:
            self.form_errors.append(error.message)


def _is_password(value: Any) -> bool:
    if not isinstance(value, UnboundField):
        return False
    return issubclass(value.field_class, PasswordField)


def _said(field: Any) -> str:
    if isinstance(field, HiddenField):
        return ""
    if isinstance(field, BooleanField):
        return _("Yes") if field.data else _("No")
    if isinstance(field, SelectFieldBase):
        chosen = (option.label.text for option in field if option.checked)
        return ", ".join(map(str, chosen))
    return " ".join(map(str, field.raw_data or ())).strip()


class _Check(CheckboxInput):
    """One box of several: a browser would take `required`, which WTForms hands down, to mean each
    of them.
    """

    def __call__(self, field: Any, **attributes: Any) -> Any:
        return super().__call__(field, **{"required": False, **attributes})


class ChecksField(SelectMultipleField):
    """Some of several things, each with a box of its own."""

    option_widget = _Check()
    widget = ListWidget(prefix_label=False)


def choices(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """(value, label) pairs as WTForms 3.4 will want them for SelectField and RadioField; plain
    tuples are deprecated.
    """
    return [SelectChoice(value, label) for value, label in pairs]


def email_address(_form: BaseForm, field: Field) -> None:
    """A validator: an address that mail can reach; the field's data becomes its stored form."""
    try:
        field.data = normal_email(field.data or "")
    except Invalid as error:
        raise ValidationError(error.message) from None


def good_password(form: BaseForm, field: Field) -> None:
    """A validator for a new password; a field `email` of the same form may not be the password."""
    email = form["email"].data if "email" in form else ""
    try:
        check_password(field.data or "", email=email or "")
    except Invalid as error:
        raise ValidationError(error.message) from None


class Bare(MarketForm):
    """A form of nothing but its token: for buttons."""


def _csrf_secret() -> bytes:
    return b"csrf:" + str(current_app.secret_key).encode()


def csrf_token() -> str:
    """The token that every form of this browser carries."""
    return token_of(_csrf_secret(), session)


def csrf_valid(sent: str) -> bool:
    """Whether what was sent is the token of this browser's session."""
    return bool(session.get("csrf")) and is_token(sent, csrf_token())
