"""The files that tools read say the same thing, and the committed notebooks are fresh."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from importlib.metadata import metadata, version
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from safetylab import __version__
from safetylab.course.build.build import check

ROOT = Path(__file__).resolve().parents[1]


def pins(text: str) -> dict[str, str]:
    """Return name -> version for each line that pins one."""
    return dict(re.findall(r"^[\s-]*([A-Za-z0-9_.-]+)==([\w.]+)", text, re.M))


LOCK = pins((ROOT / "requirements.lock").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w-]+", requirement)[0] for requirement in requirements}


def test_conda_and_pip_install_the_same_versions():
    conda = pins((ROOT / "environment.yml").read_text())
    assert conda.keys() == names(PROJECT["dependencies"])
    assert conda.items() <= LOCK.items()


def test_the_lock_holds_every_direct_dependency():
    wanted = names(PROJECT["dependencies"]) | names(PROJECT["optional-dependencies"]["test"])
    assert wanted <= LOCK.keys()


def test_the_environment_is_that_of_the_lock():
    different = {name: version(name) for name in names(PROJECT["dependencies"])
                 if version(name).split("+")[0] != LOCK[name]}  # fmt: skip
    assert different == {}


def test_the_lock_installs_on_the_oldest_python_that_is_promised():
    """Debian 12 has Python 3.11.2; a package of the lock once asked for 3.11.5."""
    oldest = PROJECT["requires-python"].removeprefix(">=") + ".0"
    asked = {name: SpecifierSet(metadata(name).get("Requires-Python", "")) for name in LOCK}
    assert not [f"{name} {wanted}" for name, wanted in asked.items() if oldest not in wanted]


def test_no_wheel_of_one_platform_is_in_the_lock():
    assert not [name for name in LOCK if re.match(r"nvidia|cuda|triton", name)]


@pytest.mark.xdist_group("project")
def test_tests_of_one_group_run_in_one_process(request):
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("one process runs all of them")
    assert request.node.nodeid.endswith("@project"), "what a lab costs to run is paid per worker"


def test_the_package_has_one_version():
    assert PROJECT["version"] == __version__


def test_the_committed_notebooks_are_fresh():
    assert check(ROOT) == []


def test_weights_are_those_that_were_published():
    import hashlib

    folder = ROOT / "data" / "weights"
    published = json.loads((folder / "checksums.json").read_text())
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
             for path in folder.glob("*.safetensors")}  # fmt: skip
    assert found == published


@pytest.mark.parametrize("folder", sorted(p.name for p in (ROOT / "data").iterdir() if p.is_dir()))
def test_every_data_set_has_a_datasheet(folder):
    sheet = (ROOT / "data" / folder / "DATASHEET.md").read_text()
    assert re.search(r"licen[cs]e", sheet, re.I)
    assert re.search(r"checksum|sha-256", sheet, re.I)


def test_no_path_of_a_machine_is_committed():
    files = subprocess.run(
        ["git", "grep", "-lE", r"/(home|root|Users)/[a-z]+/", "--", ":!tests", ":!*.lock"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.split()  # fmt: skip
    assert files == []


def test_the_citation_and_the_changes_name_the_version():
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"\n## {__version__}\n" in (ROOT / "CHANGELOG.md").read_text()


def test_the_largest_group_comes_first_and_single_tests_last(request):
    class Item:
        def __init__(self, name, *groups):
            self.name, self.groups = name, groups

        def iter_markers(self, _):
            return (pytest.mark.xdist_group(group).mark for group in self.groups)

    order = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    items = [Item("alone"), Item("a", "small"), Item("b", "large"), Item("c", "large"), Item("two")]
    order.pytest_collection_modifyitems(items)
    assert [item.name for item in items] == ["b", "c", "a", "alone", "two"]
