"""Stripe as it would be after the bulk data of `seed`: for `bench`.

Run as a script: `python bulk_at_stripe.py PORT DATABASE_URL`. It reads the sales and payouts of
that database, and makes what a comparison asks for as it is asked, since the stand-in keeps every
object. `AT_STRIPE` writes its ids into our rows beforehand. The intent of each
payment whose id is a multiple of `ODD` is over a cent less.
"""

from __future__ import annotations

import asyncio
import json
import sys
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from shared.finance.payments.models import Payment
from shared.finance.payouts.models import Payout
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.database.reading import in_pieces

ODD = 20_011
BEGUN, APART = (
    1_760_000_000,
    30,
)  # when the first sale was made, and how long before the next
# Ids as the entries of the books have them already; the same for both engines.
AT_STRIPE = (
    """UPDATE payments SET stripe_payment_intent_id = 'bulk_' || id,
    stripe_charge_id = 'ch_' || id, stripe_transfer_id = 'tr_' || id,
    stripe_application_fee_id = 'fee_' || id, stripe_balance_transaction_id = 'txn_charge_' || id,
    amount_stripe_fee = 0""",
    "UPDATE payouts SET stripe_payout_id = 'bulk_po_' || id",
    "UPDATE vendor_payment_configs SET stripe_account_id = 'acct_' || vendor_id",
)
Thing: TypeAlias = dict[str, Any]
PaidOut: TypeAlias = tuple[int, int]  # its id and amount
# What an account's books say of each sale, the newest first: type, its source's field, its sign.
_OF_SALE = ("application_fee", "transfer", "charge")


class BulkSales:
    """Its sales and payouts, by the ids of our rows."""

    def __init__(self) -> None:
        self.ids = array("q")
        self.totals = array("q")
        self.fees = array("q")
        self.of_vendor: dict[str, list[int]] = defaultdict(list)
        self.payouts: dict[str, list[PaidOut]] = defaultdict(list)

    async def read(self) -> None:
        """Read them."""
        columns = ("vendor_id", "amount_total", "amount_platform_fee")
        async for rows in in_pieces(Payment.all(), columns):
            for id_, vendor_id, total, fee in rows:
                self.of_vendor[f"acct_{vendor_id}"].append(len(self.ids))
                self.ids.append(id_)
                self.totals.append(total)
                self.fees.append(fee)
        async for rows in in_pieces(Payout.all(), ("vendor_id", "amount")):
            for id_, vendor_id, amount in rows:
                account = f"acct_{vendor_id}" if vendor_id else ""
                self.payouts[account].append((id_, amount))

    def below(
        self,
        after: str,
        places: Sequence[int],
    ) -> Iterator[int]:
        """The places of sales, the newest first, from that of an id on."""
        end = len(places)
        if after:
            number = int(after.rpartition("_")[2])
            end = bisect_left(places, number, key=self.ids.__getitem__) + 1
        return reversed(places[:end])

    def intents(self, _account: str, after: str) -> Iterator[Thing]:
        """Every PaymentIntent."""
        for at in self.below(after, range(len(self.ids))):
            id_, total = self.ids[at], self.totals[at]
            yield {
                "id": f"bulk_{id_}",
                "status": "succeeded",
                "amount": total - (id_ % ODD == 0),
                "amount_received": total,
                "currency": "eur",
                "latest_charge": f"ch_{id_}",
                "metadata": {
                    "platform": "markethall",
                    "payment_id": str(id_),
                    "order_number": "BK",
                },
            }

    def payouts_of(self, account: str, _after: str) -> Iterator[Thing]:
        """Every payout of an account; those before `after` are told again, and left out."""
        for id_, amount in reversed(self.payouts[account]):
            yield {
                "id": f"bulk_po_{id_}",
                "status": "paid",
                "amount": amount,
                "currency": "eur",
                "method": "standard",
                "automatic": False,
                "arrival_date": BEGUN,
                "created": BEGUN,
            }

    def books(self, account: str, after: str) -> Iterator[Thing]:
        """The rows of an account's books: sales, and payouts before them."""
        if not after.startswith("txn_payout"):
            places = self.of_vendor[account] if account else range(len(self.ids))
            for at in self.below(after, places):
                yield from self._rows_of(account, at)
        for id_, amount in reversed(self.payouts[account]):
            source = {"id": f"bulk_po_{id_}"}
            yield _row(f"txn_payout_{id_}", "payout", -amount, source, BEGUN)

    def _rows_of(self, account: str, at: int) -> Iterator[Thing]:
        id_ = self.ids[at]
        total, fee = self.totals[at], self.fees[at]
        made = BEGUN + at * APART
        if account:
            source = {"id": f"py_{id_}", "source_transfer": f"tr_{id_}"}
            yield _row(f"txn_payment_{id_}", "payment", total, source, made, fee)
            return
        charge = {
            "id": f"ch_{id_}",
            "payment_intent": f"bulk_{id_}",
            "transfer": f"tr_{id_}",
            "application_fee": f"fee_{id_}",
        }
        taken = {"id": f"fee_{id_}", "originating_transaction": f"ch_{id_}"}
        transfer = {"id": f"tr_{id_}"}
        yield _row(f"txn_fee_{id_}", "application_fee", fee, taken, made)
        yield _row(f"txn_transfer_{id_}", "transfer", -total, transfer, made)
        yield _row(f"txn_charge_{id_}", "charge", total, charge, made)


