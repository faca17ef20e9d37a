"""Look for what may be wrong with an installation: one finding per check, each with its remedy."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from safetylab.course.learner.workspace import work_dir
from safetylab.course.paths import CourseError, find_root

MIN_PYTHON = (3, 11)
MIN_FREE = 10**9
NBGRADER_LAB = "@jupyter/nbgrader"
NBGRADER_SERVER = tuple(
    f"nbgrader.server_extensions.{name}"
    for name in ("formgrader", "validate_assignment", "assignment_list")
)

# Each file of a data set, and where its checksum stands. Weights have checksums.json.
DATA_FILES = {
    "mnist/mnist.npz": "safetylab.data.MNIST_SHA256",
    "adversarial_digits/adversarial_digits.npz": "safetylab.data.ADVERSARIAL_SHA256",
    "backdoor_nets/nets.safetensors": "safetylab.backdoors.NETS_SHA256",
    "avoidance/nets.safetensors": "safetylab.avoidance.NETS_SHA256",
    "audits/systems.npz.xz": "safetylab.audits.SYSTEMS_SHA256",
    "mail_words/mail_words.npz": "safetylab.mail.MAIL_SHA256",
    "mail_words/filters.safetensors": "safetylab.mail.NETS_SHA256",
    "mail_words/attacks.npz": "safetylab.mail.ATTACKS_SHA256",
    "adult/adult.csv.gz": "safetylab.tables.ADULT_SHA256",
    "german_credit/german_credit.csv.gz": "safetylab.tables.GERMAN_CREDIT_SHA256",
    "open_bandit/counts.csv.gz": "safetylab.tables.OPEN_BANDIT_SHA256",
    "compas/compas_two_years_deidentified.csv.gz": "safetylab.tables.COMPAS_SHA256",
    "law_school/law_school.csv.gz": "safetylab.tables.LAW_SCHOOL_SHA256",
    "hmda_boston/hmda_boston.csv.gz": "safetylab.tables.BOSTON_SHA256",
    "fico_scores/totals.csv": "safetylab.tables.FICO_TOTALS_SHA256",
    "fico_scores/transrisk_cdf_by_race_ssa.csv": "safetylab.tables.FICO_CDF_SHA256",
    "fico_scores/transrisk_performance_by_race_ssa.csv": (
        "safetylab.tables.FICO_PERFORMANCE_SHA256"
    ),
}


@dataclass(frozen=True)
class Finding:
    """What a check found: fine or not, in which way, and the command that mends it."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{'ok' if self.ok else 'PROBLEM':8}{self.name}: {self.detail}"
        return line if self.ok else f"{line}; to mend it: {self.remedy}"


def examine() -> list[Finding]:
    """Return the findings of every check; a check that fails by itself is a finding too."""
    try:
        root = find_root()
    except CourseError as error:
        return [python_version(), Finding("course", False, str(error), "pip install -e .")]
    checks: list[Callable[[Path], Finding]] = [
        lambda _: python_version(),
        dependencies,
        lambda _: weights(),
        *(lambda _, name=name: data_file(name) for name in DATA_FILES),
        lambda _: jupyterlab(),
        lambda _: lab_extension(),
        lambda _: server_extensions(),
        lambda _: kernel(),
        lambda _: sandbox(),
        disk_space,
        work_writable,
    ]
    return [_tried(check, root) for check in checks]


def _tried(check: Callable[[Path], Finding], root: Path) -> Finding:
    try:
        return check(root)
    except Exception as error:
        name = getattr(check, "__name__", "a check")
        detail = f"could not be looked at ({type(error).__name__}: {error})"
        return Finding(name, False, " ".join(detail.split()), _reinstall())


def python_version() -> Finding:
    """Check that this Python is new enough."""
    found, needed = (".".join(map(str, v[:2])) for v in (sys.version_info, MIN_PYTHON))
    remedy = f"install Python {needed} or newer, then make the environment again with it"
    return Finding(
        "python", sys.version_info[:2] >= MIN_PYTHON, f"{found} (needs {needed})", remedy
    )


