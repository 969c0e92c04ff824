"""Why a code takes nothing off, for shoppers; what is wrong with one, for who writes it."""

from __future__ import annotations

from datetime import datetime

from shared.core.errors import Conflict, Invalid, NotFound, TooMany
from shared.core.formats import day, money
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales import ngettext
from shared.core.money import Money
from shared.trade.catalogue.errors import CategoryNeeded


class CodeRefused(Conflict):
    """A code takes nothing off this purchase; the sentence says why."""

    code = "discount_refused"
    param = "discount_code"


class UnknownCode(CodeRefused):
    """Nobody has such a code."""

    code = "discount_unknown"

    def __init__(self, typed: str) -> None:
        super().__init__(
            _(
                "We do not know the code “%(code)s”. Check how it is written.",
                code=typed[:40],
            )
        )


class CodeNotYet(CodeRefused):
    """Its time has not come."""

    code = "discount_not_yet"

    def __init__(self, code: str, starts_at: datetime) -> None:
        super().__init__(
            _(
                "The code %(code)s can be used from %(day)s.",
                code=code,
                day=day(starts_at.date(), with_year=True),
            )
        )


class CodeOver(CodeRefused):
    """Its time is over, or it was switched off."""

    code = "discount_over"

    def __init__(self, code: str) -> None:
        super().__init__(_("The code %(code)s is not valid any more.", code=code))


class CodeUsedUp(CodeRefused):
    """It was used as often as it can be."""

    code = "discount_used_up"

    def __init__(self, code: str) -> None:
        super().__init__(
            _("The code %(code)s has been used as often as it can be.", code=code)
        )


class CodeUsedByYou(CodeRefused):
    """This shopper has used it as often as one shopper can."""

    code = "discount_used_by_you"

    def __init__(self, code: str, times: int) -> None:
        super().__init__(
            ngettext(
                "You have used the code %(code)s already. It can be used once.",
                "You have used the code %(code)s %(number)s times already. That is how often one"
                " person can use it.",
                times,
                code=code,
                number=times,
            )
        )


class CodeWithoutGoods(CodeRefused):
    """It is another shop's."""

    code = "discount_other_shop"

    def __init__(self, code: str) -> None:
        super().__init__(
            _(
                "The code %(code)s is of another shop. It takes nothing off what is in your"
                " basket.",
                code=code,
            )
        )


class CodeNotForThese(CodeRefused):
    """The marketplace's, for other vendors or categories."""

    code = "discount_not_for_these"

    def __init__(self, code: str) -> None:
        super().__init__(
            _(
                "The code %(code)s is not for the things in your basket.",
                code=code,
            )
        )


class OtherCurrency(CodeRefused):
    """It takes off an amount of another currency."""

    code = "discount_other_currency"

    def __init__(self, code: str, currency: str) -> None:
        super().__init__(
            _(
                "The code %(code)s is for things that are sold in %(currency)s.",
                code=code,
                currency=currency,
            )
        )


class BelowLeast(CodeRefused):
    """Too little was bought of what it is for."""

    code = "discount_below_least"

    def __init__(self, code: str, least: Money, missing: Money) -> None:
        super().__init__(
            _(
                "The code %(code)s needs an order of %(least)s or more. Another %(missing)s is"
                " missing.",
                code=code,
                least=money(least),
                missing=money(missing),
            )
        )


class CodeTakesNothing(CodeRefused):
    """There is nothing for it to take off: sending is free, or a percentage rounds to nothing."""

    code = "discount_takes_nothing"

    def __init__(self, code: str) -> None:
        super().__init__(
            _("The code %(code)s takes nothing off this order.", code=code)
        )


class LeavesTooLittle(CodeRefused):
    """What is left is more than nothing and less than a card can be charged."""

    code = "discount_leaves_too_little"

    def __init__(self, code: str, left: Money, least: Money) -> None:
        super().__init__(
            _(
                "With the code %(code)s %(left)s would be left to pay, and cards are charged"
                " %(least)s or more. Add something to your basket, or order without the code.",
                code=code,
                left=money(left),
                least=money(least),
            )
        )


class DiscountChanged(CodeRefused):
    """What a code takes off is something else than stood on the page."""

    code = "discount_changed"

    def __init__(self, code: str) -> None:
        super().__init__(
            _(
                "What the code %(code)s takes off has changed. Please look at the new total before"
                " you order.",
                code=code,
            )
        )


class GuessedTooOften(TooMany):
    """Somebody guesses."""

    code = "too_many_codes"
    default = _n(
        "Too many codes that do not exist were tried from here. Please wait some minutes before"
        " you try another one."
    )


class DiscountNotFound(NotFound):
    """There is no such code, or it is somebody else's."""

    default = _n("That discount is not there any more.")


class CodeMalformed(Invalid):
    """A code has letters, digits and dashes."""

    param = "discount_code"
    default = _n("Use %(least)s to %(most)s letters from A to Z, digits and dashes.")


class CodeTaken(Conflict):
    """The owner has this code already."""

    code = "code_taken"
    param = "discount_code"
    default = _n("You have a discount with this code already.")


class CodeOfMarketplace(Conflict):
    """The marketplace has it, so shoppers would not know whose it is."""

    code = "code_taken"
    param = "discount_code"
    default = _n("This code is taken. Choose another one.")


class CodeOfVendor(Conflict):
    """A vendor has it, so shoppers would not know whose it is."""

    code = "code_taken"
    param = "discount_code"

    def __init__(self, vendor: str) -> None:
        super().__init__(
            _(
                "%(vendor)s has a discount with this code. Choose another one.",
                vendor=vendor,
            )
        )


class DiscountPercentOutOfRange(Invalid):
    """More than all cannot be taken off."""

    param = "percentage"
    default = _n("Enter a percentage above 0, at most 100.")


class DiscountAmountOutOfRange(Invalid):
    """Nothing to take off, or more than Stripe takes."""

    param = "amount"
    default = _n("Enter an amount above zero.")


class DiscountCurrencyLacking(Invalid):
    """An amount is of a currency."""

    param = "currency"
    default = _n("Choose the currency of the amounts.")


class DiscountLeastOutOfRange(Invalid):
    """An order is worth nothing at least."""

    param = "least"
    default = _n("Enter an amount from zero.")


class DiscountEndsFirst(Invalid):
    """It would be over before it begins."""

    param = "ends_day"
    default = _n("It would be over before it begins.")


class DiscountLimitOutOfRange(Invalid):
    """How often a code can be used is a number from one."""

    param = "most_uses"
    default = _n("Enter a number from 1, or leave it empty.")


class TooManyDiscounts(Invalid):
    """An owner has only so many codes."""

    default = _n(
        "There can be at most %(most)s discounts. Use one that is switched off again."
    )


class CategoryReduced(CategoryNeeded):
    """A code that can be used is for it."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(
            _(
                "The code %(code)s is for %(name)s. Change it or switch it off first.",
                code=code,
                name=name,
            )
        )
