import base64
import io
import itertools
from html.parser import HTMLParser

import matplotlib.colors
import matplotlib.image
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from safetylab import evaluation, plots

# Machado, Oliveira, Fernandes, "A physiologically-based model for simulation of color vision
# deficiency", 2009: full strength, on linear RGB.
VISION = {
    "usual": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
TO_XYZ = np.array(
    [[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]
)  # fmt: skip


def linear_rgb(code: str) -> np.ndarray:
    rgb = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def cielab(rgb: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ rgb.clip(0, 1) / TO_XYZ.sum(axis=1)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISION)
def test_colours_can_be_told_apart(vision):
    seen = {n: cielab(VISION[vision] @ linear_rgb(c)) for n, c in plots.COLOURS.items()}
    for (a, left), (b, right) in itertools.combinations(seen.items(), 2):
        assert np.linalg.norm(left - right) > 15, (a, b)


def test_colours_show_on_white():
    for code in plots.COLOURS.values():
        luminance = TO_XYZ[1] @ linear_rgb(code)
        assert 1.05 / (luminance + 0.05) > 2.2


def test_a_name_has_one_colour():
    named = ("standard", "robust", "masked", "clean", "fgsm", "pgd", "cw", "random")
    assert len({plots.colour(name) for name in named}) == len(named)
    assert plots.colour("Robust, under PGD") == plots.colour("robust")
    assert plots.colour("robustness") != plots.colour("robust")
    assert plots.colour("gold, best-of-n") == plots.colour("gold") != plots.colour("proxy")
    # Written down once: a change here would recolour every published lab.
    assert plots.colour("standard") == "#0072B2"
    assert plots.colour("l-bfgs") == "#009E73"


class Attributes(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr(plots, "display", lambda bundle, raw: bundles.append((bundle, raw)))
    return bundles


@pytest.mark.parametrize("alt", ["a line", '"><script>x</script>', "it's 3 < 4 & 5 > 4\ntwo"])
def test_show_emits_one_bundle_with_the_alt_text(shown, alt):
    plots.show(plots.curves({"a": ([0], [1])}, xlabel="x", ylabel="y"), alt)
    [(bundle, raw)] = shown
    assert raw
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert bundle["text/plain"] == alt
    [(tag, attributes)] = Attributes(bundle["text/html"]).tags
    assert tag == "img"
    assert attributes["alt"] == alt
    assert attributes["src"] == "data:image/png;base64," + bundle["image/png"]
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_show_refuses_a_picture_without_words(shown, alt):
    with pytest.raises(ValueError, match="needs an alt text"):
        plots.show(Figure(), alt)
    assert not shown


def test_show_closes_figures_of_pyplot(shown):
    fig, _ = plt.subplots()
    plots.show(fig, "an empty box")
    assert not plt.fignum_exists(fig.number)


def test_the_same_figure_gives_the_same_bytes():
    first, second = (
        plots.png(plots.curves({"pgd": ([0, 1], [1, 0])}, xlabel="x", ylabel="y")) for _ in "ab"
    )
    assert first == second


def test_functions_leave_no_figure_open():
    before = plt.get_fignums()
    plots.image_grid(torch.rand(3, 1, 4, 4))
    plots.curves({"a": ([0], [1])}, xlabel="x", ylabel="y")
    assert plt.get_fignums() == before


def drawn(fig):
    return [image for ax in fig.axes for image in ax.get_images()]


@pytest.mark.parametrize("shape", [(5, 1, 28, 28), (5, 28, 28)])
def test_grid_shows_every_image_in_order(shape):
    images = torch.rand(shape)
    fig = plots.image_grid(images, list("abcde"), columns=3)
    assert len(drawn(fig)) == 5
    for image, pixels in zip(drawn(fig), images.reshape(5, 28, 28), strict=True):
        assert np.array_equal(np.asarray(image.get_array()), pixels.numpy())
        assert image.get_clim() == (0, 1)
    assert [image.axes.get_title() for image in drawn(fig)] == list("abcde")
    assert fig.axes[0].get_subplotspec().get_gridspec().get_geometry() == (2, 3)


def test_grid_takes_rows_with_labels_and_column_titles():
    rows = [torch.rand(2, 1, 8, 8), torch.rand(3, 1, 8, 8)]
    fig = plots.image_grid(rows, ["x", "y", "z"], row_labels=["upper", "lower"])
    assert len(drawn(fig)) == 5
    assert [text.get_text() for ax in fig.axes for text in ax.texts] == ["upper", "lower"]
    first = [ax.get_title() for ax in fig.axes[:3]]
    assert first == ["x", "y", "z"]


def test_signed_grids_are_symmetric_with_a_scale():
    change = torch.tensor([[[0.0, -0.3], [0.1, 0.2]]])
    fig = plots.image_grid([change, change / 2], signed=True)
    for image in drawn(fig)[:2]:
        assert image.get_clim() == pytest.approx((-0.3, 0.3))
    assert fig.axes[-1].get_ylabel() == "change"
    middle = drawn(fig)[0].to_rgba(np.zeros((1, 1)))[0, 0, :3]
    assert middle.min() > 0.95
    assert plots.png(plots.image_grid(torch.zeros(1, 2, 2), signed=True))


def test_grid_refuses_words_that_do_not_fit():
    with pytest.raises(ValueError, match="2 titles for 3 images"):
        plots.image_grid(torch.rand(3, 4, 4), ["a", "b"])
    with pytest.raises(ValueError, match="1 row labels for 2 rows"):
        plots.image_grid(torch.rand(4, 4, 4), columns=2, row_labels=["a"])


def test_grid_takes_images_that_carry_a_graph():
    plots.image_grid(torch.rand(2, 4, 4, requires_grad=True))


def test_long_titles_do_not_overlap():
    fig = plots.image_grid(torch.rand(3, 4, 4), ["a rather long title of a picture"] * 3)
    plots.png(fig)
    boxes = [image.axes.title.get_window_extent() for image in drawn(fig)]
    for left, right in itertools.pairwise(boxes):
        assert left.x1 < right.x0
    assert boxes[0].x0 >= 0
    assert boxes[-1].x1 <= fig.bbox.x1


def test_curves_differ_in_more_than_colour():
    names = [*plots.COLOURS, "l-bfgs", "universal"]
    fig = plots.curves(
        {name: ([0, 1], [1, 0.5]) for name in names}, xlabel="epsilon", ylabel="accuracy", title="t"
    )
    lines = fig.axes[0].get_lines()
    assert len({line.get_linestyle() for line in lines[:4]}) == 4
    assert len({line.get_marker() for line in lines[:8]}) == 8
    for line in lines:
        assert line.get_color() == plots.colour(line.get_label())
    assert [text.get_text() for text in fig.legends[0].get_texts()] == names
    assert fig.axes[0].get_xlabel() == "epsilon"
    assert fig.axes[0].get_ylabel() == "accuracy"
    assert fig.axes[0].get_title() == "t"


def test_curves_take_colours_of_their_own():
    both = {"a": ([0, 1], [0, 1]), "b": ([0, 1], [1, 0])}
    fig = plots.curves(both, xlabel="x", ylabel="y", colours={"b": plots.PALETTE["blue"]})
    shades = [line.get_color() for line in fig.axes[0].get_lines()]
    assert shades == [plots.colour("a"), plots.PALETTE["blue"]]


def test_unknown_names_have_colours_of_their_own_and_known_ones_keep_theirs():
    names = ["standard", "mean", "median", "one step", "two steps", "standard, under PGD"]
    (ax,) = plots.curves({n: ([0, 1], [0, 1]) for n in names}, xlabel="x", ylabel="y").axes
    drawn = dict(zip(names, [line.get_color() for line in ax.lines], strict=True))
    assert drawn["standard"] == drawn["standard, under PGD"] == plots.colour("standard")
    assert len(set(drawn.values())) == len(names) - 1
    many = {f"series {k}": ([0, 1], [0, 1]) for k in range(20)}
    assert plots.png(plots.curves(many, xlabel="x", ylabel="y"))


@pytest.mark.parametrize(("percent", "last"), [(True, "100%"), (False, "1.0")])
def test_curves_in_percent(percent, last):
    fig = plots.curves({"a": ([0, 1], [0, 1])}, xlabel="x", ylabel="y", percent=percent)
    plots.png(fig)
    labels = [text.get_text() for text in fig.axes[0].get_yticklabels()]
    assert last in labels
    assert fig.axes[0].get_ylim()[1] >= 1


def test_the_legend_covers_no_data():
    fig = plots.curves({"standard": ([0, 1], [1, 1])}, xlabel="x", ylabel="y")
    picture = matplotlib.image.imread(io.BytesIO(plots.png(fig)))
    assert picture.shape[1] == 800
    assert fig.legends[0].get_window_extent().x0 > fig.axes[0].get_window_extent().x1


def test_long_curves_keep_their_markers_apart():
    many = [step / 100 for step in range(101)]
    fig = plots.curves({"cw": (many, many), "pgd": ([0, 1], [1, 0])}, xlabel="x", ylabel="y")
    long, short = fig.axes[0].get_lines()
    assert len(long.get_xdata()) == 101
    assert 8 <= 101 / long.get_markevery() <= 15
    assert short.get_markevery() == 1


def test_bars_of_both_signs_start_at_zero_and_differ_in_colour_and_hatching():
    fig = plots.bars({"one": [1.0, -2.0], "two": [0.5, 0.0]}, ["a", "b"], xlabel="effect (points)")
    ax = fig.axes[0]
    groups = [list(container) for container in ax.containers]
    assert [[bar.get_width() for bar in group] for group in groups] == [[1.0, -2.0], [0.5, 0.0]]
    assert all(bar.get_x() == 0 for group in groups for bar in group)
    looks = {(group[0].get_facecolor(), group[0].get_hatch()) for group in groups}
    assert len(looks) == 2
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert ax.yaxis_inverted()
    assert fig.legends


def test_bars_keep_the_colour_of_a_known_model():
    fig = plots.bars({"x": [1.0], "robust": [2.0]}, ["a"], xlabel="effect")
    robust = fig.axes[0].containers[1][0].get_facecolor()
    assert matplotlib.colors.to_hex(robust).upper() == plots.COLOURS["robust"]


def test_bars_refuse_a_wrong_number_of_lengths():
    with pytest.raises(ValueError, match="'one' has 1 bars for 2 labels"):
        plots.bars({"one": [1.0]}, ["a", "b"], xlabel="effect")


def test_a_signed_grid_says_what_its_colours_mean():
    fig = plots.image_grid(torch.zeros(1, 4, 4), signed=True, unit="attribution")
    assert fig.axes[-1].get_ylabel() == "attribution"


shares = st.floats(0, 1).map(lambda share: round(share, 3))
names = st.sampled_from(["standard", "robust", "pgd", "A", "worst case", "robust, worst case"])
rings = st.sampled_from(["one-step", "transfer", "random", "unbounded", "rising", "silent"])
robust_curves = st.dictionaries(
    names,
    st.lists(st.tuples(st.floats(0, 0.6).map(lambda e: round(e, 2)), shares), min_size=1).map(
        lambda points: tuple(map(list, zip(*points, strict=True)))
    ),
    min_size=1,
)
rung = st.dictionaries(names, st.lists(rings, unique=True))


@settings(max_examples=25, deadline=None)
@given(robust_curves, shares, rung)
def test_robustness_draws_each_number_and_names_each_alarm(measured, largest, alarms):
    fig = plots.robustness(measured, largest, alarms, title="t")
    *lines, guess = fig.axes[0].get_lines()
    drawn_ones = [(list(line.get_xdata()), list(line.get_ydata())) for line in lines]
    assert drawn_ones == list(measured.values())
    assert list(guess.get_ydata()) == [largest, largest]
    radii = [radius for x, _ in measured.values() for radius in x]
    assert list(guess.get_xdata()) == [min(radii), max(radii)]
    entries = [" ".join(entry.get_text().split()) for entry in fig.legends[-1].get_texts()]
    for name, entry in zip(measured, entries[:-1], strict=True):
        told = f" rings: {', '.join(alarms[name])}" if alarms.get(name) else ""
        assert entry == name + told
    assert f"{largest:.1%}" in entries[-1]
    assert len(fig.legends) == 1


@settings(max_examples=25, deadline=None)
@given(robust_curves, shares, rung)
def test_the_worst_case_is_thicker_than_all_the_others(measured, largest, alarms):
    lines = plots.robustness(measured, largest, alarms).axes[0].get_lines()
    width = {n: line.get_linewidth() for n, line in zip([*measured, ""], lines, strict=True)}
    worst = {width[n] for n in width if n.endswith("worst case")}
    others = {width[n] for n in width if not n.endswith("worst case")}
    assert not worst or min(worst) > 2 * max(others)


@given(robust_curves, shares, rung)
def test_robustness_in_words_tells_every_number_and_alarm(measured, largest, alarms):
    told = plots.robustness_in_words(measured, largest, alarms)
    start = 0
    for name, (radii, accuracies) in measured.items():
        start = told.index(f"{name}: ", start)
        for radius, share in zip(radii, accuracies, strict=True):
            start = told.index(f"{share:.1%} at {radius:g}", start)
        for alarm in alarms.get(name, ()):
            start = told.index(alarm, start)
    assert f"{largest:.1%}" in told[start:]


def test_an_alarm_does_not_change_a_colour_and_what_has_none_says_nothing():
    """ "random" is the name of an alarm and has a colour as an attack."""
    line = ([0.1, 0.2], [0.9, 0.8])
    fig = plots.robustness({"A": line, "standard": line}, 0.1, {"standard": ["random"]})
    quiet = plots.robustness({"A": line, "standard": line}, 0.1)
    for one, other in zip(fig.axes[0].get_lines(), quiet.axes[0].get_lines(), strict=True):
        assert one.get_color() == other.get_color()
    assert quiet.axes[0].get_lines()[1].get_color() == plots.COLOURS["standard"]
    assert "rings" not in "".join(entry.get_text() for entry in quiet.legends[0].get_texts())
    assert "alarms" not in plots.robustness_in_words({"A": line}, 0.1)


def test_robustness_names_both_axes_with_their_units():
    ax = plots.robustness({"A": ([0.1], [0.9])}, 0.1).axes[0]
    assert "epsilon" in ax.get_xlabel()
    assert "black to white is 1" in ax.get_xlabel()
    assert "accuracy" in ax.get_ylabel()
    assert ax.yaxis.get_major_formatter()(0.5) == "50%"


def test_robustness_takes_what_the_harness_returns():
    """A curve of `robustness_curve` on a model that is right up to a radius of 0.25."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(1, 2)).eval()
    model.load_state_dict(
        {"1.weight": torch.tensor([[0.0], [1.0]]), "1.bias": torch.tensor([0.5, 0.0])}
    )
    batches = [(torch.full((4, 1, 1, 1), 0.76), torch.ones(4).long())]
    attacks = {"down": lambda model, x, y, epsilon: x - epsilon}
    rows = evaluation.robustness_curve(model, batches, attacks, [0.1, 0.2, 0.3])
    ax = plots.robustness(rows, 1.0).axes[0]
    assert [list(line.get_ydata()) for line in ax.get_lines()[:2]] == [[1.0, 1.0, 0.0]] * 2
