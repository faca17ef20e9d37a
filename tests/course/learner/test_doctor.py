"""Each check of the doctor, with what it looks at broken on purpose."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from safetylab.course import cli
from safetylab.course.learner import doctor
from safetylab.course.learner.doctor import Finding
from safetylab.course.paths import CourseError
from safetylab.grading import GradingError
from safetylab.grading.room.kernel import End

COURSE = Path(cli.__file__).parents[2]
PROJECT = '[project]\ndependencies = ["numpy>=2", "pandas<4"]\n'


def raiser(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "requirements.lock").write_text("# pins\nNumPy==2.4.6\npandas==3.1.1 ; x\n???\n")
    installed(monkeypatch, numpy="2.4.6+local", pandas="3.1.1")
    return tmp_path


def installed(monkeypatch: pytest.MonkeyPatch, **versions: str) -> None:
    def version(name: str) -> str:
        if name not in versions:
            raise PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(doctor, "version", version)


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.python_version().ok
    monkeypatch.setattr(doctor, "sys", SimpleNamespace(version_info=(3, 10, 2)))
    found = doctor.python_version()
    assert (found.ok, found.detail) == (False, "3.10 (needs 3.11)")
    assert "install Python 3.11" in found.remedy


def test_the_tested_versions_are_fine(project: Path) -> None:
    found = doctor.dependencies(project)
    assert (found.ok, found.detail) == (True, "2, as tested")


@pytest.mark.parametrize(
    ("versions", "says"),
    [
        ({"numpy": "1.26", "pandas": "3.1.1"}, "numpy is 1.26, needed >=2"),
        ({"numpy": "2.4.6"}, "pandas is not installed"),
        ({"numpy": "2.4.6", "pandas": "4.0"}, "pandas is 4.0, needed <4"),
    ],
)
def test_a_wrong_or_missing_dependency(
    project: Path, monkeypatch: pytest.MonkeyPatch, versions: dict[str, str], says: str
) -> None:
    installed(monkeypatch, **versions)
    found = doctor.dependencies(project)
    assert (found.ok, found.detail) == (False, says)
    assert found.remedy == (f"{sys.executable} -m pip install -r {project / 'requirements.lock'}")
    (project / "requirements.lock").unlink()
    assert doctor.dependencies(project).remedy.endswith(f"-e {project}")


def test_a_version_in_its_range_but_not_as_tested_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, numpy="2.5", pandas="3.1.1")
    found = doctor.dependencies(project)
    assert found.ok
    assert "numpy 2.5 (tested: 2.4.6)" in found.detail
    (project / "requirements.lock").unlink()
    assert "no requirements.lock" in doctor.dependencies(project).detail
    (project / "pyproject.toml").unlink()
    assert "not looked at" in doctor.dependencies(project).detail


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(COURSE / "data", folder)
    monkeypatch.setenv("SAFETYLAB_DATA", str(folder))
    return folder


DATA_CHECKS: list[tuple[str, Callable[[], Finding]]] = [
    *((name, partial(doctor.data_file, name)) for name in doctor.DATA_FILES),
    ("weights/mnist_cnn.safetensors", doctor.weights),
    ("weights/checksums.json", doctor.weights),
]


def test_every_data_file_is_looked_at() -> None:
    folders = (path for path in (COURSE / "data").iterdir() if path.name != "weights")
    files = (path for folder in folders for path in folder.iterdir())
    names = {f"{path.parent.name}/{path.name}" for path in files if path.name != "DATASHEET.md"}
    assert names == doctor.DATA_FILES.keys()


@pytest.mark.parametrize(("name", "check"), DATA_CHECKS)
def test_damaged_and_missing_data(data: Path, name: str, check: Callable[[], Finding]) -> None:
    assert check().ok
    (data / name).write_bytes(b"damaged")
    damaged = check()
    (data / name).unlink()
    missing = check()
    assert (damaged.ok, missing.ok) == (False, False)
    assert "is missing" in missing.detail
    for found in (damaged, missing):
        assert name in found.remedy
        assert "unset SAFETYLAB_DATA" in found.remedy


def test_data_in_a_repository_comes_back_with_git(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data.parent / ".git").mkdir()
    (data / "mnist/mnist.npz").unlink()
    remedy = doctor.data_file("mnist/mnist.npz").remedy
    assert remedy == f'git -C "{data.parent}" checkout -- "data/mnist/mnist.npz"'
    (data.parent / ".git").rmdir()
    monkeypatch.delenv("SAFETYLAB_DATA")
    monkeypatch.setattr("safetylab.data.data_folder", lambda: data)
    assert doctor._restore("x").startswith("copy data/x from the course's archive to")


@pytest.mark.parametrize("check", [doctor.weights, lambda: doctor.data_file("mnist/mnist.npz")])
def test_data_without_torch(monkeypatch: pytest.MonkeyPatch, check: Callable[[], Finding]) -> None:
    import safetylab

    monkeypatch.delattr(safetylab, "data", raising=False)
    monkeypatch.setitem(sys.modules, "safetylab.data", None)
    found = check()
    assert not found.ok
    assert found.remedy.endswith("-m pip install -r requirements.lock")


def test_no_jupyterlab(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.jupyterlab().ok
    installed(monkeypatch)
    assert (doctor.jupyterlab().ok, doctor.jupyterlab().detail) == (False, "not installed")


def test_the_lab_extension_is_missing_or_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doctor.lab_extension().ok
    config = tmp_path / "labconfig"
    config.mkdir()
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    off = {"disabledExtensions": {"@jupyter/nbgrader:validate-assignment": True, "other": True}}
    (config / "page_config.json").write_text(json.dumps(off))
    found = doctor.lab_extension()
    assert (found.ok, found.detail) == (
        False,
        "switched off: @jupyter/nbgrader:validate-assignment",
    )
    assert "labextensions enable @jupyter/nbgrader:validate-assignment" in found.remedy
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [str(tmp_path)])
    missing = doctor.lab_extension()
    assert not missing.ok
    assert "--force-reinstall" in missing.remedy


@pytest.mark.parametrize("disabled", [["@jupyter/nbgrader"], {"@jupyter/nbgrader": True}])
def test_both_ways_to_list_what_is_switched_off(disabled: object) -> None:
    assert list(doctor._disabled({"disabledExtensions": disabled})) == ["@jupyter/nbgrader"]
    assert list(doctor._disabled({"disabledExtensions": {"@jupyter/nbgrader": False}})) == []


def test_a_server_extension_is_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doctor.server_extensions().ok
    name = "nbgrader.server_extensions.formgrader"
    off = {"ServerApp": {"jpserver_extensions": {name: False}}}
    (tmp_path / "jupyter_server_config.json").write_text(json.dumps(off))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    found = doctor.server_extensions()
    assert (found.ok, found.detail) == (False, f"not enabled: {name}")
    assert found.remedy == f'set "{name}" to true in {tmp_path / "jupyter_server_config.json"}'


def test_server_extensions_that_nothing_mentions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_core.paths.jupyter_config_path", list)
    found = doctor.server_extensions()
    assert not found.ok
    assert "-m pip install --force-reinstall --no-deps" in found.remedy


class FakeKernel:
    """A kernel that ends a cell in a given way."""

    end = End.OK

    def __init__(self, timeout: float) -> None:
        pass

    def __enter__(self) -> FakeKernel:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def run(self, *_: object) -> SimpleNamespace:
        return SimpleNamespace(end=self.end)


def test_a_kernel_that_does_not_start_or_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safetylab.grading.room.kernel.Kernel", FakeKernel)
    assert doctor.kernel().ok
    monkeypatch.setattr(FakeKernel, "end", End.DEAD)
    assert "DEAD" in doctor.kernel().detail
    monkeypatch.setattr("safetylab.grading.room.kernel.Kernel", raiser(GradingError("no kernel")))
    found = doctor.kernel()
    assert (found.ok, found.detail) == (False, "no kernel")
    assert found.remedy.endswith("ipykernel")


@pytest.mark.parametrize(("where", "says"), [("/usr/bin/bwrap", "is there"), (None, "without a")])
def test_the_sandbox_is_told_and_never_a_problem(
    monkeypatch: pytest.MonkeyPatch, where: str | None, says: str
) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda _: where)
    assert doctor.sandbox().ok
    assert says in doctor.sandbox().detail


def test_a_full_disk(tiny_course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    assert doctor.disk_space(tiny_course).ok
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9 - 1))
    found = doctor.disk_space(tiny_course)
    assert not found.ok
    assert "SAFETYLAB_WORK" in found.remedy


def test_a_work_folder_that_cannot_be_written(
    tiny_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doctor.work_writable(tiny_course).ok
    assert not (tiny_course / "work").exists()
    error = PermissionError(13, "Permission denied")
    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", raiser(error))
    found = doctor.work_writable(tiny_course)
    assert not found.ok
    assert found.remedy.startswith(f'chmod u+rwx "{tiny_course}"')


def test_a_check_that_fails_by_itself_is_a_finding(tiny_course: Path) -> None:
    found = doctor._tried(raiser(RuntimeError("odd\nthing")), tiny_course)
    assert (found.ok, found.detail) == (False, "could not be looked at (RuntimeError: odd thing)")
    assert found.remedy


@pytest.mark.slow
def test_the_doctor_of_this_environment() -> None:
    findings = doctor.examine()
    assert [str(finding) for finding in findings if not finding.ok] == []
    assert len({finding.name for finding in findings}) == 10 + len(doctor.DATA_FILES)


def test_without_a_course_the_doctor_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_root", raiser(CourseError("no course here")))
    assert [finding.ok for finding in doctor.examine()] == [True, False]


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
def test_the_command_prints_a_line_each_and_exits_1_for_a_problem(
    monkeypatch: pytest.MonkeyPatch, ok: bool, code: int
) -> None:
    findings = [Finding("disk", True, "fine", "unused"), Finding("work", ok, "so", "do this")]
    monkeypatch.setattr(doctor, "examine", lambda: findings)
    shown = CliRunner().invoke(cli.app, ["doctor"])
    assert shown.exit_code == code
    last = "ok      work: so" if ok else "PROBLEM work: so; to mend it: do this"
    assert shown.stdout.splitlines() == ["ok      disk: fine", last]
