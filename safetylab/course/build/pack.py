"""The archive that a class is given: labs, package, data, environment, and no answer."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nbformat import ValidationError

from safetylab.course.build.leaks import Place, answers_in, file_places, keys_in, released_places
from safetylab.course.build.ready import ready_labs
from safetylab.course.build.source import Lab, Problem, lab_names, read_lab
from safetylab.course.paths import CourseError, lab_notebook

TOP = "safetylab-labs"
_SHEET, _LIST = "DATASHEET.md", "checksums.json"
_FILES = (
    "LICENSE",
    "Makefile",
    "environment.yml",
    "nbgrader_config.py",
    "pyproject.toml",
    "requirements.lock",
)
_FOLDERS = ("data", "safetylab")
_TEACHERS = ("safetylab", "course", "site")  # slides show outcomes
_LEAN = re.compile(r"^make setup PIP_ARGS=.*$", re.MULTILINE)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can hold
_README = """\
# Labs on the safety of artificial intelligence

In this archive: {labs}.

You need Python 3.11 or newer. Everything is installed into this folder; after that, nothing needs
a network. On Linux that is 3.4 GB to download and 6.7 GB of disk, of which 2.5 and 4.1 GB are for
graphics cards that no lab needs; to leave them out, once, before `make lab`:

    {lean}

**Linux, macOS**

    make lab

**Windows** (PowerShell)

    py -m venv .venv
    .venv\\Scripts\\python -m pip install -r requirements.lock
    .venv\\Scripts\\python -m pip install --no-deps -e .
    .venv\\Scripts\\safetylab start

**conda**

    conda env create -f environment.yml
    conda activate safetylab
    safetylab start

JupyterLab opens in `work/`, which holds your own copies of the labs; nothing ever overwrites them.
The last cell of a lab shows your score, as does `safetylab check {first}` (without conda:
`.venv/bin/safetylab`, on Windows `.venv\\Scripts\\safetylab`). It comes from the visible checks:
the hidden tests of your course are not in this archive.
"""


def pack(
    root: Path, names: Sequence[str], output: Path, *, answers_released: bool = False
) -> list[str]:
    """Write the archive for a class to ``output``; the same tree gives the same bytes.

    Args:
        root: the full course.
        names: the labs.
        output: a file that does not exist yet.
        answers_released: the class may see the answers of earlier labs in later ones.

    Returns:
        The ids of the labs in the archive.

    Raises:
        CourseError: the archive would hold an answer, or cannot be made; nothing was written.
    """
    _refuse_existing(output)
    labs = ready_labs(root, names)
    if not answers_released:
        _refuse_given(root, labs)
    files = _contents(root, labs)
    _refuse_unknown_data(files)
    found = list(_leaks(root, labs, files, answers_released))
    if found:
        lines = "\n".join(str(problem) for problem in found)
        raise CourseError(f"the archive would hold an answer:\n{lines}")
    _write(output, _zipped(files))
    return labs


def _refuse_existing(output: Path) -> None:
    if output.exists():
        raise CourseError(
            f"{output} is there already: delete it, or name another file with --output"
        )


def _refuse_given(root: Path, labs: Sequence[str]) -> None:
    numbers = {int(lab[3:5]): lab for lab in labs}
    for lab in labs:
        for cell in _lab(root, lab).of("given"):
            found = re.match(r"given-ex(\d+)_", cell.id)
            if found and int(found[1]) in numbers:
                raise CourseError(
                    f"cell `{cell.id}` of {lab} answers {numbers[int(found[1])]}, which is to be "
                    "packed too: pack them apart, or add --answers-released if the class may "
                    "see that answer"
                )


def _refuse_unknown_data(files: Mapping[str, bytes]) -> None:
    """Each file in ``data/`` has its SHA-256 in the datasheet beside it, or in a list named there.

    Raises:
        CourseError: one has not; who put it there, and may it be passed on?
    """
    for name, content in files.items():
        folder, _, file = name.rpartition("/")
        if not name.startswith("data/") or file == _SHEET:
            continue
        sheet = files.get(f"{folder}/{_SHEET}", b"").decode()
        known = sheet + files.get(f"{folder}/{_LIST}", b"").decode() * (_LIST in sheet)
        listed = file == _LIST and _LIST in sheet
        if not listed and hashlib.sha256(content).hexdigest() not in known:
            raise CourseError(
                f"{name} has no checksum in {folder}/{_SHEET}: write the file's SHA-256 there if "
                "the class may have it, or take it out of data/"
            )


def _lean(root: Path) -> str:
    """The command of the course's README that installs without what is for graphics cards."""
    file = root / "README.md"
    found = _LEAN.search(file.read_text(encoding="utf-8")) if file.is_file() else None
    return found[0] if found else "make setup"


