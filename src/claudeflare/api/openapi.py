"""`python -m claudeflare.api.openapi`: the API's description, byte for byte the same wherever it is made."""

from __future__ import annotations

import json
import sys

from claudeflare.api.app import describe_app


def description() -> str:
    """The OpenAPI document, as `/api/openapi.json` answers it; needs no server and no database."""
    return json.dumps(describe_app().openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(description())