def dependencies(root: Path) -> Finding:
    """Check the direct dependencies: there, in their range, and as tested."""
    project = root / "pyproject.toml"
    if not project.is_file():
        return Finding("dependencies", True, f"not looked at: there is no {project}")
    required = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    pins = _pins(root / "requirements.lock")
    wrong, other = [], []
    for requirement in required:
        problem, differs = _compared(requirement, pins)
        wrong += [problem] if problem else []
        other += [differs] if differs else []
    if wrong:
        return Finding("dependencies", False, "; ".join(wrong), _reinstall(root))
    return Finding("dependencies", True, _versions(len(required), other, bool(pins)))


def _compared(text: str, pins: dict[str, str]) -> tuple[str, str]:
    """Return what is wrong with a dependency, and how it differs from the tested."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name
    from packaging.version import Version

    requirement = Requirement(text)
    name = canonicalize_name(requirement.name)
    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} is not installed", ""
    if not requirement.specifier.contains(found, prereleases=True):
        return f"{name} is {found}, needed {requirement.specifier}", ""
    tested = pins.get(name)
    if tested and Version(found).public != Version(tested).public:
        return "", f"{name} {found} (tested: {tested})"
    return "", ""


def _pins(lock: Path) -> dict[str, str]:
    """Return the versions in a lock file by canonical name; none if there is no file."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    pins: dict[str, str] = {}
    for line in lock.read_text(encoding="utf-8").splitlines() if lock.is_file() else ():
        try:
            requirement = Requirement(line.partition("#")[0].strip())
        except InvalidRequirement:
            continue
        exact = [one.version for one in requirement.specifier if one.operator == "=="]
        if exact:
            pins[canonicalize_name(requirement.name)] = exact[0]
    return pins


def _versions(number: int, other: list[str], locked: bool) -> str:
    if not locked:
        return f"{number} in their ranges; no requirements.lock to compare them with"
    if other:
        return (
            f"{number} in their ranges, but not all as tested: {', '.join(other)}; "
            f"if a lab fails: {_reinstall()}"
        )
    return f"{number}, as tested"


def _reinstall(root: Path | None = None) -> str:
    lock = "requirements.lock" if root is None else str(root / "requirements.lock")
    if root is not None and not Path(lock).is_file():
        return _pip("-e", str(root))
    return _pip("-r", lock)


def _pip(*arguments: str) -> str:
    return " ".join((_python(), "-m pip install", *arguments))


def _python() -> str:
    return f'"{sys.executable}"' if " " in sys.executable else sys.executable


def data_file(name: str) -> Finding:
    """Check one of `DATA_FILES` against its checksum."""
    module, _, constant = DATA_FILES[name].rpartition(".")
    try:
        sha = getattr(import_module(module), constant)
    except ImportError as error:
        return Finding(name, False, f"not looked at: {error}", _reinstall())
    return _verified(f"data {name}", [(name, sha)])


def weights() -> Finding:
    """Check the trained weights against ``weights/checksums.json``."""
    try:
        from safetylab import data
    except ImportError as error:
        return Finding("weights", False, f"not looked at: {error}", _reinstall())
    name = "weights/checksums.json"
    try:
        listed = json.loads(data.existing(name).read_bytes())
        files = [(f"weights/{file}", str(sha)) for file, sha in listed.items()]
    except (OSError, ValueError, AttributeError) as error:
        return Finding("weights", False, f"{name}: {error}", _restore(name))
    return _verified("weights", files)


def _verified(title: str, files: list[tuple[str, str]]) -> Finding:
    from safetylab.data import read_verified

    for name, sha in files:
        try:
            read_verified(name, sha)
        except (OSError, ValueError) as error:
            return Finding(title, False, str(error), _restore(name))
    return Finding(title, True, "as published")


def _restore(name: str) -> str:
    """Return how to get a data file back."""
    from safetylab.data import data_folder

    folder = data_folder()
    if (folder.parent / ".git").exists():
        return f'git -C "{folder.parent}" checkout -- "{folder.name}/{name}"'
    if os.environ.get("SAFETYLAB_DATA"):
        return f"unset SAFETYLAB_DATA, or copy {name} from the course's archive into {folder}"
    return f"copy data/{name} from the course's archive to {folder / name}"


def jupyterlab() -> Finding:
    """Check that JupyterLab is installed."""
    try:
        return Finding("jupyterlab", True, version("jupyterlab"))
    except PackageNotFoundError:
        return Finding("jupyterlab", False, "not installed", _reinstall())


