"""Every error as JSON in one shape: `{"error": message, "code": word, "details": …}`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from claudeflare import errors

ANSWERS: dict[type[errors.ClaudeflareError], tuple[int, str]] = {
    errors.InvalidInput: (400, "invalid_input"),
    errors.TermsNotAccepted: (400, "terms_not_accepted"),
    errors.Unauthorized: (401, "unauthorized"),
    errors.NotFound: (404, "not_found"),
    errors.Conflict: (409, "conflict"),
    errors.AlreadyRunning: (409, "already_running"),
    errors.SettingsError: (500, "settings_error"),
    errors.SecretError: (500, "secret_error"),
    errors.Unreachable: (502, "unreachable"),
    errors.StorageError: (503, "storage_error"),
    errors.JournalError: (503, "journal_error"),
}
"""Our errors -> status and code. A test keeps it complete."""

_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 429: "too_many_attempts", 503: "too_many_streams"}


def error_answer(
    status: int, code: str, message: str, details: Any = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """One error in the shape every route uses."""
    return JSONResponse({"error": message, "code": code, "details": details}, status, headers)


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of `app` answer in that shape, the framework's own included."""
    app.add_exception_handler(errors.ClaudeflareError, _answer_ours)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    # Starlette raises it again after answering, so that the server logs it: a programming error is not swallowed.
    app.add_exception_handler(Exception, _answer_unexpected)


def _answer_ours(_request: Request, error: Exception) -> JSONResponse:
    status, code = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    details = error.details if isinstance(error, errors.TermsNotAccepted) else None
    return error_answer(status, code, str(error), details, headers)


def _answer_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    path = request.url.path
    match error.status_code:
        case 404:
            message = f"There is nothing at {path}. The API is described at /api/docs."
        case 405:
            message = f"{request.method} is not possible at {path}; it takes {(error.headers or {}).get('Allow')}."
        case _:
            message = str(error.detail)
    code = _HTTP_CODES.get(error.status_code, "http_error")
    return error_answer(error.status_code, code, message, headers=dict(error.headers or {}))


def _answer_invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Only place and reason: pydantic's `input` would send a secret of the body back.
    details = [{"field": _place(problem["loc"]), "message": problem["msg"]} for problem in error.errors()]
    message = "; ".join(f"{problem['field']}: {problem['message']}" for problem in details)
    return error_answer(422, "invalid_input", f"The request cannot be accepted: {message}.", details)


def _place(location: tuple[str | int, ...]) -> str:
    """`("body", "tier")` -> `tier`; `body` when it is not JSON at all: then a number says how far it could be read."""
    return ".".join(part for part in location[1:] if isinstance(part, str)) or str(location[0])


def _answer_unexpected(_request: Request, _error: Exception) -> JSONResponse:
    return error_answer(500, "internal_error", "Claudeflare made a mistake here; its log has the details.")
