"""What can go wrong with second factors, in sentences."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from shared.core.locales import gettext_noop as _n


class WrongAnswer(Invalid):
    """The password or code is not right; a few tries are left."""

    code = "wrong_answer"
    default = _n("That password is not right.")


class WrongCode(WrongAnswer):
    """No factor of the person shows that code, or it opened something before."""

    param = "code"
    default = _n(
        "That code is not right, or it was used already. Wait for the next one and try again."
    )


class WrongFirstCode(WrongAnswer):
    """The code does not prove that the app has the new secret."""

    param = "code"
    default = _n("That code is not right. Enter the one that the app shows now.")


class TooManyAnswers(Unauthenticated):
    """Too many wrong answers in one session: it is over."""

    code = "too_many_answers"
    default = _n("That was wrong too often. Please sign in again.")


class TooManyCodes(TooManyAnswers):
    """Too many wrong codes of one person in an hour, in whatever sessions."""

    default = _n("There were too many wrong codes. Wait an hour, and sign in again.")


class PasskeyRefused(Invalid):
    """The browser's answer does not prove that key, or is not for us."""

    code = "passkey_refused"
    default = _n(
        "That passkey could not be used. Please try again, or take another way."
    )


class PasskeyKnown(PasskeyRefused):
    """Somebody has added it before."""

    default = _n("That passkey is known already.")


class TooManyFactors(Conflict):
    """Nobody needs that many."""

    code = "too_many_factors"
    default = _n("You have %(most)s already. Remove one that you no longer use first.")


class UnknownFactor(NotFound):
    """This person has no such factor."""

    code = "unknown_factor"
    default = _n("We could not find that. It may have been removed already.")


class SetupEnded(Conflict):
    """The picture with the secret is too old, or was made for somebody else."""

    code = "setup_ended"
    default = _n("That took too long. Please start again with a new picture.")


class NothingToReset(NotFound):
    """Nobody has this address, or they have no second step."""

    code = "nothing_to_reset"
    default = _n("Nobody with this email has set up a second step.")


class NoOperatorToReset(NothingToReset):
    """No operator has it; whoever runs the server resets those of operators alone."""

    default = _n(
        "No operator with this email has set up a second step. Owners: /operator/recovery."
    )


class ResetByCommand(Conflict):
    """Operators do not do this for each other on a page."""

    code = "reset_by_command"
    default = _n(
        "This is a member of the marketplace's staff. Whoever runs the server resets their second "
        "step there: run.py operator EMAIL --reset-factors"
    )


class ResetUnderWay(Conflict):
    """It was asked for already."""

    code = "reset_under_way"
    default = _n("That is under way already.")


class ResetEnded(NotFound):
    """It was stopped, or is done."""

    code = "reset_ended"
    default = _n("This link does not work any more: it was stopped, or it is done.")


class ResetOver(ResetEnded):
    """The same, for the operator who calls it off."""

    default = _n("That is not under way any more.")
