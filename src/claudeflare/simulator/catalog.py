"""The models on offer, as GET /v1/models lists them."""

from __future__ import annotations

from typing import Any

import msgspec


class Model(msgspec.Struct, frozen=True):
    """One model. Facts: API docs and SDK 2.12; release days of the newest are approximate."""

    id: str
    display_name: str
    created: str
    """Day of release, `YYYY-MM-DD`."""
    max_input_tokens: int = 1_000_000
    max_tokens: int = 128_000
    min_cacheable_tokens: int = 1024
    alias: str = ""
    """A dateless name for the same model."""
    deprecated: str | None = None
    binds_organization: bool = False
    """Its thinking can be read only by the organization it was made for."""
    thinks_adaptively: bool = True

    @property
    def line(self) -> str:
        """`opus`, `sonnet`, …: models of one line share rate limits."""
        return self.id.split("-")[1]


CATALOG = (
    Model("claude-fable-5-2", "Claude Fable 5.2", "2026-11-09", min_cacheable_tokens=512),
    Model("claude-haiku-5-5", "Claude Haiku 5.5", "2026-10-07", binds_organization=True),
    Model("claude-sonnet-5-5", "Claude Sonnet 5.5", "2026-09-28", binds_organization=True),
    Model("claude-opus-5-5", "Claude Opus 5.5", "2026-09-22", min_cacheable_tokens=512),
    Model("claude-opus-5", "Claude Opus 5", "2026-07-24", min_cacheable_tokens=512),
    Model("claude-sonnet-5", "Claude Sonnet 5", "2026-06-30"),
    Model("claude-fable-5", "Claude Fable 5", "2026-06-09", min_cacheable_tokens=512),
    Model("claude-opus-4-8", "Claude Opus 4.8", "2026-05-28"),
    Model("claude-opus-4-7", "Claude Opus 4.7", "2026-04-16", min_cacheable_tokens=2048),
    Model("claude-sonnet-4-6", "Claude Sonnet 4.6", "2026-02-17"),
    Model("claude-opus-4-6", "Claude Opus 4.6", "2026-02-05", min_cacheable_tokens=4096),
    Model(
        "claude-opus-4-5-20251101",
        "Claude Opus 4.5",
        "2025-11-24",
        200_000,
        64_000,
        4096,
        "claude-opus-4-5",
        thinks_adaptively=False,
    ),
    Model(
        "claude-haiku-4-5-20251001",
        "Claude Haiku 4.5",
        "2025-10-15",
        200_000,
        64_000,
        4096,
        "claude-haiku-4-5",
        thinks_adaptively=False,
    ),
    Model(
        "claude-sonnet-4-5-20250929",
        "Claude Sonnet 4.5",
        "2025-09-29",
        200_000,
        64_000,
        1024,
        "claude-sonnet-4-5",
        deprecated="2026-09-30",
        thinks_adaptively=False,
    ),
)
"""Newest first, which is the order of the list."""

_BY_NAME = {name: model for model in CATALOG for name in (model.id, model.alias) if name}
_SUPPORTED = {"supported": True}


def find_model(name: str) -> Model | None:
    """The model with this id or alias."""
    return _BY_NAME.get(name)


def model_json(model: Model) -> dict[str, Any]:
    """One entry of the list."""
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.display_name,
        "created_at": f"{model.created}T00:00:00Z",
        "lifecycle": "deprecated" if model.deprecated else "active",
        "line": model.line,
        "deprecated_at": f"{model.deprecated}T00:00:00Z" if model.deprecated else None,
        "retires_at": None,
        "max_input_tokens": model.max_input_tokens,
        "max_tokens": model.max_tokens,
        "capabilities": _capabilities(model),
    }


def models_page(limit: int, after: str | None, before: str | None) -> dict[str, Any]:
    """One page of the list: at most `limit` models after or before an id."""
    ids = [model.id for model in CATALOG]
    start, end = 0, len(ids)
    if after in ids:
        start = ids.index(after) + 1
    if before in ids:
        end = ids.index(before)
        start = max(end - limit, 0) if after is None else start
    page = CATALOG[start : min(start + limit, end)]
    return {
        "data": [model_json(model) for model in page],
        "has_more": start > 0 if before in ids else start + limit < end,
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }


def _capabilities(model: Model) -> dict[str, Any]:
    plain = ("batch", "citations", "code_execution", "image_input", "pdf_input", "structured_outputs")
    return {
        **dict.fromkeys(plain, _SUPPORTED),
        "context_management": {**_SUPPORTED, "clear_tool_uses_20250919": _SUPPORTED},
        "effort": {**_SUPPORTED, "low": _SUPPORTED, "medium": _SUPPORTED, "high": _SUPPORTED, "max": _SUPPORTED},
        "server_tools": {**_SUPPORTED, "code_execution": _SUPPORTED, "web_search": _SUPPORTED},
        "thinking": {
            **_SUPPORTED,
            "types": {"adaptive": {"supported": model.thinks_adaptively}, "enabled": _SUPPORTED},
        },
    }
