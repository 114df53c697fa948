"""Tools: whether they are offered as they should be, when an answer uses one, which one, and with what input."""

from __future__ import annotations

import random
import re
from typing import Any

from claudeflare.simulator.errors import invalid


def check_tools(body: dict[str, Any]) -> None:
    """Raises ApiError 400 for the first thing that is wrong with `tools` and `tool_choice`."""
    tools = body.get("tools")
    if not isinstance(tools, list | None):
        raise invalid("tools: Input should be a valid list")
    names = [_check_tool(f"tools.{number}", tool) for number, tool in enumerate(tools or ())]
    if len(set(names)) < len(names):
        raise invalid("tools: Tool names must be unique.")
    choice = body.get("tool_choice")
    if choice is None:
        return
    if not isinstance(choice, dict) or choice.get("type") not in ("auto", "any", "tool", "none"):
        raise invalid("tool_choice: Input should be an object of type 'auto', 'any', 'tool' or 'none'")
    if choice["type"] == "tool" and choice.get("name") not in names:
        raise invalid(f"tool_choice: Tool '{choice.get('name')}' not found in provided tools")


def _check_tool(path: str, tool: Any) -> str:
    """The tool's name."""
    if not isinstance(tool, dict):
        raise invalid(f"{path}: Input should be a valid dictionary")
    kind = tool.get("type") or "custom"
    if kind == "custom" and "input_schema" not in tool:
        raise invalid(f"{path}.custom.input_schema: Field required")
    if kind == "custom" and not isinstance(tool["input_schema"], dict):
        raise invalid(f"{path}.custom.input_schema: Input should be a valid dictionary")
    domains = tool.get("allowed_domains")
    if domains is not None and not (isinstance(domains, list) and all(isinstance(domain, str) for domain in domains)):
        raise invalid(f"{path}.{kind}.allowed_domains: Input should be a valid list of strings")
    # Toolsets of MCP servers have no name of their own.
    name = tool.get("name", "" if kind == "custom" else f"{kind} {path}")
    if not isinstance(name, str) or not name:
        raise invalid(f"{path}.{kind}.name: Field required")
    return name


def wanted_tool(body: dict[str, Any], last_text: str) -> dict[str, Any] | None:
    """The tool this request makes the model use.

    tool_choice `tool` and `any` say so; with `auto` the user's last words must name the tool
    ("use get_weather", "get weather in Oslo"). Results just given are answered in text.
    """
    tools = [tool for tool in body.get("tools") or () if (tool.get("type") or "custom") == "custom"]
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
    """A value that fits a JSON schema's type, properties, items, enum, const and default and no more."""
    if not isinstance(schema, dict):
        return {}
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    if schema.get("enum") and isinstance(schema["enum"], list):
        return generator.choice(schema["enum"])
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), "null")
    if kind == "object":
        properties = _part(schema, "properties", dict)
        required = [name for name in _part(schema, "required", list) if isinstance(name, str)] or list(properties)
        return {name: sample_input(properties.get(name, {"type": "string"}), generator) for name in required}
    if kind == "array":
        return [sample_input(schema.get("items", {"type": "string"}), generator)]
    return _scalar(kind, schema, generator)


def _part(schema: dict[str, Any], name: str, kind: type[Any]) -> Any:
    """A keyword's value, or an empty one where it is no such thing."""
    value = schema.get(name)
    return value if isinstance(value, kind) else kind()


def _scalar(kind: Any, schema: dict[str, Any], generator: random.Random) -> Any:
    if kind == "boolean":
        return generator.random() < 0.5
    if kind in ("integer", "number"):
        low = int(_part(schema, "minimum", int) or _part(schema, "minimum", float))
        high = int(_part(schema, "maximum", int) or _part(schema, "maximum", float) or low + 100)
        value = generator.randint(low, max(low, high))
        return value if kind == "integer" else float(value)
    if kind == "null":
        return None
    return generator.choice(("Oslo", "Lisbon", "Nairobi", "Kyoto", "Lima"))
