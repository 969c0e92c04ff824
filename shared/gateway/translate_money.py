"""SDK objects about money after a sale into our own data (objects.py)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.gateway.objects import (
    ApplicationFee,
    BalanceLine,
    BalanceTransaction,
    Dispute,
    FeeRefund,
    FraudWarning,
    MissedEvent,
    Payout,
    Refund,
    Reversal,
    StoredFile,
    Transfer,
)
from shared.gateway.translate import as_dict, id_of


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _metadata(body: Mapping[str, Any]) -> dict[str, str]:
    return dict(body.get("metadata") or {})


def balance(obj: Any) -> tuple[BalanceLine, ...]:
    """One line a currency, in Stripe's order."""
    body = as_dict(obj)
    sums: dict[str, dict[str, int]] = {}
    net: dict[str, dict[str, int]] = {}
    for part, name in (
        ("available", "available"),
        ("pending", "pending"),
        ("instant_available", "instant"),
        ("connect_reserved", "reserved"),
    ):
        for line in body.get(part) or ():
            mine = sums.setdefault(
                line["currency"].upper(), dict.fromkeys(("available", "pending", "instant", "reserved"), 0)
            )
            mine[name] += line["amount"]
            for to in line.get("net_available") or ():
                net.setdefault(line["currency"].upper(), {})[to["destination"]] = to["amount"]
    return tuple(
        BalanceLine(currency, **values, instant_net=net.get(currency, {})) for currency, values in sums.items()
    )


# What a balance transaction's source says of where it belongs.
_LINKS = (
    "application_fee",
    "charge",
    "fee",
    "originating_transaction",
    "payment_intent",
    "source_refund",
    "source_transaction",
    "source_transfer",
    "source_transfer_reversal",
    "transfer",
)


def balance_transaction(obj: Any) -> BalanceTransaction:
    """One row of the books; its source may be expanded, and then tells its links."""
    t = as_dict(obj)
    source = t.get("source")
    named = {name: id_of(source.get(name)) for name in _LINKS} if isinstance(source, dict) else {}
    if isinstance(source, dict) and source.get("fee_source"):  # a fee of a payout names no charge
        named["payout"] = source["fee_source"].get("payout")
    return BalanceTransaction(
        id=t["id"],
        type=t["type"],
        amount=t["amount"],
        fee=t["fee"],
        net=t["net"],
        currency=t["currency"].upper(),
        source=id_of(t.get("source")),
        available_on=_at(t["available_on"]),
        created=_at(t["created"]),
        reporting_category=t["reporting_category"],
        links={name: value for name, value in named.items() if value},
        balance_type=t.get("balance_type") or "payments",
    )


def refund(obj: Any) -> Refund:
    """A Refund."""
    r = as_dict(obj)
    return Refund(
        id=r["id"],
        status=r.get("status") or "pending",
        amount=r["amount"],
        currency=r["currency"].upper(),
        charge=id_of(r.get("charge")),
        payment_intent=id_of(r.get("payment_intent")),
        balance_transaction=id_of(r.get("balance_transaction")),
        failure_balance_transaction=id_of(r.get("failure_balance_transaction")),
        pending_reason=r.get("pending_reason"),
        failure_reason=r.get("failure_reason"),
        transfer_reversal=id_of(r.get("transfer_reversal")),
        created=_at(r["created"]),
        metadata=_metadata(r),
    )


def transfer(obj: Any) -> Transfer:
    """A Transfer."""
    t = as_dict(obj)
    return Transfer(
        id=t["id"],
        amount=t["amount"],
        amount_reversed=t["amount_reversed"],
        currency=t["currency"].upper(),
        destination=str(id_of(t["destination"])),
        destination_payment=id_of(t.get("destination_payment")),
        source_transaction=id_of(t.get("source_transaction")),
        transfer_group=t.get("transfer_group"),
        balance_transaction=id_of(t.get("balance_transaction")),
        created=_at(t["created"]),
        metadata=_metadata(t),
    )


