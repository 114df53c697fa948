"""What a request and its answer consisted of: readable on a terminal, or to the byte."""

from __future__ import annotations

import json as json_format
import sys
from typing import TYPE_CHECKING, Final, Literal

import typer

from claudeflare.cli.invocation import call
from claudeflare.cli.output import console, print_json
from claudeflare.formatting import size
from claudeflare.presentation.harmless import harmless, json_text
from claudeflare.presentation.tables import HEADING, QUIET

if TYPE_CHECKING:
    from claudeflare.client.resources import Part as Captured

Part = Literal["request", "response"]

_COLORED_BYTES: Final = 262_144
"""Coloring more takes seconds."""


def show_bodies(context: typer.Context, request_id: str, part: Part | None, *, json: bool) -> None:
    """Print header fields and bodies, of both parts or one."""
    answer = call(context, lambda client: client.payload(request_id, part))
    if json:
        print_json(answer)
        return
    for title, captured in (("Request", answer["request"]), ("Answer", answer["response"])):
        if captured is not None:
            _print(title, captured)


def write_body(context: typer.Context, request_id: str, part: Part) -> None:
    """Write the bytes of one body to standard output, nothing else."""
    body = call(context, lambda client: client.payload_bytes(request_id, part))
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def _print(title: str, captured: Captured) -> None:
    from rich.text import Text

    out = console()
    cut = f", of which {size(captured['captured'])} are on record" if captured["truncated"] else ""
    out.print(Text.assemble((title, HEADING), "  ", (f"{size(captured['size'])}{cut}", QUIET)))
    for field in captured["fields"]:
        out.print(Text.assemble((f"{field['name']}: ", QUIET), field["value"]), soft_wrap=True)
    out.print()
    if captured["base64"]:
        out.print(f"No text; its {size(captured['captured'])} are written by --raw --part {_part(title)}.")
    elif out.is_terminal and (text := _indented(captured["body"])) and len(text) <= _COLORED_BYTES:
        from rich.json import JSON

        out.print(JSON(text, ensure_ascii=False), soft_wrap=True)
    else:
        sys.stdout.write((_indented(captured["body"]) or harmless(captured["body"].expandtabs())) + "\n")
    out.print()


def _part(title: str) -> str:
    return "request" if title == "Request" else "response"


def _indented(body: str) -> str | None:
    """JSON, indented, with what drives a terminal escaped; None for what is none."""
    try:
        return json_text(json_format.loads(body), indent=2)
    except ValueError:
        return None
