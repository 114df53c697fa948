"""Rules for the source tree that no linter knows: sizes, names, a test for every module, nothing of this machine."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache

import pytest

import claudeflare
from structure.source_tree import ROOT, SOURCE, TESTS, modules, project_files

LARGEST = 400
"""Lines no module may reach: long before that it has two jobs."""

LARGE = {
    # Module -> lines it may have. Numbers only go down.
    "claudeflare.balancing.pool": 265,
    "claudeflare.gateway.attempt_loop": 320,
    "claudeflare.gateway.client_connection": 275,
    "claudeflare.storage.tables": 270,
}
"""Modules above `LISTED` lines."""
LISTED = 250

BANNED_NAMES = {"base", "common", "core", "helpers", "manager", "managers", "misc", "shared", "types", "util", "utils"}
"""Names that say nothing about what is inside, and so take in anything."""

TESTED_THROUGH_OTHERS = {
    # A module goes here with its reason, and leaves as soon as a test names it. A name that ends in a dot: a package.
    "claudeflare.api.account_view": "every test of /api/accounts compares what it makes",
    "claudeflare.api.description": "test_openapi reads the document it completes",
    "claudeflare.api.event_stream": "test_api_events reads from it over a real connection",
    "claudeflare.api.live_view": "test_api_events reads the JSON it makes",
    "claudeflare.api.request_metrics": "test_api_metrics parses what it makes",
    "claudeflare.api.state_metrics": "test_api_metrics parses what it makes",
    "claudeflare.api.schemas.": "shapes, compared whole by the tests of their routes",
    "claudeflare.cli.accepted_terms": "test_cli_account_sign_in and test_cli_login answer its question",
    "claudeflare.cli.credential_options": "test_cli_login gives every option",
    "claudeflare.cli.profile_words": "test_cli_login compares them",
    "claudeflare.cli.secret_input": "test_cli_add gives it good and bad keys",
    "claudeflare.credentials.intake": "test_api_account_modes adds and mends accounts of each mode through it",
    "claudeflare.api.audited_subjects": "test_auditing compares what changes of each kind leave in the log",
    "claudeflare.api.caller": "every route that asks who calls is called by test_api_sign_in",
    "claudeflare.cli.confirmation": "asked by `remove` and `reset-stats`, whose tests answer it",
    "claudeflare.cli.data_directory": "`backup` and `restore` run in it, with a server beside them and without",
    "claudeflare.tui.request_record": "test_tui_request_detail looks at every part of one",
    "claudeflare.tui.request_rows": "test_tui_requests scrolls, narrows and loses its connection",
    "claudeflare.cli.in_process": "every test of a command without a server runs through it",
    "claudeflare.cli.options": "declarations only",
    "claudeflare.presentation.request_lines": "printed by `requests`, whose whole output is compared",
    "claudeflare.cli.serve": "run as a process by the tests of the whole server",
    "claudeflare.cli.simulator": "options only; the tests of the simulator run it",
    "claudeflare.cli.version": "test_cli_main calls it",
    "claudeflare.control.__main__": "run as a process by harness/control_process.py",
    "claudeflare.control.gateway_link": "test_gateways speaks through it",
    "claudeflare.demo.": "test files are named after what is shown; the demo also runs whole, as a process",
    "claudeflare.gateway.__main__": "run as a process by the tests of the whole server",
    "claudeflare.gateway.attempt": "test_attempt_loop and test_answer drive it over real sockets",
    "claudeflare.gateway.process": "run as a process by the tests of the whole server",
    "claudeflare.gateway.account_hold": "test_attempt_loop and test_waiting take accounts through it",
    "claudeflare.gateway.account_directory": "test_control_link and test_server give it what control tells",
    "claudeflare.gateway.refusal": "test_api_exchange compares the answers it makes",
    "claudeflare.gateway.routes": "test_server and test_gate ask every kind of exchange",
    "claudeflare.providers.anthropic.json_shapes": "shapes, decoded by every test of facts and meters",
    "claudeflare.api.simulated_view": "test_api_simulate compares what it makes",
    "claudeflare.replay.direct_call": "test_simulation sends everything to one account through it",
    "claudeflare.replay.journey": "what every test in test_simulation is about",
    "claudeflare.replay.upstream": "test_simulation meets its limits",
    "claudeflare.replay.waiting_room": "test_simulation waits in it",
    "claudeflare.replay.written_output": "test_simulation counts output while it is written",
    "claudeflare.providers.anthropic.answer_meter": "chooses between the two meters, which test_anthropic_usage feeds",
    "claudeflare.simulator.": "test files are named after what its answers show; they speak to it over HTTP",
    "claudeflare.cli.server_process": "test_cli_passing_server starts servers through it, good ones and bad ones",
    "claudeflare.cli.terminal_ui": "test_terminal_ui_in_tmux runs it in a terminal",
    "claudeflare.cli.tui": "test_terminal_ui_in_tmux runs it in a terminal",
    "claudeflare.client.live_events": "test_tui_live_link follows them, over the loss of a server",
    "claudeflare.tui.commands": "test_tui_app asks the palette for screens, actions, accounts and requests",
    "claudeflare.tui.dialogs.keys_help": "test_tui_app reads it",
    "claudeflare.tui.dialogs.leave": "test_tui_app gives each answer",
    "claudeflare.tui.screens.server_screen": "what every screen's test shows is its",
    "claudeflare.tui.widgets.state_line": "in the snapshot of every screen; test_tui_live_link reads what else it says",
    "claudeflare.storage.client_key_tables": "test_migrate compares it with what the migrations make",
    "claudeflare.storage.row_load": "every test of a restore loads rows through it",
    "claudeflare.storage.migrations.": "run by Alembic in test_migrate",
    "claudeflare.tui.dialogs.add_account": "test_tui_account_flows fills it in",
    "claudeflare.tui.dialogs.credential": "test_tui_account_flows fills it in",
    "claudeflare.tui.dialogs.prompt": "test_tui_accounts renames through it",
    "claudeflare.tui.dialogs.sign_in": "test_tui_account_flows signs in through it",
    "claudeflare.tui.dialogs.terms": "test_tui_account_flows accepts them and does not",
    "claudeflare.tui.screens.account_actions": "test_tui_accounts presses every key of it",
    "claudeflare.tui.widgets.account_detail": "test_tui_accounts reads it, and compares it as a picture",
    "claudeflare.tui.widgets.account_list": "test_tui_overview compares it as a picture",
    "claudeflare.tui.widgets.first_steps": "test_tui_overview compares it as a picture",
}


def line_counts() -> dict[str, int]:
    return {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules().items()}


@cache
def named_in_tests() -> frozenset[str]:
    """Every dotted name of ours in the tests, those put together by `from package import name` among them."""
    found: set[str] = set()
    for path in TESTS.rglob("*.py"):
        if "structure" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        for dotted in set(re.findall(r"\bclaudeflare(?:\.\w+)+", text)):
            parts = dotted.split(".")
            found.update(".".join(parts[:length]) for length in range(2, len(parts) + 1))
        for package, names in re.findall(r"from (claudeflare[\w.]*) import ([^\n]*)", text):
            found.update(f"{package}.{name}" for name in re.findall(r"\w+", names))
    return frozenset(found)


def untested() -> set[str]:
    """Modules that no test names: neither by an import of them nor by a test file called after them, in their place."""
    named = named_in_tests()
    found = set()
    for name, path in modules().items():
        stem = name.rpartition(".")[2]
        folder = TESTS / path.parent.relative_to(SOURCE)
        if path.name != "__init__.py" and name not in named and not list(folder.glob(f"test_*{stem}.py")):
            found.add(name)
    return found


def test_no_module_is_large() -> None:
    allowed = {name: min(lines, LARGEST) for name, lines in LARGE.items()}
    too_large = {name: lines for name, lines in line_counts().items() if lines > allowed.get(name, LISTED)}
    assert not too_large, f"split them, or list them with their lines: {too_large}"


def test_the_list_of_large_modules_only_names_large_ones() -> None:
    counts = line_counts()
    done = {name for name in LARGE if counts.get(name, 0) <= LISTED}
    assert not done, f"no longer large; take them off the list: {done}"


def test_names_say_what_is_inside() -> None:
    said_nothing = [name for name in modules() if name.rpartition(".")[2] in BANNED_NAMES]
    assert not said_nothing


def test_a_module_begins_with_its_job() -> None:
    silent = [
        name
        for name, path in modules().items()
        if (text := path.read_text(encoding="utf-8")).strip() and not text.startswith('"""')
    ]
    assert not silent


