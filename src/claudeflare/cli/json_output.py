"""What each command prints with `--json`: the answer of a route as it is, or a shape of its own, as JSON Schema.

The one place for it: `docs/cli-json.md` is written from here, `claudeflare schema` prints it, and tests hold commands
to it. Shapes of the REST API are referred to as in its own description, `/api/openapi.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Schema = dict[str, Any]

COMPONENTS: Final = "#/components/schemas/"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Printed:
    """One command's output; its shape is that of `route`, or `own`."""

    route: str | None = None
    """Printed is what this route answers."""
    own: Schema = field(default_factory=dict)
    extends: str | None = None
    """A shape of the API that has the properties of `own` as well."""
    lines: bool = False
    """One such value a line, as they come, in place of a single one."""
    nullable: bool = False

    def schema(self, openapi: Mapping[str, Any]) -> Schema:
        """Its shape; `$ref`s lead into the API's description. Raises `KeyError` for a route that does not exist."""
        shape = self.own if self.route is None else route_schema(openapi, self.route)
        if self.extends is not None:
            extended = openapi["components"]["schemas"][self.extends]
            shape = {
                **extended,
                "properties": {**extended["properties"], **self.own["properties"]},
                "required": [*extended["required"], *self.own["required"]],
            }
        return {"anyOf": [shape, {"type": "null"}]} if self.nullable else shape

    def whole_schema(self, openapi: Mapping[str, Any]) -> Schema:
        """The same with everything it refers to, to be used alone."""
        components = openapi["components"]["schemas"]
        found: dict[str, Schema] = {}
        shape = _inlined(self.schema(openapi), components, found)
        return {"$schema": DIALECT, **shape, **({"$defs": dict(sorted(found.items()))} if found else {})}


def route_schema(openapi: Mapping[str, Any], route: str) -> Schema:
    """The shape of a route's good answer."""
    method, _, path = route.partition(" ")
    answers = openapi["paths"][path][method.lower()]["responses"]
    good = next(answer for status, answer in answers.items() if status.startswith("2"))
    schema: Schema = good["content"]["application/json"]["schema"]
    return schema


