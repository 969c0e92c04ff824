"""What people read of what was done to their own account; what stands here is all that they are
shown.
"""

from __future__ import annotations

from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n

OF_ACCOUNT = {
    "person.signed_in": _n("Signed in"),
    "person.sign_in_failed": _n("Wrong password at the sign-in"),
    "person.password_given": _n("Right password; the second step was asked for"),
    "person.confirmed": _n("Confirmed who it is, before something that matters"),
    "person.signed_out": _n("Signed out"),
    "person.session_ended": _n("A browser was signed out"),
    "person.sessions_ended": _n("Signed out everywhere"),
    "person.password_changed": _n("Password changed"),
    "person.password_refused": _n("Wrong password in a browser that is signed in"),
    "person.reset_asked": _n("A link for a new password was asked for"),
    "person.password_reset": _n("New password chosen by a mailed link"),
    "person.email_confirmed": _n("Address confirmed"),
    "person.email_change_asked": _n("Another address asked for"),
    "person.email_change_cancelled": _n("The other address was called off"),
    "person.email_changed": _n("Address changed"),
    "person.email_change_undone": _n("Address changed back"),
    "factor.added": _n("Second step added"),
    "factor.removed": _n("Second step removed"),
    "factor.codes_made": _n("New recovery codes made"),
    "factor.code_used": _n("Recovery code used"),
    "factor.refused": _n("Right password, but five wrong codes"),
    "factor.reset_asked": _n("Removal of the second step asked for"),
    "factor.reset_stopped": _n("Removal of the second step stopped"),
    "factor.reset": _n("Second step removed by the marketplace"),
    "person.switched_off": _n("Account switched off"),
    "person.switched_on": _n("Account switched on again"),
}
_KINDS = {
    "person.sign_in_failed": "warn",
    "factor.refused": "warn",
    "factor.code_used": "warn",
    "person.password_refused": "warn",
    "person.switched_off": "bad",
}


def told(action: str) -> str:
    """An act in words, in the language spoken here."""
    return _(OF_ACCOUNT.get(action, action))


def kind_of(action: str) -> str:
    """How loud it is: plain, warn or bad."""
    return _KINDS.get(action, "plain")