def exempts(entry: str, module: str) -> bool:
    return module.startswith(entry) if entry.endswith(".") else module == entry


def test_every_module_has_a_test() -> None:
    missing = [name for name in untested() if not any(exempts(entry, name) for entry in TESTED_THROUGH_OTHERS)]
    assert not missing, f"write tests/…/test_<module>.py for {sorted(missing)}"


def test_the_list_of_exceptions_only_names_exceptions() -> None:
    names = untested()
    stale = [entry for entry in TESTED_THROUGH_OTHERS if not any(exempts(entry, name) for name in names)]
    assert not stale, f"these have a test now, or are gone; take them off the list: {stale}"


def test_test_files_have_names_of_their_own() -> None:
    # pytest imports them by their bare name: two of the same name would be one module.
    names = [path.name for path in TESTS.rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert project["version"] == claudeflare.__version__
    assert newest is not None
    assert newest[1] == claudeflare.__version__, "the changelog's newest release is not the package's version"


def test_nothing_points_at_the_machine_it_was_written_on() -> None:
    # Put together here, so that this file does not hold them itself.
    hosts = ["py" + "pi.org", "files.python" + "hosted", "npm" + "js"]
    places = ["/work" + "/main", "/work" + "/shared", "/tmp/" + "venv", "/opt" + "/wheels", "/root" + "/"]
    found = {
        f"{path.relative_to(ROOT)}: {word}"
        for path in project_files()
        for word in (*hosts, *places)
        if word in path.read_text(encoding="utf-8", errors="replace")
    }
    assert not found


SDK_LOCKS = ("tests/sdks/python_old/requirements.txt", "dashboard/requirements.txt")


@pytest.mark.parametrize("directory", ["dashboard", "tests/sdks/typescript"])
def test_the_lock_for_npm_names_no_registry(directory: str) -> None:
    packages = json.loads((ROOT / directory / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all("resolved" not in package for package in packages.values())
    assert all("integrity" in package for name, package in packages.items() if name)


def test_locks_hold_a_hash_for_everything() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", *SDK_LOCKS):
        entries = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8"))
        without = [entry.split()[0] for entry in entries if entry[0].isalpha() and "--hash=sha256:" not in entry]
        assert not without, name


def test_locks_hold_every_dependency() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = pyproject["dependency-groups"]
    project = pyproject["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    run = [*project["dependencies"], *extras, *groups["build"]]
    for name, wanted in (("requirements.txt", run), ("requirements-dev.txt", [*run, *groups["dev"]])):
        lock = (ROOT / name).read_text(encoding="utf-8")
        missing = [one for one in wanted if f"\n{re.split(r'[^A-Za-z0-9-]', one)[0]}==" not in "\n" + lock.lower()]
        assert not missing, f"{name} is out of date; run `make lock`"
