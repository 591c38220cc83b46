"""Each problem type, documented at its own address."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from litestar import MediaType, Response, get
from litestar.params import FromPath

from adapters_http.problems import problem_types, status_of
from recital_core import errors

ADVICE = {
    400: "Mend the request; sent again as it is, it is refused again.",
    401: "Sign in again, then repeat the request as it was.",
    403: "Signing in as the same person changes nothing; ask an operator.",
    404: "It may have been deleted, or be somebody else's.",
    405: "The Allow header names the methods that this address takes.",
    409: "Look at what is there before sending anything else.",
    413: "Send less; the limits are in /api/config.",
    415: "Send another media type.",
    416: "The Content-Range header says how long the file is.",
    421: "Use the server's own address.",
    422: "The detail says what is wrong; sent again as it is, it is refused again.",
    429: "Repeat the same request after a pause; Retry-After says how long.",
    500: "It was logged on the server under the instance. Repeating may help.",
    503: "Repeat the same request after a pause; Retry-After says how long.",
}
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<h1>{title}</h1>
<p><code>/problems/{slug}</code>, HTTP status {status} ({phrase})</p>
<p>{advice}</p>
</html>
"""


@get("/{slug:str}", media_type=MediaType.HTML, include_in_schema=False, sync_to_thread=False)
def show_problem(slug: FromPath[str]) -> Response[str]:
    """A page about one problem type. Raises NotFound."""
    kind = {kind.slug(): kind for kind in problem_types()}.get(slug)
    if kind is None:
        raise errors.NotFound("There is no problem type of this name.")
    status = HTTPStatus(status_of(kind))
    return Response(
        PAGE.format(
            title=escape(kind.title), slug=slug, status=status.value, phrase=status.phrase, advice=ADVICE[status]
        ),
        headers={"Cache-Control": "max-age=3600"},
    )
