"""What FastAPI cannot know of the API, added to the OpenAPI document it makes."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from claudeflare.api.examples import add_examples
from claudeflare.api.schemas.events import AccountGauges, AccountRemoved, RequestActivity
from claudeflare.api.schemas.logs import LogLine

TOLD: Final = (RequestActivity, AccountGauges, AccountRemoved, LogLine)
"""Shapes that only streams tell: the data of events, which no schema of an answer reaches."""


class DescribedApp(FastAPI):
    """FastAPI's application with a description that is complete."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document; made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            _describe_errors(document)
            _describe_events(document)
            add_examples(document)
        return super().openapi()


def _describe_errors(document: dict[str, Any]) -> None:
    """FastAPI takes for granted that errors are of the type of good answers, streams of events included."""
    for operation in (each for operations in document["paths"].values() for each in operations.values()):
        for status in ("4XX", "5XX"):
            answer = operation["responses"][status]
            answer["content"] = {"application/json": next(iter(answer["content"].values()))}


def _describe_events(document: dict[str, Any]) -> None:
    _, shapes = models_json_schema(
        [(model, "serialization") for model in TOLD], ref_template="#/components/schemas/{model}"
    )
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = dict(sorted((shapes["$defs"] | schemas).items()))
