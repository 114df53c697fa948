"""Every route has an example, and every example is answered as it says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from claudeflare.api.app import describe_app
from claudeflare.api.examples import examples
from harness.api_examples import REQUESTS, answered, same, seeded


def routes() -> set[str]:
    document = describe_app().openapi()
    return {f"{method.upper()} {path}" for path, operations in document["paths"].items() for method in operations}


def test_every_route_has_an_example() -> None:
    written = [example.route for example in examples()]
    missing = routes() - set(written)
    assert not missing, "add them to tests/harness/api_examples.py, and run it as it says"
    assert set(written) == routes()
    assert max(Counter(written).values()) == 1
    assert [sent.route for sent in REQUESTS] == written


async def test_every_example_is_answered_as_it_says(tmp_path: Path) -> None:
    written = {example.route: example for example in examples()}
    async with seeded(tmp_path) as server:
        for sent in REQUESTS:
            now = await answered(server, sent)
            assert same(written[sent.route], now), (
                f"{sent.route} answers something else than its example: {now}; if that is right, run the harness"
            )


def test_examples_are_part_of_the_description() -> None:
    operation = describe_app().openapi()["paths"]["/api/accounts/{account}/tier"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["example"] == {"tier": 20}
    assert operation["responses"]["200"]["content"]["application/json"]["example"]["tier"] == 20
