"""`/api/docs`: the description of the API as one page: without a script, and with nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from claudeflare.api.documentation_style import STYLE

router = APIRouter(prefix="/api", include_in_schema=False)

Document = Mapping[str, Any]

_REFERENCE: Final = "#/components/schemas/"


@router.get("/docs", response_class=HTMLResponse)
def show_documentation(request: Request) -> HTMLResponse:
    """Every route and shape, for people. `/api/openapi.json` says the same to programs."""
    return HTMLResponse(page(request.app.openapi()))


def page(document: Document) -> str:
    """An OpenAPI document as HTML."""
    groups = _groups(document)
    title = f"{document['info']['title']} {document['info']['version']}: REST API"
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
            f'<nav aria-label="Contents"><strong>{escape(title)}</strong>{"".join(_contents(groups))}</nav>',
            f"<main><h1>REST API</h1>{_introduction()}",
            *(_group(name, operations) for name, operations in groups.items()),
            '<h2 id="shapes">Shapes</h2>',
            *(_shape(name, shape) for name, shape in document["components"]["schemas"].items()),
            "</main></body></html>",
        ]
    )


def _introduction() -> str:
    return _prose(
        "Send the control token as `Authorization: Bearer …`; `claudeflare token` prints it. Times are ISO 8601 in UTC."
        " Every field is always there, null when unknown. Lists are newest first, and the header `x-next-cursor` leads"
        " to the next page. Errors are `{error, code, details}`. `/api/openapi.json` is this page for programs."
    )


def _groups(document: Document) -> dict[str, list[tuple[str, str, Document]]]:
    """Tag -> (method, path, operation)."""
    groups: dict[str, list[tuple[str, str, Document]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["other"])[0]
            groups.setdefault(tag, []).append((method.upper(), path, operation))
    return dict(sorted(groups.items()))


def _contents(groups: Mapping[str, list[tuple[str, str, Document]]]) -> Iterator[str]:
    for name, operations in groups.items():
        yield f'<h2><a href="#{escape(name)}">{escape(name.capitalize())}</a></h2><ul>'
        for method, path, _ in operations:
            yield f'<li><a href="#{_anchor(method, path)}"><b>{method}</b> {escape(path)}</a></li>'
        yield "</ul>"
    yield '<h2><a href="#shapes">Shapes</a></h2>'


def _group(name: str, operations: list[tuple[str, str, Document]]) -> str:
    sections = "".join(_operation(*operation) for operation in operations)
    return f'<h2 id="{escape(name)}">{escape(name.capitalize())}</h2>{sections}'


def _operation(method: str, path: str, operation: Document) -> str:
    parts = [f'<section id="{_anchor(method, path)}"><h3><b class="{method.lower()}">{method}</b> {escape(path)}</h3>']
    parts.append(_prose(operation.get("description", "")))
    if parameters := operation.get("parameters"):
        rows = "".join(
            f"<tr><td><code>{escape(each['name'])}</code><td>{each['in']}<td>{_type(each['schema'])}"
            f"<td>{_inline(each.get('description', ''))}"
            for each in parameters
        )
        parts.append(_table(("Parameter", "In", "Type", "Meaning"), rows))
    if body := operation.get("requestBody"):
        parts += [_content("Body", each) for each in body["content"].values()]
    for status, answer in operation["responses"].items():
        if status not in ("4XX", "5XX"):
            parts += [_content(f"Answer {status}", each) for each in answer.get("content", {}).values()]
    return "".join([*parts, "</section>"])


def _content(title: str, content: Document) -> str:
    shown = f"<p><strong>{title}</strong>: {_type(content.get('schema', {}))}</p>"
    if "example" not in content:
        return shown
    example = content["example"]
    text = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
    # Focusable, because it scrolls: a keyboard has to reach it.
    return f'{shown}<pre tabindex="0">{escape(text)}</pre>'


def _shape(name: str, shape: Document) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code><td>{_type(about)}<td>{_inline(about.get('description', ''))}"
        for field, about in shape.get("properties", {}).items()
    )
    table = _table(("Field", "Type", "Meaning"), rows)
    prose = _prose(shape.get("description", ""))
    return f'<section id="{escape(name)}"><h3>{escape(name)}</h3>{prose}{table}</section>'


def _table(heads: tuple[str, ...], rows: str) -> str:
    head = "".join(f"<th>{each}" for each in heads)
    return f'<div class="wide"><table><thead><tr>{head}</thead><tbody>{rows}</tbody></table></div>'


def _type(schema: Document) -> str:
    """What a schema admits, in a few words, shapes as links."""
    if reference := schema.get("$ref"):
        name = escape(reference.removeprefix(_REFERENCE))
        return f'<a href="#{name}">{name}</a>'
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_type(each) for each in choices)
    if values := schema.get("enum"):
        return ", ".join(f"<code>{escape(str(each))}</code>" for each in values)
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(kind)


def _prose(text: str) -> str:
    return "".join(f"<p>{_inline(' '.join(paragraph.split()))}</p>" for paragraph in text.split("\n\n") if paragraph)


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(" ".join(text.split()), quote=False))


def _anchor(method: str, path: str) -> str:
    return method.lower() + re.sub(r"[^a-z0-9]+", "-", path.lower()).rstrip("-")
