"""Stripe's errors as exceptions, one function for each kind (stripe-facts 3)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """One error answer.

    `keeps` says that what the request did so far stands (a decline leaves a failed charge).
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        keeps: bool = False,
        stored: bool = True,
        **members: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps = keeps
        self.stored = stored
        kind = members.pop("type", "invalid_request_error")
        error: Json = {"type": kind, "message": message}
        error.update(
            {key: value for key, value in members.items() if value is not None}
        )
        if code := error.get("code"):
            error["doc_url"] = (
                f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
            )
        self.error = error

    @property
    def body(self) -> Json:
        """The envelope that goes over the wire."""
        return {"error": self.error}


def unknown_params(names: list[str]) -> ApiError:
    """Section 3: one name is singular; neither ends with a full stop."""
    plural = "s" if len(names) > 1 else ""
    message = f"Received unknown parameter{plural}: {', '.join(names)}"
    return ApiError(
        400,
        message,
        code="parameter_unknown",
        param=names[0],
        stored=False,
    )


def missing_param(name: str) -> ApiError:
    """Section 3: a required parameter is absent."""
    return ApiError(
        400,
        f"Missing required param: {name}.",
        code="parameter_missing",
        param=name,
        stored=False,
    )


def invalid_integer(name: str, value: object) -> ApiError:
    """Section 3: text is unverified (MEM)."""
    message = f"Invalid integer: {value}"
    return ApiError(
        400, message, code="parameter_invalid_integer", param=name, stored=False
    )


def invalid_choice(name: str, choices: list[str]) -> ApiError:
    """Section 3: a value outside an enum, all choices named."""
    *most, last = choices
    listed = f"{', '.join(most)}, or {last}" if len(most) > 1 else " or ".join(choices)
    return ApiError(
        400, f"Invalid {name}: must be one of {listed}", param=name, stored=False
    )


def invalid_shape(name: str, wanted: str) -> ApiError:
    """A value that is not the object, array, boolean, number or string that was asked for."""
    return ApiError(400, f"Invalid {wanted}", param=name, stored=False)


def empty_param(name: str) -> ApiError:
    """An empty string where Stripe gives it no meaning."""
    message = (
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset "
        "a parameter; "
        f"however '{name}' cannot be unset. You should remove '{name}' from your request or "
        "supply a non-empty value."
    )
    return ApiError(
        400, message, code="parameter_invalid_empty", param=name, stored=False
    )


def bad_url(name: str) -> ApiError:
    """An address that is none."""
    return ApiError(400, "Not a valid URL", code="url_invalid", param=name)


def bad_metadata(name: str, message: str) -> ApiError:
    """Section 2: metadata beyond its limits."""
    return ApiError(400, message, param=name, stored=False)


def not_expandable(path: str) -> ApiError:
    """Section 2: a path that cannot be expanded is refused, never ignored."""
    return ApiError(400, f"This property cannot be expanded ({path}).", stored=False)


def unknown_error() -> ApiError:
    """A fault of the server's own; what had begun is answered the same under its key (stripe-facts
    4.4).
    """
    return ApiError(500, "An unknown error occurred", type="api_error")


def bad_version(version: str) -> ApiError:
    """Section 1: a Stripe-Version that is no version."""
    return ApiError(400, f"Invalid Stripe API version: {version}", stored=False)


def no_such(noun: str, id: str, param: str = "id") -> ApiError:
    """Section 3: 404 for what does not exist on this account."""
    return ApiError(
        404, f"No such {noun}: '{id}'", code="resource_missing", param=param
    )


def no_such_reference(noun: str, id: str, param: str) -> ApiError:
    """An id inside the parameters that leads nowhere: 400 with the parameter's name (stripe-facts
    3.13).
    """
    return ApiError(
        400, f"No such {noun}: '{id}'", code="resource_missing", param=param
    )


def no_route(method: str, path: str) -> ApiError:
    """Section 3: an address that Stripe does not have (or that this stand-in does not play).

    One that ends with a slash is most often an empty id, and is told so (MEM, well known).
    """
    message = f"Unrecognized request URL ({method}: {path})."
    if path.endswith("/"):
        message += (
            " If you are trying to list objects, remove the trailing slash. If you are trying to "
            "retrieve an object, make "
            "sure you passed a valid (non-empty) identifier in your code."
        )
    return ApiError(404, message, stored=False)


def mask(key: str) -> str:
    """A key as Stripe shows it in a message: its head, stars, its last four characters."""
    head = ""
    if key.count("_") >= 2:
        kind, mode, _ = key.split("_", 2)
        head = f"{kind}_{mode}_"
    rest = key[len(head) :]
    return f"{head}{'*' * max(len(rest) - 4, 4)}{rest[-4:]}"


def no_key() -> ApiError:
    """Section 3: 401 without any key."""
    return ApiError(
        401,
        "You did not provide an API key. You need to provide your API key in the Authorization "
        "header, using Bearer "
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
        "https://stripe.com/docs/api#authentication for "
        "details, or we can help at https://support.stripe.com/.",
        stored=False,
    )


def bad_key(key: str) -> ApiError:
    """Section 3: 401 with a key that is none."""
    return ApiError(401, f"Invalid API Key provided: {mask(key)}", stored=False)


def secret_key_required() -> ApiError:
    """Section 16: a publishable key must not reach anything else."""
    return ApiError(
        403,
        "This API call cannot be made with a publishable API key. Please use a secret API key. "
        "You can find a list "
        "of your API keys at https://dashboard.stripe.com/account/apikeys.",
        code="secret_key_required",
        stored=False,
    )


def secret_parameter(name: str) -> ApiError:
    """Section 16: a parameter that only a server may send; the text is unverified (MEM)."""
    return ApiError(
        400,
        f"You can only provide `{name}` with a secret API key.",
        param=name,
        stored=False,
    )


def foreign_account(key: str, account: str) -> ApiError:
    """Section 3: a Stripe-Account that is not connected to this platform."""
    return ApiError(
        403,
        f"The provided key '{mask(key)}' does not have access to account '{account}' (or that "
        "account does not "
        "exist). Application access may have been revoked.",
        code="account_invalid",
        stored=False,
    )
