"""Which file of the dashboard a path means, and in which encoding it is sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import claudeflare
from claudeflare.api.dashboard_files import DashboardFile, DashboardFiles, dashboard_directory


def built(directory: Path, text: str = "page") -> DashboardFiles:
    (directory / "assets").mkdir(parents=True, exist_ok=True)
    for name in ("index.html", "assets/app-1a2b.js", "assets/app-1a2b.js.br", "assets/app-1a2b.js.gz", "icon.svg"):
        (directory / name).write_text(f"{name} {text}")
    return DashboardFiles(directory)


def found(files: DashboardFiles, path: str) -> DashboardFile:
    file = files.find(path)
    assert file is not None
    return file


def test_paths_that_the_page_routes_are_the_page(tmp_path: Path) -> None:
    files = built(tmp_path)
    for path in ("", "requests", "requests/0193-abc", "accounts/1/limits/"):
        assert found(files, path).path.name == "index.html"


def test_files_are_found_by_name_and_missing_ones_are_not_the_page(tmp_path: Path) -> None:
    files = built(tmp_path)
    assert found(files, "assets/app-1a2b.js").path.name == "app-1a2b.js"
    assert files.find("assets/app-gone.js") is None
    assert files.find("assets/app-1a2b.js.br") is None, "an encoding is no file of its own"


@pytest.mark.parametrize("path", ["../secret.txt", "assets/../../secret.txt", "/etc/passwd.txt", "%2e%2e/secret.txt"])
def test_no_path_leads_out_of_the_directory(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    assert built(tmp_path / "dist").find(path) is None


def test_names_with_a_hash_are_kept_for_ever_and_others_asked_for_again(tmp_path: Path) -> None:
    files = built(tmp_path)
    assert "immutable" in found(files, "assets/app-1a2b.js").cache_control
    assert found(files, "").cache_control == "no-cache"


def test_types_name_their_charset(tmp_path: Path) -> None:
    files = built(tmp_path)
    assert found(files, "").content_type == "text/html; charset=utf-8"
    assert found(files, "assets/app-1a2b.js").content_type == "text/javascript; charset=utf-8"
    assert found(files, "icon.svg").content_type == "image/svg+xml"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, br;q=0", "gzip"),
        ("*", "br"),
        ("br;q=0, gzip;q=0, *", None),
        ("br;q=lots", None),
        ("identity", None),
        ("", None),
    ],
)
def test_the_smallest_encoding_that_is_accepted_is_sent(tmp_path: Path, accepted: str, coding: str | None) -> None:
    path, chosen = found(built(tmp_path), "assets/app-1a2b.js").choose(accepted)
    assert chosen == coding
    assert path.suffix == {"br": ".br", "gzip": ".gz", None: ".js"}[coding]


def test_what_gains_nothing_has_no_encoding(tmp_path: Path) -> None:
    path, coding = found(built(tmp_path), "icon.svg").choose("br, gzip")
    assert (path.name, coding) == ("icon.svg", None)


def test_nothing_is_built_until_it_is(tmp_path: Path) -> None:
    files = DashboardFiles(tmp_path / "dist")
    assert not files.built()
    assert files.find("") is None
    built(tmp_path / "dist")
    assert files.built()


def test_a_new_build_is_noticed(tmp_path: Path) -> None:
    files = built(tmp_path)
    before = found(files, "").etag
    built(tmp_path, "anew")
    os.utime(tmp_path / "index.html", ns=(1, 1))
    assert found(files, "").etag != before


def test_a_package_brings_it_along_and_a_checkout_has_it_beside(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "claudeflare"
    (package / "dashboard_files").mkdir(parents=True)
    assert dashboard_directory(package) == package / "dashboard_files"
    checkout = tmp_path / "checkout"
    (checkout / "dashboard").mkdir(parents=True)
    for sources in ("src", "build/compiled"):
        assert dashboard_directory(checkout / sources / "claudeflare") == checkout / "dashboard" / "dist"
    assert dashboard_directory() == Path(claudeflare.__file__).parents[2] / "dashboard" / "dist"


def test_a_package_without_one_has_none(tmp_path: Path) -> None:
    assert not DashboardFiles(dashboard_directory(tmp_path / "claudeflare")).built()
