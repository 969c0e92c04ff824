"""A copy of one's data as one file: the same once to be read by people and once by programs, with
the invoices.
"""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from quart import current_app

from shared.core.importing import Late
from shared.finance.invoices.queries import SalesDocumentView, documents_of_orders
from shared.finance.shoppers.export import Copy
from storefront.account.copy_words import in_words

if TYPE_CHECKING:
    from shared.finance.invoices import document
else:  # the library of PDF is heavy, and few processes need it
    document = Late("shared.finance.invoices.document")


async def as_zip(copy: Copy) -> bytes:
    """`my-data.html`, `my-data.json`, and an `invoices/<order>.pdf` for each order that has one."""
    template = current_app.jinja_env.get_template("storefront/account/copy.html")
    documents = await documents_of_orders(copy.numbers)
    invoiced = [copy.numbers[order_id] for order_id in documents]
    texts = {
        "my-data.html": template.render(copy=in_words(copy.told), invoiced=invoiced),
        "my-data.json": json.dumps(copy.told, ensure_ascii=False, indent=2),
    }
    files = {
        f"invoices/{copy.numbers[id_]}.pdf": each for id_, each in documents.items()
    }
    return await asyncio.to_thread(
        _packed,
        texts,
        files,
    )


def _packed(
    texts: Mapping[str, str],
    documents: Mapping[str, Sequence[SalesDocumentView]],
) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(
                name,
                text,
            )
        for name, found in documents.items():
            archive.writestr(
                name,
                document.as_pdf(found),
            )
    return packed.getvalue()