def _contents(root: Path, labs: Sequence[str]) -> dict[str, bytes]:
    """What goes into the archive, by path, in order."""
    paths = [root / name for name in _FILES] + [lab_notebook(root, lab) for lab in labs]
    paths += [path for folder in _FOLDERS for path in _files(root, folder)]
    for path in paths:
        if not path.is_file():
            raise CourseError(f"{path} is missing: a class cannot set up its environment")
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    readme = _README.format(labs=", ".join(labs), first=labs[0], lean=_lean(root))
    return dict(sorted({**files, "README.md": readme.encode()}.items()))


def _files(root: Path, folder: str) -> Iterator[Path]:
    for path in (root / folder).rglob("*"):
        parts = path.relative_to(root).parts
        unwanted = any(part.startswith(".") or part == "__pycache__" for part in parts)
        unwanted |= parts[:3] == _TEACHERS
        if path.is_file() and not unwanted:
            yield path


def _leaks(
    root: Path, labs: Sequence[str], files: Mapping[str, bytes], answers_released: bool
) -> Iterator[Problem]:
    """Answers in the archive, and outside its labs hidden tests; those of all labs.

    A lab may show the answers of earlier labs that the class has behind it. Its notebook has been
    rid of hidden tests by nbgrader, and what they share with the visible ones may stay.
    """
    places = {name: _places(root, name, content) for name, content in files.items()}
    others = [p for file in places if not file.startswith("labs/") for p in places[file]]
    for name in lab_names(root):
        lab = _lab(root, name)
        behind = answers_released or name not in labs
        read = [file for file in places if not (behind and _is_of_later_lab(file, lab))]
        yield from answers_in(lab, [place for file in read for place in places[file]])
        yield from keys_in(lab, others)


def _places(root: Path, name: str, content: bytes) -> list[Place]:
    """What can be read of a file; of a lab as its source has it, for its author's reasons."""
    lab = name.split("/")[1] if name.startswith("labs/") else ""
    if not lab or not name.endswith(".ipynb"):
        return list(file_places(name, content))
    return [replace(place, where=f"{name}, {place.where.partition(', ')[2]}")
            for place in released_places(_lab(root, lab))]  # fmt: skip


def _is_of_later_lab(file: str, lab: Lab) -> bool:
    found = re.match(r"labs/lab(\d+)_", file)
    return bool(found and int(found[1]) > lab.number)


def _lab(root: Path, name: str) -> Lab:
    try:
        return read_lab(root, name)
    except (ValidationError, UnicodeDecodeError) as error:
        raise CourseError(
            f"the source of {name} cannot be read, so nobody can tell whether its answers are in "
            f"the archive: {str(error).splitlines()[0]}"
        ) from None


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{TOP}/{name}", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on Windows too: its mode bits are set below
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _write(output: Path, content: bytes) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=output.parent, prefix=".packing-")
    half = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        half.chmod(0o644)
        _refuse_existing(output)
        half.replace(output)
    finally:
        half.unlink(missing_ok=True)
