"""The Pythons that pyproject.toml allows: every locked package installs there without a compiler, and one real build runs
under the Python of Debian 13."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

from build_kit import small_project
from conftest import PROJECT

LOCK = tomllib.loads((PROJECT / "uv.lock").read_text(encoding="utf-8"))
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "requires-python"
]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
PLATFORMS = {
    ("linux", "x86_64"): [
        *(f"manylinux_2_{n}_x86_64" for n in range(5, 37)),
        *(f"manylinux{name}_x86_64" for name in ("1", "2010", "2014")),
    ],
    ("linux", "aarch64"): [f"manylinux_2_{n}_aarch64" for n in range(17, 37)] + ["manylinux2014_aarch64"],
    ("darwin", "arm64"): [f"macosx_{n}_0_{kind}" for n in range(11, 16) for kind in ("arm64", "universal2")]
    + [f"macosx_10_{n}_universal2" for n in range(9, 17)],
}
PURE_SOURCE = {"halo", "names", "pyspark"}
"""Packages without a wheel, of Python alone: they need no compiler."""


def needed(environment: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Locked packages of an environment, all dependency groups included."""
    (root,) = [p for p in LOCK["package"] if p["source"].get("editable") == "."]
    waiting = [*root["dependencies"], *(d for group in root["dev-dependencies"].values() for d in group)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        if "marker" in wanted and not Marker(wanted["marker"]).evaluate(environment):
            continue
        for package in LOCK["package"]:
            markers = package.get("resolution-markers", [])
            if (
                package["name"] != wanted["name"]
                or package.get("version") != wanted.get("version", package.get("version"))
                or (markers and not any(Marker(marker).evaluate(environment) for marker in markers))
            ):
                continue
            for extra in wanted.get("extra", ()):
                waiting += package.get("optional-dependencies", {}).get(extra, ())
            if (package["name"], package["version"]) not in seen:
                seen.add((package["name"], package["version"]))
                waiting += package.get("dependencies", ())
                yield package


def tags(python: str, platforms: list[str]) -> set[Tag]:
    version = tuple(map(int, python.split(".")))
    return {*cpython_tags(version, platforms=platforms), *compatible_tags(version, platforms=platforms)}


def test_the_tested_pythons_are_the_declared_ones():
    allowed = SpecifierSet(DECLARED)
    assert [v for v in ("3.10", *PYTHONS, "3.15") if allowed.contains(f"{v}.0")] == PYTHONS
    assert LOCK["requires-python"].replace(" ", "") == DECLARED.replace(" ", "")


@pytest.mark.parametrize("platform", PLATFORMS, ids="-".join)
@pytest.mark.parametrize("python", PYTHONS)
def test_every_locked_package_has_a_wheel(python, platform):
    system, machine = platform
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_system": system.capitalize(),
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "os_name": "posix",
        "extra": "",
    }
    installed = tags(python, PLATFORMS[platform])
    packages = list(needed(environment))
    assert len(packages) > 100
    for package in packages:
        names = [wheel["url"].rpartition("/")[2] for wheel in package.get("wheels", ())]
        fits = any(installed & parse_wheel_filename(name)[3] for name in names)
        assert fits or package["name"] in PURE_SOURCE, (
            f"{package['name']} {package['version']} on Python {python}"
        )


@pytest.fixture(scope="module")
def debian(tmp_path_factory) -> Iterator[Path]:
    """A tree of Debian 13 with make, python3, python3-venv and git, and no more."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        pytest.skip("needs root and the package debootstrap")
    mirror = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)"], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    tree = tmp_path_factory.mktemp("debian") / "tree"
    packages = "make,python3,python3-venv,git,ca-certificates"
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={packages}", "trixie", str(tree), mirror],
        check=True,
        capture_output=True,
    )
    for name in ("resolv.conf", "hosts", "ssl/certs/ca-certificates.crt"):
        shutil.copyfile(Path("/etc") / name, tree / "etc" / name)
    for name in ("proc", "dev"):
        subprocess.run(["mount", "--bind", f"/{name}", str(tree / name)], check=True)
    try:
        yield tree
    finally:
        for name in ("proc", "dev"):
            subprocess.run(["umount", "-l", str(tree / name)], check=True)


@pytest.mark.slow
def test_a_newcomer_on_debian_13_builds_the_demo(debian):
    project = small_project(debian / "project")
    for name in ("Makefile", "pyproject.toml", "uv.lock", "README.md"):
        shutil.copy(PROJECT / name, project / name)
    shutil.copytree(PROJECT / "src", project / "src")
    done = subprocess.run(
        ["chroot", str(debian), "sh", "-c", "cd /project && python3 --version && make build"],
        env={
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
            **{name: value for name, value in os.environ.items() if re.match("PIP_|UV_|SSL_CERT_FILE", name)},
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert (
        "Python 3.13" in done.stdout
        and "published warehouse/demo/published/customer360.duckdb" in done.stdout
    )
