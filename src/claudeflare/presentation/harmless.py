"""Text from outside (a name, an upstream's message, a client's program) that a terminal shows and never obeys."""

from __future__ import annotations

import json
import re
from typing import Any, Final

CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 and C1 without the line break, DEL, line separators, what turns the direction of text, halves of surrogates."""


def harmless(text: str) -> str:
    """`text` with every such character spelled out."""
    return CONTROL.sub(_spelled_out, text)


def json_text(value: Any, indent: int | None = None) -> str:
    """A value as JSON in which they are escaped. JSON itself asks for that with C0 alone (RFC 8259 §7)."""
    # Outside of strings JSON holds no such character.
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, indent=indent, ensure_ascii=False))


def _spelled_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
