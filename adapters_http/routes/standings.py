"""Standings: the caller's own, the leaderboard, what everybody together has given."""

from __future__ import annotations

from litestar import get

from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import PAGE, Asked, Limit
from adapters_http.wire_standings import Leaderboard, StandingShown, leaderboard, standing_shown
from recital_core.ports import Totals


@get("/standings/me", operation_id="getMyStanding", sync_to_thread=True, responses=declared(401, 403, 503))
def get_my_standing(recital: Asked, request: RecitalRequest) -> StandingShown:
    """What the caller has published, also when others do not see it."""
    return standing_shown(recital.standings.of(request.user), request.user)


@get("/standings", operation_id="getLeaderboard", sync_to_thread=True, responses=declared(401, 403, 503))
def get_leaderboard(recital: Asked, request: RecitalRequest, limit: Limit = PAGE) -> Leaderboard:
    """Who has published most, of those who let others see it."""
    return leaderboard(recital.standings.leaders(limit), request.user)


@get("/standings/totals", operation_id="getTotals", sync_to_thread=True, responses=declared(401, 403, 503))
def get_totals(recital: Asked) -> Totals:
    """What all speakers together have published."""
    return recital.standings.totals()


ROUTES = (get_my_standing, get_leaderboard, get_totals)
