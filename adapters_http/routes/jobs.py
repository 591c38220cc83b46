"""For operators: what waits for workers, and what they gave up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import MediaType, Response, get, post
from litestar.params import PathParameter, QueryParameter

from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import PAGE, Asked, Cursor, Limit
from adapters_http.wire import EMPTY
from recital_core.ports import Job, JobState


class JobPage(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a list; `next` is the `cursor` of the part after it, null at the end."""

    items: Sequence[Job]
    next: str | None


@get("/admin/jobs", operation_id="listJobs", sync_to_thread=True, responses=declared(401, 403, 503))
def list_jobs(
    *,
    recital: Asked,
    only: Annotated[JobState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> JobPage:
    """What waits for workers, is in their hands, or was given up, the newest first."""
    page = recital.oversight.jobs(state=only, cursor=cursor, limit=limit)
    return JobPage(items=page.items, next=page.next)


@post(
    "/admin/jobs/{job_id:int}/retry",
    operation_id="retryJob",
    status_code=202,
    sync_to_thread=True,
    responses={202: EMPTY, **declared(401, 403, 404, 409, 503)},
)
def retry_job(recital: Asked, request: RecitalRequest, job_id: Annotated[int, PathParameter(ge=0)]) -> Response[None]:
    """Have a job that waits or was given up taken up at once; a session starts anew with its attempts."""
    recital.oversight.retry_job(job_id, request.auth.actor)
    return Response(None, media_type=MediaType.TEXT)


ROUTES = (list_jobs, retry_job)
