"""`/dashboard`: the web page's files, which hold no data; `/` leads there."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from claudeflare.api.dashboard_files import DashboardFiles
from claudeflare.errors import NotFound

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="dark light"><title>Claudeflare</title>
<h1>The dashboard is not built</h1>
<p>This is a checkout of the sources. Build it once, then load this page again:</p>
<pre>make dashboard</pre>
<p>Everything else works without it; the same figures are in <code>claudeflare status</code>.</p>
</html>
"""


def dashboard_router(files: DashboardFiles) -> APIRouter:
    """The routes of the page; not part of the API's description."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=["GET"])
    def lead_to_dashboard() -> Response:
        return RedirectResponse("/dashboard", 307)

    @router.api_route("/dashboard", methods=["GET", "HEAD"])
    @router.api_route("/dashboard/{path:path}", methods=["GET", "HEAD"])
    def send_file(request: Request, path: str = "") -> Response:
        if not files.built():
            return HTMLResponse(NOT_BUILT, 503, {"cache-control": "no-store"})
        return _answer(request, files, path)

    return router


def _answer(request: Request, files: DashboardFiles, path: str) -> Response:
    file = files.find(path)
    if file is None:
        raise NotFound(f"The dashboard has no file {path!r}. It may be of another version: load the page again.")
    chosen, coding = file.choose(request.headers.get("accept-encoding", ""))
    etag = f'"{file.etag}-{coding or "identity"}"'
    headers = {"etag": etag, "cache-control": file.cache_control, "vary": "accept-encoding"}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if etag in known:
        return Response(status_code=304, headers=headers)
    if coding is not None:
        headers["content-encoding"] = coding
    return FileResponse(chosen, headers=headers, media_type=file.content_type)
