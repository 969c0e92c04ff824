"""What a shopper fills in to get money back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.words import word
from shared.entrypoints.web.forms import MarketForm, choices, email_address
from shared.entrypoints.web.number_fields import WholeField
from shared.trade.orders.queries import OrderView
from shared.trade.returns.rules import MAX_NOTE, ReturnKind, ReturnReason
from shared.trade.returns.service import WantedReturn
from storefront.checkout.forms import PlainText


def _reasons() -> Iterator[tuple[str, str]]:
    yield "", _("Please choose")
    for reason in ReturnReason:
        if reason is not ReturnReason.NONE:
            yield reason, word("returns.reasons", reason)


class ReturnForm(MarketForm):
    """What is to be given back; the lines of the order add `quantity_<id>` (`return_form`)."""

    # A withdrawal has none; what is no reason counts as none.
    reason = SelectField(
        _l("What is wrong?"),
        choices=lambda: choices(_reasons()),
        validate_choice=False,
    )
    note = TextAreaField(
        _l("Anything the shop should know"),
        [Optional(), Length(max=MAX_NOTE)],
    )
    line_ids: tuple[int, ...] = ()

    def wanted(self, kind: ReturnKind) -> WantedReturn:
        """What was asked for; nobody is asked for the reason of a withdrawal."""
        chosen = self.reason.data
        is_given = kind is ReturnKind.REFUND and chosen in set(ReturnReason)
        return WantedReturn(
            kind,
            ReturnReason(chosen) if is_given else ReturnReason.NONE,
            self.note.data or "",
            {
                id_: count
                for id_ in self.line_ids
                if (count := self[f"quantity_{id_}"].data) is not None
            },
        )


async def return_form(order: OrderView) -> ReturnForm:
    """The form for this order's lines, as the request fills it; one that has a single piece left
    has nothing to choose.
    """
    lines = [line for line in order.lines if line.left]
    if sum(line.left for line in lines) == 1:
        lines = []
    fields: dict[str, Any] = {"line_ids": tuple(line.id for line in lines)}
    for line in lines:
        fields[f"quantity_{line.id}"] = WholeField(
            _("Pieces of %(name)s", name=line.name),
            [
                Optional(),
                NumberRange(min=0, message=_("Enter how many pieces, from 0 on.")),
            ],
        )
    form = cast("type[ReturnForm]", type("ReturnFormOfOrder", (ReturnForm,), fields))
    return await form.from_request()


class WithdrawForm(MarketForm):
    """A withdrawal by whoever has no link at hand: who, which order, where the receipt goes."""

    full_name = StringField(
        _l("Full name"),
        [
            DataRequired(_l("Enter your name.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
            PlainText(),
        ],
    )
    number = StringField(
        _l("Order number"),
        [
            DataRequired(_l("Enter the number of the order, such as MH-7KQ2-9FXD.")),
            Length(max=40, message=_l("Use at most 40 characters.")),
            PlainText(),
        ],
    )
    email = StringField(
        _l("Email"),
        [
            DataRequired(_l("Enter your email, so that we can send the receipt.")),
            Length(max=254),
            email_address,
        ],
    )