def _inlined(value: Any, components: Mapping[str, Schema], found: dict[str, Schema]) -> Any:
    """`value` with its references led to `$defs`; what they refer to is put into `found`."""
    if isinstance(value, list):
        return [_inlined(each, components, found) for each in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref", "")
    if isinstance(reference, str) and reference.startswith(COMPONENTS):
        name = reference.removeprefix(COMPONENTS)
        if name not in found:
            found[name] = {}  # so that a shape may contain itself
            found[name] = _inlined(components[name], components, found)
        return {"$ref": f"#/$defs/{name}"}
    return {key: _inlined(each, components, found) for key, each in value.items()}


def _api(name: str) -> Schema:
    return {"$ref": COMPONENTS + name}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_null(shape: Schema) -> Schema:
    if shape.keys() <= {"type", "minimum"}:
        return {**shape, "type": [shape["type"], "null"]}
    return {"anyOf": [shape, {"type": "null"}]}


def _object(**properties: Schema) -> Schema:
    """All of them are there, and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


_TEXT: Final[Schema] = {"type": "string"}
_TEXT_OR_NULL: Final = _or_null(_TEXT)
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_NUMBER: Final[Schema] = {"type": "number"}
_FLAG: Final[Schema] = {"type": "boolean"}

_STATUS: Final = _object(
    server={**_TEXT_OR_NULL, "description": "Its URL; null when none runs."},
    health=_or_null({"type": "object", "description": "What `/health` answers; null when none runs."}),
    strategy=_TEXT,
    accounts=_array(_api("AccountResource")),
    queue=_api("QueueResource"),
    shedRecords=_COUNT,
    shedPayloads=_COUNT,
)

_DOCTOR: Final = _object(
    findings=_array(
        _object(
            check=_TEXT,
            state={"enum": ["ok", "warning", "problem", "skipped"]},
            summary=_TEXT,
            detail=_TEXT_OR_NULL,
            cure=_TEXT_OR_NULL,
        )
    ),
    problems=_COUNT,
    warnings=_COUNT,
)

_DEMO: Final = _object(
    seconds=_NUMBER,
    answered=_COUNT,
    clientRateLimits=_COUNT,
    clientFailures=_COUNT,
    brokenOff=_COUNT,
    recorded=_COUNT,
    upstream429=_COUNT,
    upstream529=_COUNT,
    moves=_COUNT,
    movesByReason=_map(_COUNT),
    overheadMsP50=_or_null(_NUMBER),
    overheadMsP95=_or_null(_NUMBER),
    costUsd=_or_null(_NUMBER),
    unpricedRequests=_COUNT,
    accounts=_array(
        _object(name=_TEXT, organization=_TEXT, requests=_COUNT, upstream429=_COUNT, upstream529=_COUNT)
    ),
)  # fmt: skip

_BACKUP: Final = _object(
    file=_TEXT,
    bytes=_COUNT,
    tables={**_map(_COUNT), "description": "Rows of each table."},
    payloads=_FLAG,
    keyIds=_array(_TEXT),
    settingsLeftOut=_array(_TEXT),
)

_IMPORTED: Final = _object(
    plan=_object(
        program=_TEXT,
        schema=_TEXT_OR_NULL,
        kinds=_map(_COUNT),
        accounts=_array(
            _object(**{
                "name": _TEXT, "provider": _TEXT, "mode": _TEXT_OR_NULL, "tier": _COUNT,
                "priority": {"type": "integer"}, "paused": _FLAG, "baseUrl": _TEXT_OR_NULL,
                "as": {**_TEXT_OR_NULL, "description": "Its name here; null: it is not taken."},
                "whyNot": _TEXT_OR_NULL,
            })
        ),
        requests=_object(found=_COUNT, wanted=_COUNT, tooOld=_COUNT, months=_map(_COUNT)),
        payloads=_COUNT,
        clientKeys=_COUNT,
    ),
    done=_or_null(
        _object(
            accounts=_array({"anyOf": [_api("AccountResource"), _object(name=_TEXT, error=_TEXT)]}),
            requests=_or_null(
                _object(added=_COUNT, known=_COUNT, tooOld=_COUNT, unreadable=_COUNT, running=_COUNT)
            ),
        )
    ),
)  # fmt: skip

JSON_OUTPUT: Final[Mapping[str, Printed]] = {
    "status": Printed(own=_STATUS),
    "doctor": Printed(own=_DOCTOR),
    "logs": Printed("GET /api/logs/history"),
    "logs --follow": Printed(own=_api("LogLine"), lines=True),
    "statusline": Printed("GET /api/glance", nullable=True),
    "dashboard --sessions": Printed("GET /api/sessions"),
    "dashboard --sign-out": Printed(own=_array(_api("SessionEnded"))),
    "demo": Printed(own=_DEMO),
    "version": Printed(own=_object(version=_TEXT, compiled=_FLAG, python=_TEXT)),
    "add": Printed("POST /api/accounts"),
    "list": Printed("GET /api/accounts"),
    "show": Printed("GET /api/accounts/{account}"),
    "login": Printed("POST /api/accounts/{account}/login"),
    "stats": Printed("GET /api/stats"),
    "requests": Printed("GET /api/requests"),
    "requests --follow": Printed(own=_api("RequestResource"), lines=True),
    "request": Printed("GET /api/requests/{request_id}"),
    "request --body": Printed("GET /api/requests/{request_id}/payload"),
    "explain": Printed("GET /api/requests/{request_id}/explain"),
    "export": Printed(own=_api("RequestResource"), lines=True),
    "export --bodies": Printed(
        own=_object(payload=_or_null(_api("PayloadResource"))), extends="RequestResource", lines=True
    ),
    "strategy": Printed("GET /api/config/strategy"),
    "simulate": Printed("POST /api/simulate"),
    "keys add": Printed("POST /api/keys"),
    "keys list": Printed("GET /api/keys"),
    "keys limit": Printed("PATCH /api/keys/{key}"),
    "keys revoke": Printed("DELETE /api/keys/{key}"),
    "config show": Printed("GET /api/config"),
    "config check": Printed(own=_object(given={**_map(_TEXT), "description": "Setting -> where it comes from."})),
    "config path": Printed(own=_object(path=_TEXT, exists=_FLAG)),
    "audit": Printed("GET /api/audit"),
    "secrets show": Printed("GET /api/secrets"),
    "secrets rotate": Printed(own=_object(forgottenKeys=_array(_TEXT)), extends="RotatedResource"),
    "secrets forget": Printed("POST /api/secrets/forget"),
    "analyze": Printed("GET /api/maintenance/analysis"),
    "backup": Printed(own=_BACKUP),
    "import ccflare": Printed(own=_IMPORTED),
}
"""By command, with the option that makes it print something else where there is one."""
