"""No solution, hidden test, rubric or earlier answer is on the site; one would be found."""

from __future__ import annotations

import json

import pytest
from site_tests import CHOSEN, without_running

from safetylab.course.build.source import lab_names
from safetylab.course.site import make, proof
from safetylab.course.site.labpage import LabPage, fenced, prepared, signatures
from safetylab.course.site.runs import ROOT

pytestmark = pytest.mark.xdist_group("site")


@pytest.fixture(scope="module")
def secrets() -> dict[str, list[str]]:
    return proof.secrets()


def test_there_are_secrets_of_every_lab(secrets):
    assert secrets.keys() == set(lab_names(ROOT))
    assert all(len(lines) >= 5 for lines in secrets.values())
    assert sum(map(len, secrets.values())) > 3000


def test_no_secret_is_on_the_site(secrets, site):
    pages = proof.texts(site)
    assert {f"labs/{name[:5]}.html" for name in CHOSEN} <= pages.keys()
    assert proof.leaks([line for lines in secrets.values() for line in lines], pages) == []


def test_no_secret_is_on_the_page_of_any_lab(secrets, tmp_path):
    pages = {name: proof.page_text(LabPage(without_running(name), tmp_path).markdown())
             for name in lab_names(ROOT)}  # fmt: skip
    assert proof.leaks([line for lines in secrets.values() for line in lines], pages) == []


@pytest.mark.parametrize("lab", ["lab04_robustness", "lab14_society"])
def test_control_all_secrets_of_an_instructors_page_are_found(lab, secrets, tmp_path):
    path = ROOT / "solutions" / lab / f"{lab}.ipynb"
    cells = json.loads(path.read_text())["cells"]
    text = "\n\n".join(_shown(cell) for cell in cells)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "index.md").write_text(text)
    make.build(tmp_path / "source", tmp_path / "html", html_theme="basic", html_css_files=[],
               html_js_files=[],
               html_static_path=[], html_theme_options={}, html_sidebars={},
               suppress_warnings=["*"])  # fmt: skip
    pages = proof.texts(tmp_path / "html")
    found = {line for _, line in proof.leaks(secrets[lab], pages)}
    assert [line for line in secrets[lab] if line not in found] == []


def _shown(cell: dict[str, object]) -> str:
    source = "".join(cell["source"])
    return prepared(source) if cell["cell_type"] == "markdown" else fenced(source, "python")


def test_a_given_cell_shows_no_body():
    source = (
        'import torch\n\ndef fgsm(x):\n    """One step."""\n    return x + x.sign()\n\ny = fgsm(1)'
    )
    assert "return" not in signatures(source)
    assert "One step." in signatures(source)
    assert "y =" not in signatures(source)


def test_what_given_cells_carry_is_on_no_page(tmp_path):
    public = proof.page_text("\n".join(proof.released(ROOT)))
    carried = 0
    for name in lab_names(ROOT):
        run = without_running(name)
        if not (
            given := [{"cell_type": "code", "source": one.source} for one in run.lab.of("given")]
        ):
            continue
        page = proof.page_text(LabPage(run, tmp_path).markdown())
        bodies = [line for line in proof.lines_of(given) if line not in public]
        carried += len(bodies)
        assert not [line for line in bodies if line in page]
    assert carried >= 10, "the labs' given cells carry answers"


def test_the_search_sees_through_wraps_and_colours():
    line = proof.bare("    return (z - x).flatten(1).abs().amax(1)")
    page = "<pre><span>return</span> (z <b>-</b> x).flatten(1)\n  .abs().amax(1)</pre>"
    assert proof.leaks([line], {"page": proof.page_text(page)}) == [("page", line)]
    assert proof.leaks([line], {"page": proof.page_text("<p>return of the flat earth</p>")}) == []
