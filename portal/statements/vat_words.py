"""What pages say of a VAT number and of the VAT on the commission, to the vendor and to the
marketplace's staff.
"""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.filters import country as country_name
from shared.trade.vat.numbers import format_of
from shared.trade.vat.queries import Registration, RegistrationState
from shared.trade.vat.rules import Treatment, is_in_eu

_BADGES = {
    RegistrationState.WAITING: ("warn", _n("Not confirmed yet")),
    RegistrationState.CONFIRMED: ("ok", _n("Confirmed")),
    RegistrationState.REFUSED: ("bad", _n("Refused")),
}
NAMES = {
    RegistrationState.WAITING: _l("To confirm"),
    RegistrationState.CONFIRMED: _l("Confirmed"),
    RegistrationState.REFUSED: _l("Refused"),
}


@frozen
class Register:
    """Where a person can look a number up. Nothing is asked there by us."""

    name: str
    href: str


VIES = Register(
    _l("VIES, the European Commission’s register"),
    "https://ec.europa.eu/taxation_customs/vies/",
)
_REGISTERS = {
    "CHE": Register(_l("the Swiss UID register"), "https://www.uid.admin.ch/"),
    "NO": Register(_l("the Norwegian Brønnøysund register"), "https://www.brreg.no/"),
    "GB": Register(
        _l("the British VAT register"), "https://www.gov.uk/check-uk-vat-number"
    ),
}


def badge_of(state: RegistrationState) -> tuple[str, str]:
    """Kind of badge and word of a state, for the vendor."""
    kind, said = _BADGES[state]
    return kind, _(said)


def badges() -> dict[RegistrationState, tuple[str, str]]:
    """The same of each state."""
    return {state: badge_of(state) for state in _BADGES}


def register_of(found: Registration | None) -> Register | None:
    """Where this number can be looked up; nothing for a state whose register we do not know."""
    form = format_of(found.number) if found and found.number else None
    if form is None:
        return None
    is_vies = form.prefix == "XI" or is_in_eu(
        {"EL": "GR"}.get(form.prefix, form.prefix)
    )
    return VIES if is_vies else _REGISTERS.get(form.prefix)


def number_and_state(found: Registration | None) -> str:
    """`DK13585628 (Denmark)`; says so where there is none."""
    if found is None or not found.number:
        return _("None")
    return f"{found.number} ({found.state})" if found.state else found.number


def to_vendor(
    found: Registration | None,
    treatment: Treatment | None,
    country: str,
) -> str:
    """What the vendor's own page says about the VAT in its platform fee."""
    if treatment is None:
        return ""
    if treatment is Treatment.DOMESTIC:
        return _(
            "You and the marketplace are in the same state, so the platform fee contains its VAT, "
            "with a number or without."
        )
    if treatment is Treatment.REVERSE_CHARGE:
        return _(
            "The platform fee contains no VAT: you account for it in %(country)s (reverse "
            "charge).",
            country=country_name(country),
        )
    if treatment is Treatment.OUTSIDE:
        return _("The platform fee contains no VAT: you are a business outside the EU.")
    if found is not None and found.status is RegistrationState.WAITING:
        return _(
            "Until the marketplace’s staff has confirmed the number, the platform fee contains "
            "VAT. We write to you then."
        )
    if found is not None and found.status is RegistrationState.REFUSED:
        return _(
            "The number was refused, so the platform fee contains VAT: %(reason)s",
            reason=found.words,
        )
    if is_in_eu(country):
        return _("Without a confirmed VAT number the platform fee contains VAT.")
    return _(
        "Until we know that you are a business, the platform fee contains VAT. State your number, "
        "or write to us."
    )


def to_staff(treatment: Treatment | None) -> str:
    """What the vendor's page says to the staff: what becomes of the VAT as things stand."""
    return {
        None: _("Nobody writes invoices yet."),
        Treatment.DOMESTIC: _(
            "Your VAT is charged: the vendor is in your own state, so its number decides nothing."
        ),
        Treatment.UNPROVEN: _(
            "Your VAT is charged, until you have confirmed that the vendor is a business abroad."
        ),
        Treatment.REVERSE_CHARGE: _(
            "Reverse charge: the vendor accounts for the VAT in its own state."
        ),
        Treatment.OUTSIDE: _(
            "No VAT: the commission of a business outside the EU is outside its scope."
        ),
    }[treatment]


def rule_of(country: str, seller: str | None) -> str:
    """Which rule decides about a vendor of `country`, and what is a proof there."""
    if seller == country:
        return _(
            "In your own state your VAT is charged, whatever the number. Confirm it so that it "
            "stands on invoices."
        )
    if is_in_eu(country) and (seller is None or is_in_eu(seller)):
        return _(
            "In another member state a confirmed number moves the VAT to the vendor (articles 44 "
            "and 196 of directive "
            "2006/112/EC). The proof is VIES’ answer with this name (article 18 of regulation "
            "282/2011)."
        )
    return _elsewhere(country)


def _elsewhere(country: str) -> str:
    """Outside the EU."""
    if country == "GB":
        return _(
            "Outside the EU a number decides nothing by itself. What counts is that the vendor "
            "is a business: a certificate of its tax office, its number as its state’s register "
            "shows it, or another proof that you have checked (article 18, paragraph 3, of "
            "regulation 282/2011). Then the commission is outside the scope of VAT. An XI number "
            "is for goods only, so it counts as outside here."
        )
    return _(
        "Outside the EU a number decides nothing by itself. What counts is that the vendor is a "
        "business: a certificate of its tax office, its number as its state’s register shows it, "
        "or another proof that you have checked (article 18, paragraph 3, of regulation "
        "282/2011). Then the commission is outside the scope of VAT."
    )