def _row(
    id_: str,
    type_: str,
    amount: int,
    source: Thing,
    made: int,
    fee: int = 0,
) -> Thing:
    return {
        "id": id_,
        "type": type_,
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "currency": "eur",
        "source": source,
        "available_on": made,
        "created": made,
        "reporting_category": type_,
    }


def _account(id_: str) -> Thing:
    bank = {"id": "ba_1", "currency": "eur", "default_for_currency": True}
    return {
        "id": id_,
        "charges_enabled": True,
        "payouts_enabled": True,
        "details_submitted": True,
        "capabilities": {"transfers": "active", "card_payments": "active"},
        "external_accounts": {"data": [bank]},
        "requirements": {},
    }


def _page(things: Iterator[Thing], after: str) -> Thing:
    """The next hundred behind one."""
    rest = _behind(things, after) if after else things
    page = list(islice(rest, 101))
    has_more = len(page) > 100
    return {"object": "list", "data": page[:100], "has_more": has_more}


def _behind(
    things: Iterator[Thing],
    after: str,
) -> Iterator[Thing]:
    for thing in things:
        if thing["id"] == after:
            break
    yield from things


def _none(_account: str, _after: str) -> Iterator[Thing]:
    """Nothing, as of refunds and disputes."""
    return iter(())


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # the head goes before the body
    lists: dict[str, Callable[[str, str], Iterator[Thing]]]

    def do_GET(self) -> None:
        """Answer a list, a balance or an account."""
        where = urlsplit(self.path)
        name = where.path.removeprefix("/v1/")
        if name == "balance":
            none = [{"amount": 0, "currency": "eur"}]
            body: Thing = {"available": none, "pending": none}
        elif name.startswith("accounts/"):
            body = _account(name.removeprefix("accounts/"))
        else:
            account = self.headers.get("Stripe-Account", "")
            after = parse_qs(where.query).get("starting_after", [""])[0]
            things = self.lists.get(name, _none)
            body = _page(things(account, after), after)
        told = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        """Be silent."""


async def _read(sales: BulkSales) -> None:
    await open_database(sys.argv[2])
    await sales.read()
    await close_database()


if __name__ == "__main__":
    sales = BulkSales()
    asyncio.run(_read(sales))
    _Answers.lists = {
        "payment_intents": sales.intents,
        "payouts": sales.payouts_of,
        "balance_transactions": sales.books,
    }
    here = ("127.0.0.1", int(sys.argv[1]))
    ThreadingHTTPServer(here, _Answers).serve_forever()
