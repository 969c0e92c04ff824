"""Checks Stripe-shaped traffic against the installed SDK's own types: no spec file, no network.

`check_request(method, path, params)`: are these parameters that the SDK documents for this route?
`check_response(obj)`: does this object match the SDK's resource class? `check_reply(method, path,
status, body)`: both route and object, or the error shape. Each returns a list of Problem; an empty
one is fine.

What it cannot know, because the SDK does not say: lengths, limits, "one of these two", rules that
depend on state, and null versus absent. Expected keys of our own objects stand in `fields.json`.
"""

from tests.sandbox.sdkspec.problems import Problem
from tests.sandbox.sdkspec.replies import check_error, check_reply
from tests.sandbox.sdkspec.requests import OPTION_KEYS, check_request, load, validator
from tests.sandbox.sdkspec.responses import check_keys, check_response, fields, resource
from tests.sandbox.sdkspec.routes import Route, match, parse_form, routes

__all__ = [
    "OPTION_KEYS",
    "Problem",
    "Route",
    "check_error",
    "check_keys",
    "check_reply",
    "check_request",
    "check_response",
    "fields",
    "load",
    "match",
    "parse_form",
    "resource",
    "routes",
    "validator",
]
