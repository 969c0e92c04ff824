"""How often anybody may ask: counted as a request arrives, before anything of it is read or judged.

The key is the network address of the connection, never a header a caller can make up; for API
tokens also the vendor. GCRA by quart-rate-limiter. In memory by default, in Redis when several
processes share the load. While that fails each process counts for itself, and says so in the log: a
limiter must not be what takes the shop down, nor an outage what opens it.

Doors (`limit_door`: passwords, codes, mails on request) are counted a second time, by email address
too, in the database (shared/trade/people/login_limits.py), once the request's size, origin and form
token were found right.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from itertools import filterfalse
from typing import Any, TypeVar, cast

from quart import Quart, Response, current_app, g, request
from quart_rate_limiter import RateLimit, RateLimiter, rate_limit
from quart_rate_limiter.store import RateLimiterStoreABC

from shared.core.networks import network_of
from shared.core.settings import Settings
from shared.entrypoints.web import measuring, outside
from shared.entrypoints.web.access import TOKEN, access_of, current_view
from shared.entrypoints.web.identity import knows
from shared.entrypoints.web.limit_stores import BoundedStore, SteadyStore
from shared.entrypoints.web.outside import Headers, Route, counted_by
from shared.trade.people.login_limits import TRIES, Paces, knock

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT = "240/minute"  # per route and caller: a busy afternoon by hand, not a scraper
# per route and network, where tokens are asked for: one machine may ask for many vendors
DEFAULT_WITH_TOKENS = "1200/minute"
_PERIODS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_NO_ROUTE = "(no route)"


def _parse(text: str) -> tuple[int, timedelta]:
    count, _, period = text.partition("/")
    return int(count), _PERIODS[period]


def network() -> str:
    """The network that this request comes from.

    Behind proxies the server's ProxyFix has put the address right.
    """
    return network_of(request.remote_addr)


async def caller() -> str:
    """Who is counted: the API token's vendor once it is known, else the network."""
    who = g.get("token")
    return who.label if who is not None else network()


async def _network() -> str:
    return network()


def _by_network(limit: RateLimit) -> bool:
    return limit.key_function is _network


def limit(text: str) -> Callable[[F], F]:
    """A tighter limit for one route on top of the default: `@limit("10/minute")`, below the route's
    decorator.
    """
    count, period = _parse(text)
    return rate_limit(count, period)


def limit_instead(text: str) -> Callable[[F], F]:
    """Another limit instead of the default: for routes that machines or whole pages of pictures ask
    often.
    """

    def decorate(view: F) -> F:
        view.market_limit_instead = text  # type: ignore[attr-defined]
        return limit(text)(view)

    return decorate


async def _has_its_own() -> bool:
    return hasattr(current_view(), "market_limit_instead")


async def _takes_no_token() -> bool:
    return access_of(current_view()) != TOKEN


def limit_door(
    door: str,
    *,
    field: str = "email",
    whose: Callable[[], str] | None = None,
    paces: Paces = TRIES,
) -> Callable[[F], F]:
    """Limit the POSTs of a view that asks for a secret or sends a mail: by email, and by network.

    The email is the form's `field`, or what `whose` answers where it is known who somebody is.
    Below the route's decorator. Doors of one name are counted together, whatever their addresses.
    """

    def decorate(view: F) -> F:
        @wraps(view)
        async def counted(*args: Any, **kwargs: Any) -> Any:
            if request.method == "POST":
                email = whose() if whose else (await request.form).get(field, "")
                await knock_here(door, email, paces=paces)
            return await view(*args, **kwargs)

        return cast("F", counted)

    return decorate


async def knock_here(
    door: str,
    email: str,
    *,
    paces: Paces = TRIES,
) -> None:
    """The same in a view's own words, where the email is not in the form (a code of somebody who is
    known by the session).

    Raises TooManyTries.
    """
    if current_app.config["QUART_RATE_LIMITER_ENABLED"]:
        is_known = knows(door.partition(".")[0], email)
        await knock(
            door,
            email=email,
            network=network(),
            paces=paces,
            is_known=is_known,
        )


