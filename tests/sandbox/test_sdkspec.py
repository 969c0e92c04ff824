"""The checker itself: it reads the SDK, accepts what Stripe documents and notices what Stripe does
not.
"""

import pytest

from tests.sandbox.sdkspec import (
    check_error,
    check_keys,
    check_reply,
    check_request,
    check_response,
    match,
    parse_form,
    routes,
)

FEE = {
    "id": "fee_1",
    "object": "application_fee",
    "account": "acct_1",
    "amount": 1,
    "amount_refunded": 0,
    "application": "ca_1",
    "balance_transaction": None,
    "charge": "py_1",
    "created": 1,
    "currency": "usd",
    "fee_source": None,
    "livemode": False,
    "originating_transaction": None,
    "refunded": False,
    "refunds": {"object": "list", "data": [], "has_more": False, "url": "/v1/x"},
}


def test_every_v1_route_of_the_sdk_is_known():
    assert len(routes()) > 500


def test_literal_segments_win_over_placeholders():
    route = match("GET", "/v1/payment_intents/search")
    assert route is not None
    assert route.operation == "PaymentIntentService.search"


def test_form_encoding_is_read_both_ways():
    assert parse_form("a[]=1&a[]=2&m[7]=x&metadata[7]=y") == {
        "a": ["1", "2"],
        "m": ["x"],
        "metadata": {"7": "y"},
    }


@pytest.mark.parametrize(
    ("params", "where", "kind"),
    [
        ({"amount": "10", "currency": "eur", "foo": "1"}, "foo", "unknown"),
        ({"amount": "10"}, "currency", "missing"),
        ({"amount": "ten", "currency": "eur"}, "amount", "type"),
        (
            {"amount": "10", "currency": "eur", "capture_method": "later"},
            "capture_method",
            "enum",
        ),
        (
            {"amount": "10", "currency": "eur", "transfer_data": {"to": "x"}},
            "transfer_data[to]",
            "unknown",
        ),
    ],
)
def test_a_bad_request_is_noticed(params, where, kind):
    assert (where, kind) in [
        (p.where, p.kind) for p in check_request("POST", "/v1/payment_intents", params)
    ]


def test_a_good_request_passes():
    given = {
        "amount": "10",
        "currency": "eur",
        "transfer_data": {"destination": "acct_1"},
        "metadata": {"a": "b"},
    }
    assert check_request("POST", "/v1/payment_intents", given) == []


def test_a_good_object_passes():
    assert check_response(FEE) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"amount": "1"}, "$.amount"),
        ({"extra": 1}, "$.extra"),
        ({"amount": None}, "$.amount"),
    ],
)
def test_a_bad_object_is_noticed(change, where):
    assert where in [p.where for p in check_response({**FEE, **change})]


def test_the_wrong_object_for_a_route_is_noticed():
    assert [p.kind for p in check_reply("GET", "/v1/charges/ch_1", 200, FEE)] == [
        "object"
    ]


def test_error_envelopes_are_checked():
    assert (
        check_error(404, {"error": {"type": "invalid_request_error", "message": "No."}})
        == []
    )
    assert (
        check_error(404, {"error": {"type": "rate_limit_error", "message": "No."}})
        != []
    )
    assert check_error(404, {"message": "No."}) != []


def test_missing_keys_are_told():
    assert [
        p.where
        for p in check_keys(
            {"object": "x"},
            {"object": "x", "a": 1},
        )
    ] == ["$.a"]
