"""Which variant is whose: two tables of a course, and what is wrong with them."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from grading import tiny, varied

from safetylab.course.paths import CourseError
from safetylab.grading.bundle import Bundle, Variants
from safetylab.grading.gradebook.variants import Allotment, allotment
from safetylab.grading.paper.variant import FORM, call_in

NAME, COUNT = varied.NAME, varied.COUNT
DECLARED = Variants(COUNT, varied.FOLDER, varied.SALT)


def bundle(salt: str | None = None, source: str = "") -> Bundle:
    """The tiny lab; its release may say another salt, its cell something else."""
    notebook = varied.instructor()
    for cell in notebook.cells:
        if cell.id == "setup-variant" and source:
            cell.source = source
    released = tiny.release(varied.instructor())
    if salt:
        released.metadata.safetylab["variants"]["salt"] = salt
    return Bundle(NAME, tiny.to_bytes(released), tiny.to_bytes(notebook))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data" / varied.FOLDER
    folder.mkdir(parents=True)
    (folder / "0.txt").write_text("zero")
    monkeypatch.setenv("SAFETYLAB_DATA", str(tmp_path / "data"))
    return folder


def read(folder: Path, table: str = "", withdrawn: str = "") -> Allotment:
    for name, text in (("variants.csv", table), ("withdrawn.csv", withdrawn)):
        if text:
            (folder / name).write_bytes(text.encode("utf-8-sig"))
    made = allotment(NAME, [bundle()], folder)
    assert made is not None
    return made


def number(made: Allotment, student: str) -> int:
    return made.of(student, DECLARED).number


def test_without_tables_the_id_decides(tmp_path: Path, data: Path) -> None:
    made = read(tmp_path)
    assert number(made, "ann") == varied.own("ann")
    assert str(made.of("ann", DECLARED)) == f"variant {varied.own('ann')} of ann"


def test_a_lab_without_variants_reads_no_table(tmp_path: Path) -> None:
    (tmp_path / "variants.csv").write_text("what is this")
    assert allotment("lab01_tiny", [tiny.bundle()], tmp_path) is None


def test_a_team_is_one_key_and_a_line_may_give_the_number(tmp_path: Path, data: Path) -> None:
    table = "id,key,variant\nann,reds,\nbob,reds,\nZoë,,3\n\ncyd,cyd again, 0\n"
    made = read(tmp_path, table)
    assert number(made, "ann") == number(made, "bob") == varied.own("reds")
    assert str(made.of("bob", DECLARED)).endswith("of bob (reds)")
    assert number(made, "Zoë") == number(made, unicodedata.normalize("NFD", "Zoë")) == 3
    assert number(made, "cyd") == 0
    assert number(made, "dan") == varied.own("dan")


def test_a_line_may_be_about_another_assignment(tmp_path: Path, data: Path) -> None:
    table = f"assignment,id,key\nps9,ann,x\n{NAME},bob,y\n,cyd,z\n"
    made = read(tmp_path, table)
    assert number(made, "ann") == varied.own("ann")
    assert number(made, "bob") == varied.own("y")
    assert number(made, "cyd") == varied.own("z")


def test_who_has_a_withdrawn_variant_gets_the_next_one(tmp_path: Path, data: Path) -> None:
    own = varied.own("ann")
    after = (own + 1) % COUNT
    lines = [f"{NAME},{own}", f"{NAME},{after}", f"ps9,{(own + 2) % COUNT}"]
    made = read(tmp_path, withdrawn="\n".join(["assignment,variant", *lines]))
    assert number(made, "ann") == (own + 2) % COUNT
    assert len(made.spread(COUNT, 100)) == COUNT - 2
    assert len(made.spread(COUNT, 3)) == len(set(made.spread(COUNT, 3))) == 3
    assert not {own, after} & set(made.spread(COUNT, 100))


def test_lines_about_nobody_are_named(tmp_path: Path, data: Path) -> None:
    made = read(tmp_path, "id,key\nann,reds\nanne,reds\n")
    assert made.strangers(["ann", "bob"]) == ["variants.csv, line 3: no student is called anne"]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("ann,reds\n", "its first line is 'ann,reds', and its columns must be id,key"),
        ("id;key\nann;reds\n", "'id;key', and its columns must be id,key .*with commas between"),
        ("id,key,variants\nann,reds,3\n", r"id,key \(and may be variant, assignment\)"),
        ("id,key,key\nann,reds,3\n", "its columns must be"),
        ("id,key\nann\n", "line 2: it has 1 cells, and the first line names 2"),
        ("id,key\n,reds\n", "line 2: it names no id"),
        ("id,key\nann,\n", "line 2: ann has neither a key nor a variant"),
        ("id,key\nann,a\nbob,b\n ann ,c\n", "line 4: ann stands in line 2 already"),
        ("id,key,variant\nann,,10\n", "line 2: the variant is '10', .* from 0 to 9"),
        ("id,key,variant\nann,,-1\n", "line 2: the variant is '-1'"),
        ("id,key,variant\nann,,two\n", "line 2: the variant is 'two'"),
        ("id,key,variant\nann,,\N{SUPERSCRIPT TWO}\n", "line 2: the variant is"),
        ('id,key\nann,"reds\n', "line 2: unexpected end of data"),
        (" \n", "its first line is ''"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(
    tmp_path: Path, data: Path, table: str, says: str
) -> None:
    with pytest.raises(CourseError, match=f"variants.csv.*{says}"):
        read(tmp_path, table)


def test_a_table_in_another_encoding_is_told(tmp_path: Path, data: Path) -> None:
    (tmp_path / "variants.csv").write_bytes("id,key\nZoë,a\n".encode("latin-1"))
    with pytest.raises(CourseError, match="is not UTF-8"):
        read(tmp_path)


def test_withdrawn_variants_that_cannot_be_are_told(tmp_path: Path, data: Path) -> None:
    with pytest.raises(CourseError, match="its columns must be assignment,variant, with commas"):
        read(tmp_path, withdrawn="variant\n3\n")
    with pytest.raises(CourseError, match="line 2: the variant is '99'"):
        read(tmp_path, withdrawn=f"assignment,variant\n{NAME},99\n")
    every = "".join(f"{NAME},{one}\n" for one in range(COUNT))
    with pytest.raises(CourseError, match="withdraws every variant of ps1: leave one"):
        read(tmp_path, withdrawn=f"assignment,variant\n{every}")
    with pytest.raises(CourseError, match="ann is given variant 3, which withdrawn"):
        read(tmp_path, "id,key,variant\nann,,3\n", f"assignment,variant\n{NAME},3\n")


def test_a_lab_that_is_not_what_was_entered_is_refused(tmp_path: Path, data: Path) -> None:
    with pytest.raises(CourseError, match=r"count 10 and salt '2031a'.*count 10 and salt '2030a'"):
        allotment(NAME, [bundle(salt="2031a")], tmp_path)
    with pytest.raises(CourseError, match="needs one locked cell setup-variant that says VARIANT"):
        allotment(NAME, [bundle(source="VARIANT = 3")], tmp_path)
    values = json.loads(bundle().released)
    values["metadata"]["safetylab"]["variants"] = 10
    with pytest.raises(CourseError, match="cannot be read: 10"):
        allotment(NAME, [Bundle(NAME, json.dumps(values).encode())], tmp_path)


def test_the_checksum_is_that_of_the_data(tmp_path: Path, data: Path) -> None:
    before = read(tmp_path).shas
    (data / "README.md").write_text("for readers")
    assert read(tmp_path).shas == before
    (data / "0.txt").write_text("one")
    assert read(tmp_path).shas != before
    (data / "0.txt").unlink()
    (data / "README.md").unlink()
    data.rmdir()
    with pytest.raises(CourseError, match="audits, which holds the variants, is missing"):
        read(tmp_path)


@pytest.mark.parametrize(
    "source",
    [
        "VARIANT = 3",
        "VARIANT = variants.mine('ann', salt='s', count=3)",
        "VARIANT = variants.mine(my_id, 's', 3)",
        "VARIANT = variants.mine(my_id, salt=s, count=3)",
        "VARIANT = variants.mine(my_id, salt='s', count=3, more=1)",
        "VARIANT = variants.variant_of(my_id, salt='s', count=3)",
        "VARIANT = variants.mine(my_id, salt='s', count=3)\nVARIANT = 2",
        "def f():\n    VARIANT = variants.mine(my_id, salt='s', count=3)",
        "VARIANT = (",
        "",
    ],
)
def test_a_cell_that_says_something_else_is_none(source: str) -> None:
    assert call_in(source) is None


def test_the_cell_may_stand_among_other_lines() -> None:
    call = call_in(f"from safetylab import variants\n\n{FORM}\nprint('Zoë', VARIANT)")
    assert call is not None
    assert (call.name, call.salt, call.count) == ("my_id", "2030a", 100)
    assert call.text == 'variants.mine(my_id, salt="2030a", count=100)'
