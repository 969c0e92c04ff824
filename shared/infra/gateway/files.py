"""Documents that Stripe keeps, for the answers to disputes."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any, Self

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Resource
from shared.infra.gateway.fields import as_dict, time_or_none


@frozen
class StoredFile:
    """A file that Stripe keeps.

    `kind` is what Stripe found in it: pdf, jpg or png; `size` is in bytes.
    """

    id: str
    kind: str
    size: int
    expires_at: datetime | None

    @classmethod
    def from_stripe(cls, obj: Any) -> Self:
        """A File."""
        f = as_dict(obj)
        return cls(
            id=f["id"],
            kind=f.get("type") or "",
            size=f["size"],
            expires_at=time_or_none(f.get("expires_at")),
        )


class Files(Resource):
    """Files on the platform's account."""

    async def create(
        self,
        content: bytes,
        *,
        name: str,
        key: str,
    ) -> StoredFile:
        """Upload a document where a dispute's evidence can name it.

        The bank sees it when the answer that names it is handed in.
        """
        file = io.BytesIO(content)
        file.name = name
        return await self._call(
            self._v1.files.create_async,
            params={"purpose": "dispute_evidence", "file": file},
            to=StoredFile.from_stripe,
            idempotency_key=key,
        )
