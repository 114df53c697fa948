"""When an answer uses a tool, which one, and with what input."""

from __future__ import annotations

import random
import re
from typing import Any


def wanted_tool(body: dict[str, Any], last_text: str) -> dict[str, Any] | None:
    """The tool this request makes the model use.

    tool_choice `tool` and `any` say so; with `auto` the user's last words must name the tool
    ("use get_weather", "get weather in Oslo"). Results just given are answered in text.
    """
    tools = [tool for tool in body.get("tools") or () if tool.get("type", "custom") == "custom"]
    choice = body.get("tool_choice") or {"type": "auto"}
    if not tools or choice["type"] == "none":
        return None
    if choice["type"] == "tool":
        return next((tool for tool in tools if tool["name"] == choice["name"]), None)
    words = _words(last_text)
    named = next((tool for tool in tools if _words(tool["name"]) <= words), None)
    return named or (tools[0] if choice["type"] == "any" else None)


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", text)}


def sample_input(schema: Any, generator: random.Random) -> Any:
    """A value that fits a JSON schema's type, properties, items, enum, const and default."""
    if not isinstance(schema, dict):
        return {}
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    if schema.get("enum"):
        return generator.choice(schema["enum"])
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), "null")
    if kind == "object":
        properties = schema.get("properties", {})
        required = schema.get("required", list(properties))
        return {name: sample_input(properties.get(name, {"type": "string"}), generator) for name in required}
    if kind == "array":
        return [sample_input(schema.get("items", {"type": "string"}), generator)]
    return _scalar(kind, schema, generator)


def _scalar(kind: str, schema: dict[str, Any], generator: random.Random) -> Any:
    if kind == "boolean":
        return generator.random() < 0.5
    if kind in ("integer", "number"):
        low = schema.get("minimum", 0)
        value = generator.randint(int(low), int(schema.get("maximum", low + 100)))
        return value if kind == "integer" else float(value)
    if kind == "null":
        return None
    return generator.choice(("Oslo", "Lisbon", "Nairobi", "Kyoto", "Lima"))