class Gate(RateLimiter):
    """The library's limiter, which also counts what no route answers, and counts API tokens once it
    is known whose they are.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._routes: dict[str | None, Route] = {}
        super().__init__(*args, **kwargs)

    async def _before_request(self) -> None:
        """First of all.

        A token may be made up, so what brings one is counted by its network here.
        """
        if access_of(current_view()) == TOKEN:
            await self._count(list(filter(_by_network, self._here())))
        elif current_app.config["QUART_RATE_LIMITER_ENABLED"]:
            g.limits_told = await self._admitted()

    async def _admitted(self) -> Headers | None:
        """Count a request by its network, and return what its answer says of that; raise
        RateLimitExceeded for one too many.
        """
        endpoint = request.endpoint
        if endpoint not in self._routes:
            self._routes[endpoint] = await self.route_here()
        told = await outside.admitted(self._routes[endpoint], network())
        if told is None:
            every = self._here()
            mine = [limit for limit in every if not await self._should_skip(limit)]
            await self._raise_on_rejection(request.endpoint or "", mine)
        return told

    async def _after_request(self, response: Response) -> Response:
        told = g.get("limits_told")
        if not told:
            return await super()._after_request(response)
        for name, value in told:
            response.headers[name.decode()] = value.decode()
        return response

    async def count_token(self) -> None:
        """After the token was looked up: by its vendor."""
        if access_of(current_view()) == TOKEN:
            await self._count(list(filterfalse(_by_network, self._here())))

    async def route_here(self) -> Route:
        """Return how answers of this route are counted where they are given without the
        application (answer_cache.py).
        """
        rule = request.url_rule.rule if request.url_rule else ""
        app, endpoint = current_app.import_name, request.endpoint or _NO_ROUTE
        meter, limits = measuring.meter(), self._here()
        told = min(limits, key=lambda one: one.period)
        counting = [one for one in limits if not await self._should_skip(one)]
        if not current_app.config["QUART_RATE_LIMITER_ENABLED"]:
            counting = []
        return Route(
            rule=rule,
            store=self.store,
            counted=tuple(counted_by(one, app, endpoint) for one in counting),
            told=counting.index(told) if told in counting else None,
            seconds=meter.seconds.labels(measuring.PROCESS, rule),
            meter=meter,
        )

    def _here(self) -> list[RateLimit]:
        blueprint = (
            current_app.blueprints.get(request.blueprint) if request.blueprint else None
        )
        return self._get_limits_for_view_function(
            cast("Any", current_view()), blueprint
        )

    async def _count(self, limits: list[RateLimit]) -> None:
        if not current_app.config["QUART_RATE_LIMITER_ENABLED"]:
            return
        mine = [limit for limit in limits if not await self._should_skip(limit)]
        await self._raise_on_rejection(request.endpoint or "", mine)
        await self._update_limits(request.endpoint or "", mine)

    async def _create_key(self, endpoint: str | None, rate_limit: RateLimit) -> str:
        return await super()._create_key(endpoint or _NO_ROUTE, rate_limit)


def register(app: Quart, settings: Settings) -> None:
    """Limit everything that is asked of `app`, routes or not, before any other hook.

    Tests switch it off with app.config["QUART_RATE_LIMITER_ENABLED"] = False.
    """
    store: RateLimiterStoreABC = BoundedStore()
    if settings.redis_url:
        from quart_rate_limiter.redis_store import (
            RedisStore,  # late: Redis takes a seventh of the start, and few have one
        )

        store = SteadyStore(RedisStore(settings.redis_url))
    each, through_tokens = _parse(DEFAULT), _parse(DEFAULT_WITH_TOKENS)
    gate = Gate(
        app,
        key_function=caller,
        store=store,
        default_limits=[
            RateLimit(*each, None, _has_its_own),
            RateLimit(*through_tokens, _network, _takes_no_token),
        ],
    )
    app.extensions["market_gate"] = gate


def register_tokens(app: Quart) -> None:
    """Count API tokens, after the hook that looks them up."""
    app.before_request(app.extensions["market_gate"].count_token)
