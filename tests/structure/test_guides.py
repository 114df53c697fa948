"""The guides say what the program does: generated parts are fresh; links, variables and make targets exist."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.settings_sources import ALIASES, PREFIX, RESERVED, UNPREFIXED
from claudeflare.settings_values import FIELDS
from structure.source_tree import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
NOT_SETTINGS = {"CLAUDEFLARE_COMPILE", "CLAUDEFLARE_DASHBOARD", "CLAUDEFLARE_URL"}
"""Variables the command line reads by itself."""
MAKE_WORDS = {"sure"}
"""Words that follow "make" in prose."""


def page_names() -> list[str]:
    return [str(page.relative_to(ROOT)) for page in PAGES]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as Git hosts make them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def targets(text: str) -> Iterator[tuple[str, str]]:
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            file, _, anchor = target.partition("#")
            yield file, anchor


def test_every_threat_that_is_defended_names_its_tests() -> None:
    rows = re.findall(r"^\| (.+) \|$", read("SECURITY.md").partition("## Threats")[2], re.MULTILINE)[2:]
    cells = [row.split(" | ") for row in rows]
    assert len(cells) > 20
    assert all(len(row) == 4 for row in cells)
    named = [set(re.findall(r"\]\((tests/\S+/test_\w+\.py|tests/test_\w+\.py)\)", row[2])) for row in cells]
    without = [row[0] for row, tests in zip(cells, named, strict=True) if not tests and not row[2].startswith("none: ")]
    assert without == []
    missing = [test for tests in named for test in tests if not (ROOT / test).is_file()]
    assert missing == []


def test_generated_parts_are_fresh() -> None:
    finished = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "reference.py"), "--check"], capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize("page", page_names())
def test_links_lead_somewhere(page: str) -> None:
    for file, anchor in targets(read(page)):
        target = (ROOT / page).parent / file if file else ROOT / page
        assert target.exists(), f"{page} links to {file}"
        assert not anchor or anchor in anchors(target), f"{page} links to #{anchor} of {target.name}"


@pytest.mark.parametrize("page", page_names())
def test_variables_exist(page: str) -> None:
    known = {PREFIX + name.upper() for name in (*FIELDS, *ALIASES, *RESERVED)} | NOT_SETTINGS
    assert set(re.findall(r"\bCLAUDEFLARE_[A-Z_]*[A-Z]\b", read(page))) <= known


@pytest.mark.parametrize("page", page_names())
def test_make_targets_exist(page: str) -> None:
    makefile = read("Makefile")
    known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^|\$ )make ((?!PYTHON)[a-z-]+)", read(page), re.MULTILINE))
    assert named <= known | MAKE_WORDS


def test_every_make_target_is_phony_and_explained() -> None:
    makefile = read("Makefile")
    named = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    phony = {word for line in re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE) for word in line.split()}
    explained = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert named == phony == explained


def test_every_setting_is_in_the_guide() -> None:
    guide = read("docs/configuration.md")
    names = [name.upper() if name in UNPREFIXED else PREFIX + name.upper() for name in FIELDS]
    assert not [name for name in names if f"`{name}`" not in guide]


def test_every_guide_is_reachable_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        links = [page.parent / file for file, _ in targets(page.read_text(encoding="utf-8")) if file.endswith(".md")]
        waiting += [link.resolve() for link in links]
    assert not set(PAGES) - reached
