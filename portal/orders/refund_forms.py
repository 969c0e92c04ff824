"""What a vendor fills in to give money back: all, pieces of lines, or an amount."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from wtforms import BooleanField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.orders.refund_words import REASONS
from shared.core.amounts import read_amount
from shared.core.errors import Invalid
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.money import MAX_AMOUNT, Money
from shared.entrypoints.web.forms import MarketForm, choices
from shared.entrypoints.web.number_fields import MoneyField, WholeField
from shared.finance.refunds.errors import TooMuch
from shared.finance.refunds.preview import Refundable
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.finance.refunds.service import MAX_NOTE
from shared.trade.returns.queries import ReturnView


def _reasons() -> Iterator[tuple[str, str]]:
    for code, said in REASONS.items():
        yield code, _(said)


class AmountLeft(MoneyField):
    """What goes back: even of an amount that nobody could pay, the most is what is `left`."""

    def __init__(
        self,
        *args: Any,
        left: Money | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            *args,
            **kwargs,
        )
        self.left = left

    def read(
        self,
        text: str,
    ) -> Money:
        typed = read_amount(
            text,
            self.currency or "",
            self.meta.language,
        )
        if self.left is not None and typed.amount > MAX_AMOUNT:
            raise Invalid(TooMuch(self.left).message)
        return super().read(text)


class RefundForm(MarketForm):
    """The refund of one order; its lines add `quantity_<id>` and `restock_<id>` (see
    `refund_form`).
    """

    reach = RadioField(
        _l("What goes back"),
        [InputRequired(_l("Choose what goes back."))],
        choices=choices([(r.value, r.value) for r in Reach]),
        default=Reach.WHOLE.value,
    )
    amount = AmountLeft(_l("Amount"))
    reason = SelectField(
        _l("Why"),
        choices=lambda: choices(_reasons()),
        default=next(iter(REASONS)),
    )
    shipping = BooleanField(_l("Delivery cost"))
    note = TextAreaField(
        _l("Note to the shopper"),
        [Optional(), Length(max=MAX_NOTE)],
    )
    seen = WholeField(
        _l("Refunds so far"),
        [Optional(), NumberRange(min=0)],
    )
    answers = WholeField(
        _l("Request"),
        [Optional(), NumberRange(min=1)],
    )
    line_ids: Sequence[int] = ()

    def validate(
        self,
        extra_validators: Mapping[str, Sequence[Any]] | None = None,
    ) -> bool:
        """Only what was chosen has to be right: an amount does not matter when everything goes
        back.
        """
        super().validate(extra_validators)
        for name, field in self._fields.items():
            idle = (name == "amount" and self.reach.data != Reach.AMOUNT) or (
                name.startswith("quantity_") and self.reach.data != Reach.LINES
            )
            if idle or name in ("seen", "answers"):
                field.errors = ()
        return not self.errors

    def requested(self) -> RefundRequest:
        """What was asked for."""
        reach = Reach(self.reach.data)
        return RefundRequest(
            reach,
            amount=self.amount.data.amount
            if reach is Reach.AMOUNT and self.amount.data is not None
            else None,
            quantities={
                id_: self[f"quantity_{id_}"].data or 0 for id_ in self.line_ids
            },
            restock=frozenset(
                id_ for id_ in self.line_ids if self[f"restock_{id_}"].data
            ),
            shipping=bool(self.shipping.data),
        )


async def refund_form(
    order: Refundable,
    asked: ReturnView | None = None,
) -> RefundForm:
    """The form for this order's lines, as the request fills it; at first with what the shopper
    asked for.
    """
    fields: dict[str, Any] = {
        "line_ids": tuple(line.id for line in order.lines),
        "amount": AmountLeft(_l("Amount"), left=order.left),
    }
    for line in order.lines:
        fields[f"quantity_{line.id}"] = WholeField(
            _("Pieces of %(name)s", name=line.name),
            [
                Optional(),
                NumberRange(min=0, message=_("Enter how many pieces, from 0 on.")),
            ],
        )
        fields[f"restock_{line.id}"] = BooleanField(_("Put back in stock"))
    form = type(
        "RefundFormOfOrder",
        (RefundForm,),
        fields,
    )
    made = cast(
        "type[RefundForm]",
        form,
    )
    return await made.from_request(
        currency=order.total.currency,
        data={"seen": order.seen, **_asked(order, asked)},
    )


def _asked(
    order: Refundable,
    asked: ReturnView | None,
) -> dict[str, Any]:
    if asked is None:
        return {}
    told: dict[str, Any] = {"answers": asked.id}
    left = {line.id: line.left for line in order.lines if line.left}
    if left == asked.pieces or not order.total:  # which goes back as a whole
        return told
    pieces = {f"quantity_{id_}": count for id_, count in asked.pieces.items()}
    return {**told, **pieces, "reach": Reach.LINES.value}
