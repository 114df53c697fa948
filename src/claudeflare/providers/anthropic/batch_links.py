"""Links in answers that would lead clients past the proxy: `results_url` of message batches.

Clients fetch it as it stands, with the credential they have for the proxy.
"""

from __future__ import annotations

import re
from typing import Final

from claudeflare.providers.anthropic.decompression import decompressor

_BATCHES: Final = b"/v1/messages/batches"
_RESULTS: Final = b"/results"
# Strings in a batch are the API's own, and in any other string quotes would be escaped.
_LINK = re.compile(rb'("results_url"\s*:\s*")https?://[^"\\]*?(/v1/messages/batches/[^"\\]*")')


def answers_batches(path: bytes) -> bool:
    """Whether a path's good answers describe batches: create, list, retrieve, cancel, but not results."""
    return path.startswith(_BATCHES) and not path.endswith(_RESULTS)


def relinked(content_encoding: bytes, body: bytes, origin: bytes) -> bytes | None:
    """The document in plain JSON with `results_url` at `origin` (`http://host`); None when there is no such link."""
    decompressing = decompressor(content_encoding)
    if decompressing is not None:
        body = decompressing.feed(body)
    changed, count = _LINK.subn(lambda link: link[1] + origin + link[2], body)
    return changed if count else None
