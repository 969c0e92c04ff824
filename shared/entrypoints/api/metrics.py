"""`/metrics`, for Prometheus: requests of this process, and what stands in the database, which each
process tells alike.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from quart import Blueprint, Response, request
from quart_schema import hide

from shared.core.errors import Forbidden, Unauthenticated
from shared.core.version import VERSION
from shared.entrypoints.web.access import public
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.limits import limit_instead
from shared.entrypoints.web.measuring import meter
from shared.finance.overview.metrics import Measure, measures

blueprint = Blueprint("metrics", __name__)

_TOLD_BY_PROXIES = (
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-Ip",
    "Forwarded",
    "Via",
)


class _Gauges(Collector):
    """Numbers that were read for this one answer."""

    def __init__(self, found: Iterable[Measure]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        version = GaugeMetricFamily(
            "markethall_info", "Which version this is.", labels=["version"]
        )
        version.add_metric([VERSION], 1)
        yield version
        for measure in self._found:
            gauge = GaugeMetricFamily(
                measure.name,
                measure.help,
                labels=[measure.label] if measure.label else [],
            )
            for label, value in measure.samples:
                gauge.add_metric([label] if measure.label else [], value)
            yield gauge


@blueprint.get("/metrics")
@public
@hide
@limit_instead("120/minute")
async def metrics() -> Response:
    """Numbers for a monitor, in Prometheus' text: with `MARKETHALL_METRICS_TOKEN` as bearer,
    without one from this machine alone.
    """
    _admit(kit().settings.metrics_token)
    numbers = CollectorRegistry()
    numbers.register(_Gauges(await measures(kit().settings)))
    text = generate_latest(meter().registry) + generate_latest(numbers)
    return Response(
        text, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


def _admit(token: str | None) -> None:
    """Raise Unauthenticated or Forbidden for whoever may not read the numbers."""
    if token is not None:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise Unauthenticated(
                "Send the token of MARKETHALL_METRICS_TOKEN as a bearer."
            )
        return
    # A proxy on this machine calls from this machine, too: whatever came through one is somebody
    # else's.
    if not _is_loopback(request.remote_addr) or any(
        name in request.headers for name in _TOLD_BY_PROXIES
    ):
        raise Forbidden(
            "Without MARKETHALL_METRICS_TOKEN the metrics are told to this machine alone."
        )


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
