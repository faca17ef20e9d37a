"""Notebooks as other people's courses write them, for which one kernel's own semantics decide.

Each has the instructor's cells in order. ``A(name, solution)`` is an answer cell, ``T(name, test)``
a test of two points, ``O`` one of none, ``L(name, source)`` a locked cell, ``P(source)`` one without any mark of
nbgrader's; in its text the solution stands between nbgrader's markers or is what a mutant replaces.
"""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STUB = "# YOUR CODE HERE"


@dataclass(frozen=True)
class C:
    """A cell: its kind, its name, the instructor's source and, for answers, the released one."""

    kind: str
    name: str
    source: str
    stub: str = "# YOUR CODE HERE\nraise NotImplementedError()"


def A(name: str, source: str, stub: str = C.stub) -> C:  # noqa: N802
    return C("answer", name, source, stub)


def T(name: str, source: str) -> C:  # noqa: N802
    return C("test", name, source)


def L(name: str, source: str) -> C:  # noqa: N802
    return C("locked", name, source)


def O(name: str, source: str) -> C:  # noqa: E743, N802
    return C("oracle", name, source)


def P(name: str, source: str, stub: str | None = None) -> C:  # noqa: N802
    return C("plain", name, source, source if stub is None else stub)


@dataclass(frozen=True)
class Foreign:
    """A notebook, answers that are wrong in one place or another, and files beside it."""

    name: str
    cells: tuple[C, ...]
    mutants: tuple[Mapping[str, str], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)


