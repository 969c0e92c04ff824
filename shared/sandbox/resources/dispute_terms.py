"""The words of disputes: reasons, kinds of case, states, networks' codes, fields of evidence."""

from __future__ import annotations

REASONS = (
    "bank_cannot_process",
    "check_returned",
    "credit_not_processed",
    "customer_initiated",
    "debit_not_authorized",
    "duplicate",
    "fraudulent",
    "general",
    "incorrect_account_details",
    "insufficient_funds",
    "noncompliant",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)
CLOSED = ("lost", "prevented", "warning_closed", "won")
# What the bank makes of it (`case_type`) -> how it begins. A block or a resolution is over before
# it begins (SDK, CHG).
CASES = {
    "block": "prevented",
    "chargeback": "needs_response",
    "inquiry": "warning_needs_response",
    "resolution": "prevented",
}
PREVENTED = ("block", "resolution")
# Chargebacks that the bank has not decided for the first time.
UNDECIDED = (
    "needs_response",
    "under_review",
)
AWAITING = ("appeal_needs_response", "needs_response", "warning_needs_response")
# What the networks call a reason; one that is not named has no code here.
NETWORK_CODES = {
    "visa": {
        "credit_not_processed": "13.6",
        "duplicate": "12.6.1",
        "fraudulent": "10.4",
        "noncompliant": "12.7",
        "product_not_received": "13.1",
        "product_unacceptable": "13.3",
        "subscription_canceled": "13.2",
    },
    "mastercard": {
        "credit_not_processed": "4853",
        "duplicate": "4834",
        "fraudulent": "4837",
        "product_not_received": "4853",
        "product_unacceptable": "4853",
        "subscription_canceled": "4853",
    },
    "amex": {
        "credit_not_processed": "C02",
        "duplicate": "C14",
        "fraudulent": "F29",
        "product_not_received": "C08",
        "product_unacceptable": "C31",
        "subscription_canceled": "C28",
    },
}
EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)
