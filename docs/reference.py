"""Writes into the guides what the program itself knows: settings, commands, routes, keys. `make docs` runs it.

A page holds `<!-- begin: NAME -->` … `<!-- end: NAME -->`, and what lies between is replaced. With `--check` nothing is
written; the exit status is 1 when a page is out of date.
"""

from __future__ import annotations

import ast
import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import typer.main
from key_tables import key_tables
from prometheus_client.metrics_core import Metric

from claudeflare import settings as settings_module
from claudeflare.api.examples import examples as all_examples
from claudeflare.api.metrics import Metrics
from claudeflare.api.services import Services
from claudeflare.cli.json_output import JSON_OUTPUT
from claudeflare.cli.main import app as command_line
from claudeflare.control.composition import open_control
from claudeflare.settings import Settings
from claudeflare.settings_sources import ALIASES, PREFIX, UNPREFIXED
from claudeflare.settings_values import FIELDS, RULES

DOCS: Final = Path(__file__).parent
RESOURCES: Final = (
    "AccountResource",
    "RequestResource",
    "RequestDetail",
    "AttemptResource",
    "StatsResource",
    "QueueResource",
    "Glance",
    "PartResource",
    "RetentionResource",
    "RequestActivity",
    "Happening",
    "Error",
    "SessionResource",
    "AuditEntryResource",
    "KeyResource",
    "BudgetResource",
)
"""Shapes whose fields the API page lists."""
LONGER: Final = "RequestDetail"
"""Has every field of RequestResource, and more."""


def settings_table() -> str:
    """Every setting with its variable, default, allowed values and meaning."""
    meanings = _docstrings(Settings.__name__)
    rows = []
    for name, field in FIELDS.items():
        default = ",".join(field.default) if isinstance(field.default, tuple) else str(field.default)
        shown = f"`{default}`" if default else "–"
        rows.append((_variables(name), shown, RULES[name].allowed, meanings[name]))
    return _table(("Variable", "Default", "Allowed", "Meaning"), rows)


def _variables(name: str) -> str:
    aliases = [alias for alias, meant in ALIASES.items() if meant == name]
    if name in UNPREFIXED:
        names = [each.upper() for each in (name, *aliases)]
    else:
        names = [PREFIX + name.upper(), *(alias.upper() for alias in aliases if alias in UNPREFIXED)]
    return ", ".join(f"`{each}`" for each in names)


def _docstrings(class_name: str) -> dict[str, str]:
    """Field -> the string below it. Only the source has these: Python does not keep them."""
    tree = ast.parse(Path(settings_module.__file__).read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == class_name)
    found = {}
    for field, text in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[ast.unparse(field.target)] = " ".join(str(text.value.value).split())
    return found


def commands() -> str:
    """Every command with its arguments and options, in the groups of `claudeflare --help`."""
    root: Any = typer.main.get_command(command_line)
    parts = ["Before any command:", _parameters(root)]
    groups: dict[str, list[Any]] = {}
    for command in root.commands.values():
        groups.setdefault(command.rich_help_panel, []).append(command)
    for group, members in groups.items():
        parts.append(f"## {group}")
        for command in members:
            parts += _command(command, f"claudeflare {command.name}")
    return "\n\n".join(part for part in parts if part)


def _command(command: Any, path: str) -> Iterator[str]:
    arguments = [_metavar(each) for each in command.params if each.param_type_name == "argument"]
    yield f"### {' '.join([path, *arguments])}"
    yield " ".join((command.help or "").split())
    yield _parameters(command)
    for sub in getattr(command, "commands", {}).values():
        yield from _command(sub, f"{path} {sub.name}")


def _parameters(command: Any) -> str:
    rows = []
    for each in command.params:
        if each.param_type_name != "option" or getattr(each, "hidden", False):
            continue
        value = "" if each.is_flag else f" {_metavar(each)}"
        names = ", ".join(f"`{name}{value}`" for name in each.opts)
        shown = each.default is not None and each.default is not False and "default" not in (each.help or "").lower()
        rows.append((names, (each.help or "") + (f" Default: {each.default}." if shown else "")))
    return _table(("Option", "Meaning"), rows) if rows else ""