FOREIGN = [
    Foreign("plain answers", (
        P("load", "import numpy as np\ndata = [3, 1, 2]"),
        P("ans1", "best = max(data)", STUB), T("t1", "assert best == 3"),
        P("ans2", "def twice(x):\n    return 2 * x", "def twice(x):\n    pass"),
        T("t2", "assert twice(4) == 8\n### BEGIN HIDDEN TESTS\nassert twice('a') == 'aa'\n### END HIDDEN TESTS"),
        P("ans3", "arr = np.arange(3) ** 2", "arr = None"), T("t3", "assert arr.sum() == 5"),
    ), ({"ans1": "best = min(data)"}, {"ans2": "def twice(x):\n    return x + 4"})),
    Foreign("answers in place", (
        L("make", "import numpy as np, pandas as pd\nd = {'a': 1}\nitems = []\na = np.zeros(3)\ndf = pd.DataFrame({'x': [1, 2]})"),
        A("p1", "d['b'] = 2", STUB), T("t1", "assert d == {'a': 1, 'b': 2}"),
        A("p2", "items.append(3)", STUB), T("t2", "assert items == [3]"),
        A("p3", "a[1] = 7", STUB), T("t3", "assert a.tolist() == [0, 7, 0]"),
        A("p4", "df['c'] = df['x'] * 2", STUB), T("t4", "assert list(df.c) == [2, 4]\nassert df.shape == (2, 2)"),
    ), ({"p1": "d['b'] = 3"}, {"p3": "a[2] = 7"}, {"p4": "df = df.drop(columns='x')"})),
    Foreign("no model solution", (
        P("imports", "import math"),
        A("p1", "# YOUR CODE HERE\nraise NotImplementedError()"),
        T("t1", "assert area(1) == math.pi"),
        A("p2", "# YOUR CODE HERE\nraise NotImplementedError()"),
        T("t2", "assert side == 4"),
    ), ({"p1": "def area(r):\n    return math.pi * r * r", "p2": "exec('side = 4')"},
        {"p1": "def area(r):\n    return 3 * r", "p2": "side = 5"})),
    Foreign("a class shown and defined anew", (
        L("shown", "class Dog:\n    def __init__(self, name):\n        self.name = name\n        self.tricks = []"),
        A("p1", "class Dog:\n    def __init__(self, name):\n        self.name = name\n        self.tricks = []\n    def learn(self, trick):\n        self.tricks.append(trick)", STUB),
        T("t1", "d = Dog('Rex')\nd.learn('roll')\nassert d.tricks == ['roll']\nd.tricks.append('sit')\nassert len(d.tricks) == 2"),
        A("p2", "class Puppy(Dog):\n    def learn(self, trick):\n        pass", STUB),
        T("t2", "p = Puppy('Bo')\np.learn('x')\nassert p.tricks == [] and type(p) is Puppy and isinstance(p, Dog)"),
    ), ({"p1": "class Dog:\n    def learn(self, t): pass"}, {"p2": "class Puppy:\n    pass"})),
    Foreign("imports are the answer", (
        A("p1", "import pandas as pd", STUB), T("t1", "assert pd.DataFrame({'a': [1]}).shape == (1, 1)"),
        A("p2", "from collections import *\nimport statistics as st", STUB), T("t2", "assert st.mean([1, 3]) == 2 and Counter('aa')['a'] == 2"),
        A("p3", "from math import sqrt as root", STUB), T("t3", "assert 'root' in dir() and root(4) == 2"),
    ), ({"p1": "import numpy as pd"}, {"p2": "import math as st"}, {"p3": "from math import sqrt"})),
    Foreign("figures", (
        L("setup", "import matplotlib.pyplot as plt\n%matplotlib inline"),
        A("p1", "fig, ax = plt.subplots()\nax.plot([1, 2, 3])\nax.set_title('growth')", STUB),
        T("t1", "assert ax.get_title() == 'growth'\nassert len(ax.lines) == 1"),
        T("t2", "assert len(plt.get_fignums()) == 0"),
        A("p2", "plt.plot([1, 2])\nax2 = plt.gca()", STUB),
        T("t3", "assert ax2.lines[0].get_ydata().tolist() == [1, 2]"),
        A("p3", "ax.set_xlabel('x')\nax.bar([1, 2], [3, 4]);", STUB),
        T("t4", "assert ax.get_xlabel() == 'x' and len(ax.patches) == 2"),
    ), ({"p1": "fig, ax = plt.subplots()\nax.plot([1, 2, 3])"}, {"p2": "ax2 = plt.gca()"}, {"p3": "ax.set_xlabel('y')"})),
    Foreign("files", (
        L("setup", "import json, os\nimport pandas as pd\ntable = pd.read_csv('numbers.csv')"),
        A("p1", "table.assign(z=table.x * 2).to_csv('out.csv', index=False)", STUB),
        T("t1", "assert pd.read_csv('out.csv').z.tolist() == [2, 4]"),
        A("p2", "with open('data.json', 'w') as f:\n    json.dump({'k': [1, 2]}, f)", STUB),
        T("t2", "assert json.load(open('data.json')) == {'k': [1, 2]}"),
        A("p3", "os.environ['MODE'] = 'fast'\nos.makedirs('deep/er', exist_ok=True)", STUB),
        T("t3", "assert os.environ['MODE'] == 'fast' and os.path.isdir('deep/er')"),
        A("p4", "text = open('notes.txt').read()", STUB), T("t4", "assert text.strip() == 'mine'"),
    ), ({"p1": "table.to_csv('out.csv')"}, {"p2": "pass"}, {"p4": "text = ''"}),
        files={"numbers.csv": "x\n1\n2\n"}, own={"notes.txt": "mine\n"}),
    Foreign("modules beside the notebook", (
        A("p1", "%%writefile mine.py\ndef triple(x):\n    return 3 * x\n", STUB),
        T("t1", "import mine\nassert mine.triple(2) == 6"),
        A("p2", "import helper\nvalue = helper.double(4)", STUB), T("t2", "assert value == 8"),
        A("p3", "import theirs\nown = theirs.NUMBER", STUB), T("t3", "assert own == 5"),
        A("p4", "%run script.py", STUB), T("t4", "assert made_by_script == 3"),
    ), ({"p1": "%%writefile mine.py\ndef triple(x):\n    return x\n"}, {"p2": "value = 7"}),
        files={"helper.py": "def double(x):\n    return 2 * x\n"},
        own={"theirs.py": "NUMBER = 5\n", "script.py": "made_by_script = 3\n"}),
    Foreign("words on stderr", (
        A("p1", "import warnings\ndef f(x):\n    return x + 1", STUB),
        T("t1", "assert f(1) == 2"),
        T("t2", "import sys\nprint('checked', file=sys.stdout)\nassert f(2) == 3"),
    ), ({"p1": "import warnings\ndef f(x):\n    warnings.warn('slow')\n    return x + 1"},
        {"p1": "import sys\ndef f(x):\n    print('debug', file=sys.stderr)\n    return x + 1"},
        {"p1": "import os\ndef f(x):\n    os.system('echo oops >&2')\n    return x + 1"},
        {"p1": "import logging\ndef f(x):\n    logging.warning('careful')\n    return x + 1"})),
    Foreign("partial credit", (
        A("p1", "good = 2", "good = 0"),
        T("t1", "good / 2"), T("t2", "min(good, 1.5)"), T("t3", "1.0;"),
        T("t4", "import numpy as np\nnp.float64(good / 4)"), T("t5", "f'{good / 4}'"),
        T("t6", "good == 2"), T("t7", "print(good)\n-1.0"), T("t8", "float('nan')"), T("t9", "[0.5]"),
        T("t10", "from IPython.display import display\ndisplay(0.5)"), T("t11", "None if good else 0"),
        T("t12", "x = 0.25\nx"), T("t13", "good - 2"),
    ), ({"p1": "good = 1"}, {"p1": "good = '1'"}, {"p1": "good = None"})),
    Foreign("the documentation's own", (
        A("p1", 'def squares(n):\n    """Squares."""\n    if n < 1:\n        raise ValueError("n must be greater than or equal to 1")\n    return [i ** 2 for i in range(1, n + 1)]',
          'def squares(n):\n    """Squares."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'),
        T("t1", "assert squares(1) == [1]\nassert squares(2) == [1, 4]"),
        T("t2", "try:\n    squares(0)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('did not raise')"),
        A("p2", "def sum_of_squares(n):\n    return sum(squares(n))", STUB),
        T("t3", "orig_squares = squares\ndel squares\ntry:\n    sum_of_squares(1)\nexcept NameError:\n    pass\nelse:\n    raise AssertionError('sum_of_squares does not use squares')\nfinally:\n    squares = orig_squares"),
        T("t4", "assert sum_of_squares(3) == 14"),
    ), ({"p1": "def squares(n):\n    return [i ** 2 for i in range(1, n + 1)]"},
        {"p2": "def sum_of_squares(n):\n    return n * (n + 1) * (2 * n + 1) // 6"})),
    Foreign("globals, mocks and sources", (
        L("setup", "from unittest import mock\nimport inspect, pickle, io, contextlib\nrate = 2"),
        A("p1", "def price(x):\n    return x * rate", STUB),
        T("t1", "rate = 3\nassert price(2) == 6\nrate = 2"),
        A("p2", "def roll():\n    import random\n    return random.randint(1, 6)", STUB),
        T("t2", "with mock.patch('random.randint', return_value=4):\n    assert roll() == 4"),
        A("p3", "def loop(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total", STUB),
        T("t3", "assert 'for' in inspect.getsource(loop) and loop(4) == 6\nassert pickle.loads(pickle.dumps(loop)) is loop"),
        A("p4", "def greet():\n    print('hello')", STUB),
        T("t4", "out = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    greet()\nassert out.getvalue() == 'hello\\n'"),
        A("p5", "name = input('your name? ') if False else 'Ada'", STUB),
        T("t5", "with mock.patch('builtins.input', return_value='Bo'):\n    assert input() == 'Bo' and name == 'Ada'\nassert type(name) is str"),
    ), ({"p1": "def price(x):\n    return x * 2"}, {"p3": "def loop(n):\n    return sum(range(n))"}, {"p5": "name = input()"})),
    Foreign("symbols and pictures", (
        L("setup", "import sympy as sp\nfrom PIL import Image\nx = sp.symbols('x')"),
        A("p1", "f = sp.diff(sp.sin(x) * x, x)", STUB), T("t1", "assert sp.simplify(f - (x * sp.cos(x) + sp.sin(x))) == 0"),
        A("p2", "roots = sp.solve(x**2 - 4, x)", STUB), T("t2", "assert set(roots) == {-2, 2}"),
        A("p3", "img = Image.new('RGB', (4, 3), 'red')\nimg", STUB), T("t3", "assert img.size == (4, 3) and img.getpixel((0, 0)) == (255, 0, 0)"),
    ), ({"p1": "f = sp.sin(x)"}, {"p2": "roots = [2]"}, {"p3": "img = Image.new('RGB', (3, 4))"})),
    Foreign("threads, time and async", (
        L("setup", "import threading, time, asyncio"),
        A("p1", "def fast(n):\n    return n * (n - 1) // 2", STUB),
        T("t1", "start = time.time()\nassert fast(10**7) == sum(range(10)) + fast(10**7) - 45\nassert time.time() - start < 0.5"),
        A("p2", "def spread(f, n):\n    out = [None] * n\n    def work(i):\n        out[i] = f(i)\n    threads = [threading.Thread(target=work, args=(i,)) for i in range(n)]\n    [t.start() for t in threads]\n    [t.join() for t in threads]\n    return out", STUB),
        T("t2", "assert spread(lambda i: i * i, 20) == [i * i for i in range(20)]"),
        A("p3", "async def later(x):\n    await asyncio.sleep(0)\n    return x", STUB),
        T("t3", "assert await later(3) == 3"),
        T("t4", "waits = later(1)\ntry:\n    asyncio.run(waits)\nexcept RuntimeError:\n    waits.close()\nelse:\n    raise AssertionError"),
    ), ({"p1": "def fast(n):\n    time.sleep(0.7)\n    return n * (n - 1) // 2"}, {"p2": "def spread(f, n):\n    return []"}, {"p3": "def later(x):\n    return x"})),
    Foreign("shell, magics and errors", (
        A("p1", "lines = !echo one; echo two", STUB), T("t1", "assert list(lines) == ['one', 'two']"),
        A("p2", "%%capture shown\nprint('inside')", STUB), T("t2", "assert shown.stdout == 'inside\\n'"),
        A("p3", "took = %timeit -o -q -n1 -r1 sum(range(10))", STUB), T("t3", "assert took.best < 1"),
        A("p4", "%%bash\necho file > made.txt", STUB), T("t4", "assert open('made.txt').read() == 'file\\n'"),
        P("broken", "this is no python"), P("broken2", "undefined_name"),
        A("p5", "class R:\n    def __repr__(self):\n        raise ValueError('no')\nr = R()\nv = 1", STUB),
        T("t5", "assert v == 1\nr"), T("t6", "assert get_ipython().__class__.__name__ == 'ZMQInteractiveShell'"),
        T("t7", "assert In[1] and _ih[1] == In[1]\nassert 'NotImplementedError' not in In[1]"),
        T("t8", "raise SystemExit"), T("t9", "assert v == 1"),
    ), ({"p1": "lines = []"}, {"p4": "%%bash\nls /nonexistent"}, {"p5": "class R:\n    pass\nr, v = R(), 1"}, {"p2": "print('x')"})),
    Foreign("random numbers", (
        L("setup", "import numpy as np, random\nnp.random.seed(0)\nrandom.seed(1)"),
        A("p1", "draws = np.random.rand(3)", STUB), T("t1", "np.random.seed(0)\nassert np.allclose(draws, np.random.rand(3))"),
        A("p2", "pick = random.randint(0, 9)", STUB), T("t2", "random.seed(1)\nassert pick == random.randint(0, 9)"),
        A("p3", "def shuffle(x):\n    np.random.shuffle(x)", STUB),
        T("t3", "v = np.arange(9)\nnp.random.seed(2)\nshuffle(v)\nw = np.arange(9)\nnp.random.seed(2)\nnp.random.shuffle(w)\nassert (v == w).all()"),
    ), ({"p1": "draws = np.random.rand(2)"}, {"p2": "random.random()\npick = random.randint(0, 9)"})),
    Foreign("helpers hidden in tests", (
        A("p1", "def add(a, b):\n    return a + b", STUB),
        O("oracle", "### BEGIN HIDDEN TESTS\ndef right(a, b):\n    return a + b\n### END HIDDEN TESTS\nready = True"),
        T("t1", "cases = [(1, 2), (3, 4)]\nassert all(add(*c) == right(*c) for c in cases)"),
        T("t2", "assert ready\n### BEGIN HIDDEN TESTS\nmore = [(0, 0), (-1, 5)]\nassert all(add(*c) == right(*c) for c in cases + more)\n### END HIDDEN TESTS"),
        T("t3", "### BEGIN HIDDEN TESTS\nassert len(more) == 2 and add('a', 'b') == 'ab'\n### END HIDDEN TESTS"),
    ), ({"p1": "def add(a, b):\n    return abs(a) + b"}, {"p1": "def add(a, b):\n    return a - b"})),
    Foreign("tests without a word", (
        A("p1", "n = len(In)", STUB), T("t1", ""), T("t2", "  \n"), T("t3", "# counted by eye"),
        T("t4", "assert len(In) == n + 2"),
    ), ({"p1": "n = 0"}, {"p1": "1 / 0"})),
]  # fmt: skip