def reversal(obj: Any) -> Reversal:
    """A TransferReversal."""
    r = as_dict(obj)
    return Reversal(
        id=r["id"],
        transfer=str(id_of(r["transfer"])),
        amount=r["amount"],
        currency=r["currency"].upper(),
        balance_transaction=id_of(r.get("balance_transaction")),
        source_refund=id_of(r.get("source_refund")),
        created=_at(r["created"]),
        metadata=dict(r.get("metadata") or {}),
    )


def application_fee(obj: Any) -> ApplicationFee:
    """An ApplicationFee."""
    f = as_dict(obj)
    return ApplicationFee(
        id=f["id"],
        amount=f["amount"],
        amount_refunded=f["amount_refunded"],
        currency=f["currency"].upper(),
        account=str(id_of(f["account"])),
        originating_transaction=id_of(f.get("originating_transaction")),
    )


def fee_refund(obj: Any) -> FeeRefund:
    """An ApplicationFeeRefund."""
    r = as_dict(obj)
    return FeeRefund(
        id=r["id"],
        fee=str(id_of(r["fee"])),
        amount=r["amount"],
        currency=r["currency"].upper(),
        balance_transaction=id_of(r.get("balance_transaction")),
        created=_at(r["created"]),
    )


def dispute(obj: Any) -> Dispute:
    """A Dispute. Evidence that was not given is left out; enhanced programmes are no text of ours."""
    d = as_dict(obj)
    details = d.get("evidence_details") or {}
    card = (d.get("payment_method_details") or {}).get("card") or {}
    due = details.get("due_by")
    return Dispute(
        id=d["id"],
        status=d["status"],
        amount=d["amount"],
        currency=d["currency"].upper(),
        reason=d["reason"],
        charge=str(id_of(d["charge"])),
        payment_intent=id_of(d.get("payment_intent")),
        is_inquiry=card.get("case_type") == "inquiry" or d["status"].startswith("warning_"),
        is_charge_refundable=bool(d.get("is_charge_refundable")),
        due_by=_at(due) if due else None,
        has_evidence=bool(details.get("has_evidence")),
        past_due=bool(details.get("past_due")),
        submission_count=int(details.get("submission_count") or 0),
        evidence={k: v for k, v in (d.get("evidence") or {}).items() if isinstance(v, str) and v},
        network_reason_code=card.get("network_reason_code"),
        transactions=tuple(balance_transaction(t) for t in d.get("balance_transactions") or ()),
        created=_at(d["created"]),
    )


def stored_file(obj: Any) -> StoredFile:
    """A File."""
    f = as_dict(obj)
    over = f.get("expires_at")
    return StoredFile(id=f["id"], kind=f.get("type") or "", size=f["size"], expires_at=_at(over) if over else None)


def fraud_warning(obj: Any) -> FraudWarning:
    """A Radar early fraud warning."""
    w = as_dict(obj)
    return FraudWarning(
        id=w["id"],
        charge=str(id_of(w["charge"])),
        payment_intent=id_of(w.get("payment_intent")),
        actionable=bool(w["actionable"]),
        created=_at(w["created"]),
    )


def payout(obj: Any) -> Payout:
    """A Payout."""
    p = as_dict(obj)
    return Payout(
        id=p["id"],
        status=p["status"],
        amount=p["amount"],
        currency=p["currency"].upper(),
        method=p["method"],
        automatic=bool(p["automatic"]),
        arrives_on=_at(p["arrival_date"]),
        destination=id_of(p.get("destination")),
        failure_code=p.get("failure_code"),
        failure_message=p.get("failure_message"),
        balance_transaction=id_of(p.get("balance_transaction")),
        failure_balance_transaction=id_of(p.get("failure_balance_transaction")),
        trace_id=(p.get("trace_id") or {}).get("value"),
        created=_at(p["created"]),
        application_fee=id_of(p.get("application_fee")),
        metadata=_metadata(p),
    )


def event(obj: Any) -> MissedEvent:
    """An Event of the list; the body is JSON as a webhook would have brought it."""
    e = obj if isinstance(obj, dict) else obj.to_dict(for_json=True)
    return MissedEvent(
        id=e["id"], type=e["type"], created=_at(e["created"]), account=e.get("account"), body=json.dumps(e)
    )