def _metavar(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    choices = get_args(annotation) if get_origin(annotation) is Literal else ()
    return str(parameter.metavar or "|".join(choices) or parameter.name.upper())


def json_shapes(schema: dict[str, Any]) -> str:
    """What each command prints with `--json`; shapes that no route has, as JSON Schema."""
    rows, parts = [], []
    for name, printed in JSON_OUTPUT.items():
        words = f"claudeflare {name}" if name.startswith("export") else f"claudeflare {name} --json"
        shape = printed.schema(schema)
        own = printed.extends is not None or "properties" in shape
        told = f"[its own](#{name.replace(' ', '-')})" if own else _shape(shape)
        route = f"`{printed.route}`" if printed.route else "–"
        rows.append((f"`{words}`", route, told + ", one a line" * printed.lines))
        if own:
            extends = f"`{printed.extends}`, and:\n\n" if printed.extends else ""
            parts.append(f"## {name}\n\n{extends}```json\n{json.dumps(printed.own, indent=2)}\n```")
    return "\n\n".join([_table(("Command", "Route", "Prints"), rows), *parts])


def _shape(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if schema.get("type") == "array":
        return f"array of {_shape(schema['items'])}"
    return " or ".join("`null`" if each.get("type") == "null" else _shape(each) for each in schema["anyOf"])


def routes(schema: dict[str, Any]) -> str:
    """Every route of the REST API with its query parameters."""
    rows = []
    for path, operations in sorted(schema["paths"].items()):
        for method, operation in operations.items():
            query = [f"`{each['name']}`" for each in operation.get("parameters", ()) if each["in"] == "query"]
            asks = f" Query: {', '.join(query)}." if query else ""
            rows.append((f"`{method.upper()} {path}`", " ".join(operation["description"].split()) + asks))
    return _table(("Route", "Answers"), rows)


def fields(schema: dict[str, Any]) -> str:
    """The fields of the main resources, those that need it with their meaning."""
    parts = []
    listed: set[str] = set()
    for name in RESOURCES:
        shape = schema["components"]["schemas"][name]
        # What a longer shape shares with a shorter one is said once.
        new = {field: about for field, about in shape["properties"].items() if name != LONGER or field not in listed}
        listed |= new.keys()
        parts += [f"### {name}", " ".join(shape["description"].split()), ", ".join(f"`{field}`" for field in new)]
        explained = [(f"`{field}`", about["description"]) for field, about in new.items() if "description" in about]
        if explained:
            parts.append(_table(("Field", "Meaning"), explained))
    return "\n\n".join(parts)


def metrics_table(families: list[Metric]) -> str:
    """Every metric with its labels. Those that have no value now are there as well."""
    rows = []
    for family in families:
        labels = ", ".join(f"`{label}`" for label in getattr(family, "_labelnames", ()))
        name = family.name + {"counter": "_total", "info": "_info"}.get(family.type, "")
        rows.append((f"`{name}`", family.type, labels, family.documentation))
    return _table(("Metric", "Type", "Labels", "Meaning"), rows)


async def api_schema() -> tuple[dict[str, Any], list[Metric]]:
    """The OpenAPI description of the API as served, and its metrics."""
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory) / "home"
        home.mkdir(mode=0o700)
        async with open_control(Settings(home=str(home)), home / "journal", ingest=False) as control:
            services: Services = control.app.state.services
            return control.app.openapi(), list(Metrics(services).collect())


def examples(schema: dict[str, Any]) -> str:
    """Each route as it was sent to a server, and what that answered. A shape shown before is only named."""
    parts: list[str] = []
    shown: dict[str, str] = {}
    for example in all_examples():
        method, _, path = example.route.partition(" ")
        sent = f"{method} {example.path}"
        if example.body is not None:
            sent += "\n" + json.dumps(example.body, ensure_ascii=False)
        parts += [f"### {example.route}", f"```http\n{sent}\n```"]
        answers = schema["paths"][path][method.lower()]["responses"]
        content = answers.get(str(example.status), {}).get("content", {}).get("application/json", {})
        kind = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if kind in shown:
            parts.append(f"{example.status}, and a {kind} as in `{shown[kind]}`.")
            continue
        if kind:
            shown[kind] = example.route
        is_json = example.media_type == "application/json"
        answer = json.dumps(example.answer, indent=2, ensure_ascii=False) if is_json else example.answer.rstrip()
        parts.append(f"{example.status}:\n\n```{'json' if is_json else 'text'}\n{answer}\n```")
    return "\n\n".join(parts)


def _table(heads: tuple[str, ...], rows: list[Any]) -> str:
    lines = [heads, tuple("---" for _ in heads), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "\n".join("| " + " | ".join(line).rstrip() + " |" for line in lines)


def filled(text: str, blocks: dict[str, Callable[[], str]]) -> str:
    """A page with its blocks written anew. Raises `KeyError` for a block that is not known."""
    return re.sub(
        r"(<!-- begin: ([a-z]+) -->\n).*?(<!-- end: \2 -->)",
        lambda found: f"{found[1]}\n{blocks[found[2]]()}\n\n{found[3]}",
        text,
        flags=re.DOTALL,
    )


def guides() -> str:
    """Every page with its title, as links."""
    pages = [page for page in sorted(DOCS.glob("*.md")) if page.name != "README.md"]
    pages += sorted((DOCS.parent / "benchmarks").glob("README.md"))
    lines = []
    for page in pages:
        title = page.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
        lines.append(f"- [{title}]({'' if page.parent == DOCS else '../benchmarks/'}{page.name})")
    return "\n".join(lines)


def main(check: bool) -> int:
    """Write the pages, or only say which ones are out of date."""
    schema, families = asyncio.run(api_schema())
    blocks: dict[str, Callable[[], str]] = {
        "settings": settings_table,
        "commands": commands,
        "guides": guides,
        "json": lambda: json_shapes(schema),
        "routes": lambda: routes(schema),
        "fields": lambda: fields(schema),
        "examples": lambda: examples(schema),
        "metrics": lambda: metrics_table(families),
        "keys": key_tables,
    }
    stale = []
    for page in sorted(DOCS.glob("*.md")):
        before = page.read_text(encoding="utf-8")
        after = filled(before, blocks)
        if after != before:
            stale.append(page.name)
            if not check:
                page.write_text(after, encoding="utf-8")
    if stale:
        print(f"{', '.join(stale)}: {'out of date; run `make docs`' if check else 'written'}")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
