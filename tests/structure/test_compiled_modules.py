"""What `hatch_build.py` compiles: modules that exist and can be compiled without changing what they mean."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest

from structure.source_tree import ROOT, modules


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    pytest.importorskip("hatchling")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compiled(hook: ModuleType) -> set[str]:
    return {
        f"claudeflare.{folder.replace('/', '.')}.{name}"
        for folder, names in hook.COMPILED.items()
        for name in names.split()
    }


def test_every_compiled_module_exists(hook: ModuleType) -> None:
    assert compiled(hook) <= modules().keys()


def test_no_compiled_module_defines_a_struct(hook: ModuleType) -> None:
    # mypyc makes a class of it, and neither `frozen` nor the types of its fields are what they say.
    sources = modules()
    wrong = [
        name for name in compiled(hook) if re.search(r"msgspec\.Struct", sources[name].read_text(encoding="utf-8"))
    ]
    assert not wrong


def test_classes_are_compiled_with_those_that_inherit_from_them(hook: ModuleType) -> None:
    names = compiled(hook)
    defined = {
        match[1]: name
        for name in names
        for match in re.finditer(r"^class (\w+)", modules()[name].read_text(encoding="utf-8"), re.MULTILINE)
    }
    apart = {
        f"{name} inherits {base} of {defined[base]}"
        for name, path in modules().items()
        if name not in names
        for bases in re.findall(r"^class \w+\(([^)]*)\)", path.read_text(encoding="utf-8"), re.MULTILINE)
        for base in re.findall(r"\w+", bases)
        if base in defined
        and re.search(rf"from {re.escape(defined[base])} import [^\n]*\b{base}\b", path.read_text(encoding="utf-8"))
    }
    assert not apart
