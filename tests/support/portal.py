"""A vendor's browser without JavaScript: signs up, signs in, carries the CSRF token, asks for
fragments as htmx does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from shared.trade.people import registration
from shared.trade.vendors import service as vendors
from shared.trade.vendors.models import Vendor
from tests.support.visitor import carried

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

PASSWORD = "a-long-password"
_numbers = itertools.count(1)
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


# Forms of what is there already, by where they are sent, and the page that shows them where that is
# another.
EDITS = {
    r"/vendor/admin/products/\d+": "",
    r"/vendor/admin/shipping(/zones/(?!new)\w+(/methods/(?!new)\w+)?)?": "",
    r"/vendor/admin/statements": "",
    r"/vendor/admin/vat": "",
    r"/vendor/admin/shop/look": "",
    r"/vendor/admin/business": "",
    r"/vendor/admin/shop": "/vendor/admin/shop/close",
    r"/vendor/admin/payments/schedule": "/vendor/admin/payments",
    r"(/vendor/admin/disputes/\d+)/evidence": r"\1",
    r"(/vendor/admin/products/\d+)/(options|variants)": r"\1/variants",
    r"(/vendor/admin/products/\d+/pictures)/texts": r"\1",
    r"/operator/settings(/name|/legal/\w+)?": "",
    r"/operator/invoicing": "",
    r"/(operator|vendor/admin)/discounts/\d+": "",
    r"/operator/fees/\d+": "",
    r"/operator/categories/\d+": "",
    r"/operator/fees/refunds": "/operator/fees",
    r"(/operator/vendors/\d+)/(fee|hold|reserve)": r"\1",
}


def page_of(action: str) -> str:
    """The page with the form that is sent to `action` and changes what is there; empty for every
    other form.
    """
    for pattern, page in EDITS.items():
        if found := re.fullmatch(pattern, action):
            return found.expand(page) or action
    return ""


@dataclass
class Portal:
    """A signed-in browser. `vendor_id` is 0 for the operator's."""

    client: TestClientProtocol
    vendor_id: int
    token: str = ""

    async def vendor(self) -> Vendor:
        """The vendor's row."""
        return await Vendor.get(id=self.vendor_id)

    async def get(self, address: str, *, htmx: str | None = None) -> str:
        """The text of a page that must be there."""
        answer = await self.send("GET", address, htmx=htmx)
        text: str = await answer.get_data(as_text=True)
        assert answer.status_code == 200, (address, answer.status_code, text[:500])
        return text

    async def post(
        self,
        address: str,
        form: Mapping[str, str | list[str]] | None = None,
        *,
        htmx: str | None = None,
    ) -> Any:
        """Send a form with this browser's CSRF token; one that changes what is there is opened
        first, as a person does.
        """
        page = page_of(address)
        if page and "opened" not in (form or {}):
            shown = await (await self.client.get(page)).get_data(as_text=True)
            form = {**carried(shown, address), **(form or {})}
        return await self.send("POST", address, form, htmx=htmx)

    async def send(
        self,
        method: str,
        address: str,
        form: Mapping[str, str | list[str]] | None = None,
        *,
        htmx: str | None = None,
    ) -> Any:
        """Any request; `htmx` is the element that the answer is to replace."""
        headers = {"HX-Request": "true", "HX-Target": htmx} if htmx else {}
        if method == "GET":
            return await self.client.get(address, headers=headers)
        if not self.token:
            self.token = await csrf_token(self.client)
        fields = {"csrf_token": self.token, **(form or {})}
        headers |= {
            "Origin": "http://localhost",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return await self.client.post(
            address, data=urlencode(fields, doseq=True), headers=headers
        )


async def csrf_token(client: TestClientProtocol, address: str = "/vendor/login") -> str:
    """The token that this browser's forms carry."""
    for where in ("/vendor/admin/developers", "/operator", address):
        found = _TOKEN.search(await (await client.get(where)).get_data(as_text=True))
        if found:
            return found.group(1)
    raise AssertionError("no page has a form")


async def owner_of(
    client: TestClientProtocol, *, country: str = "LU", name: str | None = None
) -> int:
    """Sign a new vendor up and its owner in with `client`; the vendor's id."""
    n = next(_numbers)
    signed = await vendors.sign_up(
        email=f"owner{n}@portal.test",
        password=PASSWORD,
        full_name="Olive Owner",
        business_name=name or f"Shop {n}",
        country=country,
        confirmed=True,
    )
    await sign_in(client, f"owner{n}@portal.test")
    return signed.vendor_id


async def sign_in(client: TestClientProtocol, email: str) -> None:
    """Through the sign-in page."""
    token = await csrf_token(client)
    form = {"csrf_token": token, "email": email, "password": PASSWORD}
    answer = await client.post(
        "/vendor/login", form=form, headers={"Origin": "http://localhost"}
    )
    assert answer.status_code == 303, await answer.get_data(as_text=True)


async def signed_in(client: TestClientProtocol) -> Portal:
    """A new vendor's browser."""
    return Portal(client, await owner_of(client))


async def operator_in(client: TestClientProtocol) -> Portal:
    """A browser of the marketplace's own staff."""
    email = f"operator{next(_numbers)}@portal.test"
    await registration.create_member(
        email=email,
        password=PASSWORD,
        full_name="Otto Operator",
        role="operator",
        vendor_id=None,
        confirmed=True,
    )
    await sign_in(client, email)
    return Portal(client, 0)
