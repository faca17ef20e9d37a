"""nbgrader's settings for this course; `c` is the configuration object that Jupyter hands in."""

from pathlib import Path

from safetylab.course.build.predict_config import use_prediction_stubs
from safetylab.grading.config import use_exam_room

ROOT = Path(__file__).resolve().parent if "__file__" in globals() else Path.cwd()

c = get_config()  # noqa: F821

c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.course_id = "safetylab"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "labs"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.db_url = f"sqlite:///{ROOT / 'grading' / 'gradebook.db'}"
# nbgrader copies every other file of a source folder into the release and to each student.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache", "feedback", "*.py", "author",
]
c.Exchange.root = str(ROOT / "grading" / "exchange")
c.CsvExportPlugin.to = str(ROOT / "grading" / "grades.csv")
# Its page would print all settings, JupyterLab's too, and log a warning that it cannot.
c.FormgradeExtension.debug = False

c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"
use_prediction_stubs(c)  # a prediction's stub is not an error, but three dots
# nbgrader's default is 30 seconds; no cell of ours takes more than 20 on two cores.
c.Execute.timeout = 120

# `nbgrader autograde` and the formgrader's button grade as `safetylab grade` does.
use_exam_room(c)
