from __future__ import annotations

from html.parser import HTMLParser

from claudeflare.api.app import describe_app
from claudeflare.api.documentation import page
from claudeflare.api.documentation_style import STYLE
from harness.rest_api import Api

VOID = {"meta", "tr", "td", "th"}
"""Elements that this page does not close."""


class Reading(HTMLParser):
    """What a page consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href":
                self.links.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(html: str) -> Reading:
    reading = Reading()
    reading.feed(html)
    reading.close()
    return reading


def test_every_route_and_shape_is_on_the_page_and_every_link_leads_somewhere() -> None:
    document = describe_app().openapi()
    html = page(document)
    found = read(html)
    assert found.open == []
    assert sorted(found.ids) == sorted(set(found.ids))
    assert {link.removeprefix("#") for link in found.links} <= set(found.ids)
    assert set(document["components"]["schemas"]) <= set(found.ids)
    for path, operations in document["paths"].items():
        for method in operations:
            assert f'<b class="{method}">{method.upper()}</b> {path}</h3>' in html
    assert "sk-ant-api03-example" in html


def test_it_loads_nothing_and_runs_nothing() -> None:
    found = read(page(describe_app().openapi()))
    assert not found.tags & {"script", "img", "link", "iframe", "form"}
    assert not [name for name in found.attributes if name.startswith("on") or name in ("src", "style")]
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_what_a_description_says_is_never_markup() -> None:
    operation = {
        "tags": ["<b>"],
        "description": "One `a < b`.\n\nTwo <script>.",
        "parameters": [{"name": "<i>", "in": "query", "schema": {"const": "<u>"}}],
        "responses": {"200": {"content": {"text/plain": {"example": "<s>"}}}},
    }
    document = {"info": {"title": "T", "version": "1"}, "paths": {"/x": {"get": operation}}}
    found = read(page(document | {"components": {"schemas": {}}}))
    assert not found.tags & {"script", "i", "u", "s"}
    assert "<p>One <code>a &lt; b</code>.</p><p>Two &lt;script&gt;.</p>" in page(
        document | {"components": {"schemas": {}}}
    )


async def test_it_is_served_to_who_has_the_token(api: Api) -> None:
    response = await api.client.get("/api/docs")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text.startswith("<!doctype html>")
    assert (await api.refused("GET", "/api/docs", headers={"authorization": ""}))[0] == 401
