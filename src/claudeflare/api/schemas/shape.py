"""What all JSON shapes share: camelCase outside, snake case inside, no unknown fields."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


def camel(name: str) -> str:
    """`cache_creation_5m_tokens` -> `cacheCreation5mTokens` (pydantic's own would write `5M`)."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


class Resource(BaseModel):
    """A shape the API answers with."""

    model_config = ConfigDict(
        alias_generator=camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )


class Body(BaseModel):
    """A shape the API is sent; an unknown field is an error, because it is a misspelt one."""

    model_config = ConfigDict(
        alias_generator=camel, validate_by_alias=True, extra="forbid", use_attribute_docstrings=True
    )