def lab_extension() -> Finding:
    """Check that JupyterLab has nbgrader's extension (Validate is one of its buttons)."""
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_federated_extensions, get_page_config

    folders = jupyter_path("labextensions")
    if NBGRADER_LAB not in get_federated_extensions(folders):
        detail = "its extension is not there"
        return Finding("nbgrader in JupyterLab", False, detail, _nbgrader_again())
    off = [name for name in _disabled(get_page_config(folders)) if _is_nbgraders(name)]
    if off:
        remedy = "; ".join(f"{_python()} -m jupyterlab.labextensions enable {name}" for name in off)
        return Finding("nbgrader in JupyterLab", False, f"switched off: {', '.join(off)}", remedy)
    return Finding("nbgrader in JupyterLab", True, "its extension is enabled")


def _nbgrader_again() -> str:
    return _pip("--force-reinstall --no-deps", '"nbgrader>=0.9.6,<0.10"')


def _disabled(page: dict[str, object]) -> Iterator[str]:
    listed = page.get("disabledExtensions", {})
    if isinstance(listed, dict):
        yield from (name for name, off in listed.items() if off)
    elif isinstance(listed, list):
        yield from map(str, listed)


def _is_nbgraders(name: str) -> bool:
    return name.partition(":")[0] == NBGRADER_LAB


def server_extensions() -> Finding:
    """Check that the Jupyter server loads what nbgrader's buttons call."""
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
    enabled = manager.get_jpserver_extensions()  # type: ignore[no-untyped-call]
    off = [name for name in NBGRADER_SERVER if not enabled.get(name)]
    if off:
        files = list(_switching_off(off, jupyter_config_path()))
        edits = (f'set "{name}" to true in {file}' for name, file in files)
        remedy = "; ".join(edits) or _nbgrader_again()
        return Finding("nbgrader in the server", False, f"not enabled: {', '.join(off)}", remedy)
    return Finding("nbgrader in the server", True, "its extensions are enabled")


def _switching_off(names: list[str], folders: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield each name with a file of Jupyter's configuration that sets it to false."""
    for folder in map(Path, folders):
        files = [*folder.glob("jupyter_server_config.json")]
        files += sorted(folder.glob("jupyter_server_config.d/*.json"))
        for file in files:
            values = json.loads(file.read_bytes())
            found = values.get("ServerApp", {}).get("jpserver_extensions", {})
            yield from ((name, file) for name in names if found.get(name) is False)


def kernel() -> Finding:
    """Check that a kernel of this Python starts and computes."""
    from safetylab.grading.paper.outcome import End, GradingError
    from safetylab.grading.room.kernel import Kernel

    remedy = _pip("--force-reinstall --no-deps ipykernel")
    try:
        with Kernel(30) as started:
            outcome = started.run("assert 1 + 1 == 2", 30)
    except (GradingError, OSError) as error:
        return Finding("kernel", False, str(error), remedy)
    if outcome.end is not End.OK:
        return Finding("kernel", False, f"it started, but ended in: {outcome.end.name}", remedy)
    return Finding("kernel", True, "starts and computes")


def sandbox() -> Finding:
    """Say whether bubblewrap is there; nothing that a learner does needs it."""
    found = shutil.which("bwrap")
    if found:
        return Finding("sandbox", True, f"bubblewrap is there ({found})")
    return Finding("sandbox", True, "no bubblewrap (bwrap): grading runs without a sandbox")


def disk_space(root: Path) -> Finding:
    """Check that there is room for notebooks, models and what labs write."""
    place = _existing(work_dir(root))
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free at {place} (needs {MIN_FREE / 1e9:.0f})"
    remedy = "delete what you do not need, or set SAFETYLAB_WORK to a folder on another disk"
    return Finding("disk", free >= MIN_FREE, detail, remedy)


def work_writable(root: Path) -> Finding:
    """Check that the learner's folder can be written, or made."""
    work = work_dir(root)
    place = _existing(work)
    try:
        with tempfile.TemporaryFile(dir=place):
            return Finding("work folder", True, f"{work} can be written")
    except OSError as error:
        remedy = f'chmod u+rwx "{place}", or set SAFETYLAB_WORK to a folder of yours'
        detail = f"{place} cannot be written: {error.strerror or error}"
        return Finding("work folder", False, detail, remedy)


def _existing(path: Path) -> Path:
    """Return the nearest folder on the way up that is there."""
    return next(place for place in (path, *path.parents) if place.exists())
