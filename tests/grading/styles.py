"""Tests in the styles that courses use: a right answer, a test, and a wrong answer that must fail."""
# ruff: noqa: E501

from __future__ import annotations

from grading.more_styles import MORE
from grading.style import Style

STYLES = [
    Style("numbers", "def f(x): return x / 3", "assert abs(f(1) - 1 / 3) < 1e-12",
          "def f(x): return x / 2"),
    Style("a variable", "answer = {'a': [1, 2.5], 'b': (None, 'x')}",
          "assert answer == {'a': [1, 2.5], 'b': (None, 'x')}", "answer = {'a': [1], 'b': 0}"),
    Style("arrays", "import numpy as np\ndef f(a): return a[:, ::-1].astype('float32')",
          "import numpy as np\na = np.arange(6).reshape(2, 3)\ngot = f(a)\n"
          "assert isinstance(got, np.ndarray) and got.dtype == np.float32\n"
          "np.testing.assert_array_equal(got, np.fliplr(a))",
          "import numpy as np\ndef f(a): return a.astype('float32')"),
    Style("a class", "class Stack:\n    def __init__(self): self.items = []\n"
          "    def push(self, x): self.items.append(x)\n    def __len__(self): return len(self.items)\n"
          "    def __iter__(self): return iter(self.items)",
          "s = Stack()\ns.push(1); s.push(2)\nassert len(s) == 2 and list(s) == [1, 2]\n"
          "assert s.items[-1] == 2 and hasattr(s, 'push') and not hasattr(s, 'pop')\n"
          "assert isinstance(s, Stack)",
          "class Stack:\n    def __init__(self): self.items = []\n    def push(self, x): pass\n"
          "    def __len__(self): return 2\n    def __iter__(self): return iter([])"),
    Style("operators of a class", "class V:\n    def __init__(self, x): self.x = x\n"
          "    def __add__(self, other): return V(self.x + other.x)\n"
          "    def __mul__(self, k): return V(self.x * k)\n"
          "    def __eq__(self, other): return self.x == other.x",
          "assert V(1) + V(2) == V(3) and (V(2) * 5).x == 10 and V(1) != V(2)",
          "class V:\n    def __init__(self, x): self.x = x\n    def __add__(self, other): return self\n"
          "    def __mul__(self, k): return self\n    def __eq__(self, other): return self.x == other.x"),
    Style("inheritance from a class of the lab",
          "class Square(Shape):\n    def area(self): return self.side ** 2",
          "q = Square(3)\nassert q.area() == 9 and isinstance(q, Shape)\n"
          "assert issubclass(Square, Shape)",
          "class Square:\n    def __init__(self, side): pass\n    def area(self): return 9",
          setup="class Shape:\n    def __init__(self, side): self.side = side"),
    Style("a callback", "def apply(g, n): return [g(i) for i in range(n)]",
          "seen = []\ndef g(i):\n    seen.append(i)\n    return i * i\n"
          "assert apply(g, 4) == [0, 1, 4, 9] and seen == [0, 1, 2, 3]",
          "def apply(g, n): return [g(i) for i in range(n - 1)]"),
    Style("an oracle that counts", "def find(oracle):\n    low, high = 0, 1000\n"
          "    while low < high:\n        mid = (low + high) // 2\n"
          "        if oracle(mid): high = mid\n        else: low = mid + 1\n    return low",
          "class Oracle:\n    def __init__(self, secret, budget):\n"
          "        self.secret_, self.budget, self.queries = [secret], budget, 0\n"
          "    def __call__(self, x):\n        self.queries += 1\n"
          "        if self.queries > self.budget: raise RuntimeError('budget')\n"
          "        return x >= self.secret_[0]\n"
          "o = Oracle(617, 12)\nassert find(o) == 617 and o.queries <= 12",
          "def find(oracle): return oracle.secret_[0]", stock=(1, 1)),
    Style("in-place changes", "def sort(items):\n    items.sort()\n    items.append(99)",
          "a = [3, 1, 2]\nassert sort(a) is None and a == [1, 2, 3, 99]",
          "def sort(items): items = sorted(items)"),
    Style("in-place arrays", "def scale(a): a *= 2",
          "import numpy as np\na = np.ones(3)\nscale(a)\nassert a.tolist() == [2, 2, 2]",
          "def scale(a): return a * 2"),
    Style("nested containers changed", "def note(d): d['log'].append(len(d)); d['n'] = 1",
          "d = {'log': []}\ninner = d['log']\nnote(d)\nassert inner == [1] and d == {'log': [1], 'n': 1}",
          "def note(d): return {**d, 'n': 1}"),
    Style("a numpy generator", "def draw(rng, n): return rng.normal(size=n)",
          "import numpy as np\nrng, twin = np.random.default_rng(3), np.random.default_rng(3)\n"
          "assert (draw(rng, 5) == twin.normal(size=5)).all()\n"
          "assert rng.integers(10**9) == twin.integers(10**9)",
          "import numpy as np\ndef draw(rng, n): return np.random.default_rng(3).normal(size=n)"),
    Style("a torch generator", "import torch\ndef draw(g, n): return torch.rand(n, generator=g)",
          "import torch\ng, h = (torch.Generator().manual_seed(4) for _ in '12')\n"
          "assert torch.equal(draw(g, 3), torch.rand(3, generator=h))\n"
          "assert torch.equal(g.get_state(), h.get_state())",
          "import torch\ndef draw(g, n): return torch.rand(n)"),
    Style("a model passed in and trained",
          "import torch\ndef train(model, x, y):\n"
          "    opt = torch.optim.SGD(model.parameters(), lr=0.1)\n    for _ in range(20):\n"
          "        loss = ((model(x) - y) ** 2).mean()\n        opt.zero_grad(); loss.backward(); opt.step()\n"
          "    model.eval()",
          "import torch\nm = torch.nn.Sequential(torch.nn.Linear(2, 1))\n"
          "x = torch.randn(50, 2, generator=torch.Generator().manual_seed(0)); y = x[:, :1] * 2\n"
          "before = ((m(x) - y) ** 2).mean().item()\ntrain(m, x, y)\n"
          "assert ((m(x) - y) ** 2).mean().item() < before / 2 and not m.training",
          "def train(model, x, y): model.eval()"),
    Style("gradients left behind", "def f(model, x): return model(x).detach()",
          "import torch\nm, x = torch.nn.Linear(2, 1), torch.ones(3, 2)\nf(m, x)\n"
          "assert m.weight.grad is None and m.weight.requires_grad and m.bias.requires_grad",
          "def f(model, x): model(x).sum().backward()"),
    Style("autograd through a student's function", "def f(x, w): return ((x @ w) ** 2).sum()",
          "import torch\nx = torch.randn(4, 3, dtype=torch.float64)\n"
          "w = torch.randn(3, dtype=torch.float64, requires_grad=True)\n"
          "(g,) = torch.autograd.grad(f(x, w), w)\n"
          "assert torch.allclose(g, 2 * x.T @ (x @ w)) and f(x, w).requires_grad\n"
          "f(x, w).backward()\nassert torch.allclose(w.grad, g)",
          "def f(x, w): return ((x @ w.detach()) ** 2).sum()"),
    Style("autograd through a test's function",
          "import torch\ndef slope(f, x):\n    x = x.clone().requires_grad_(True)\n"
          "    (g,) = torch.autograd.grad(f(f(x)).sum(), x)\n    return g",
          "import torch\nassert torch.allclose(slope(lambda z: z ** 3, torch.tensor([2.0])), "
          "torch.tensor([9 * 2.0 ** 8]))",
          "import torch\ndef slope(f, x): return f(x)"),
    Style("a result of a test's goes to the student's function and from there back",
          "def twice(model, z): return model(z) + model(model(z))",
          "import torch\nw = torch.tensor([1.0, 2.0], requires_grad=True)\nz = 3 * w\n"
          "out = twice(lambda t: t ** 2, z)\nout.sum().backward()\n"
          "assert torch.allclose(out, 9 * w ** 2 + 81 * w ** 4)\n"
          "assert torch.allclose(w.grad, 18 * w + 324 * w ** 3)",
          "def twice(model, z): return model(z) + model(model(z)).detach()"),
    Style("a loss with a model inside", "def loss(model, x): return model(x).pow(2).mean()",
          "import torch\nm = torch.nn.Linear(3, 1); x = torch.ones(2, 3)\nloss(m, x).backward()\n"
          "assert torch.allclose(m.bias.grad, 2 * m(x).mean())",
          "def loss(model, x): return model(x).detach().pow(2).mean()"),
    Style("a module of the student's", "import torch\nclass Net(torch.nn.Module):\n"
          "    def __init__(self, d):\n        super().__init__()\n"
          "        self.layer = torch.nn.Linear(d, 2)\n"
          "    def forward(self, x): return self.layer(x).relu()",
          "import torch\nnet = Net(3)\nout = net(torch.ones(5, 3))\n"
          "assert out.shape == (5, 2) and (out >= 0).all() and isinstance(net, torch.nn.Module)\n"
          "assert sum(p.numel() for p in net.parameters()) == 8\n"
          "out.sum().backward()\nassert net.layer.weight.grad is not None",
          "import torch\nclass Net(torch.nn.Module):\n    def __init__(self, d):\n"
          "        super().__init__()\n        self.layer = torch.nn.Linear(d, 1)\n"
          "    def forward(self, x): return self.layer(x).relu()"),
    Style("a trained model returned", "import torch\ndef build():\n"
          "    return torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())",
          "import torch\nm = build()\nassert isinstance(m[0], torch.nn.Linear) and len(m) == 2\n"
          "assert list(m.state_dict()) == ['0.weight', '0.bias']\nassert m(torch.ones(1, 2)).shape == (1, 3)",
          "import torch\ndef build(): return torch.nn.Linear(2, 3)"),
    Style("a generator function", "def count(n):\n    for i in range(n): yield i, i * i",
          "import itertools\nassert list(count(3)) == [(0, 0), (1, 1), (2, 4)]\n"
          "it = count(9)\nassert next(it) == (0, 0) and next(it) == (1, 1)\n"
          "assert list(itertools.islice(count(10**9), 2)) == [(0, 0), (1, 1)]",
          "def count(n): return range(n)"),
    Style("batches passed in", "def total(batches): return sum(len(x) for x, _ in batches)",
          "assert total((list(range(k)), k) for k in range(4)) == 6",
          "def total(batches): return len(list(batches))"),
    Style("a dataclass", "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    y: int = 2",
          "assert P(1) == P(1, 2) and P(3).y == 2 and repr(P(1)) == 'P(x=1, y=2)'\n"
          "",
          "class P:\n    def __init__(self, x, y=3): self.x, self.y = x, y"),
    Style("a data frame", "import pandas as pd\ndef rate(t): return t.groupby('g')['y'].mean().reset_index()",
          "import pandas as pd\nt = pd.DataFrame({'g': ['a', 'b', 'a'], 'y': [1.0, 0.0, 0.0]})\n"
          "pd.testing.assert_frame_equal(rate(t), pd.DataFrame({'g': ['a', 'b'], 'y': [0.5, 0.0]}))",
          "import pandas as pd\ndef rate(t): return t"),
    Style("a data frame changed in place", "def add(t): t['z'] = t['y'] * 2",
          "import pandas as pd\nt = pd.DataFrame({'y': [1, 2]})\nadd(t)\nassert t['z'].tolist() == [2, 4]",
          "def add(t): t = t.assign(z=0)"),
    Style("a series and a category", "def top(s): return s.astype('category').cat.categories.tolist()",
          "import pandas as pd\nassert top(pd.Series(['b', 'a', None, 'b'])) == ['a', 'b']",
          "def top(s): return s.tolist()"),
    Style("a raised exception", "def root(x):\n    if x < 0: raise ValueError('negative')\n    return x ** 0.5",
          "try:\n    root(-1)\nexcept ValueError as error:\n    assert 'negative' in str(error)\n"
          "else:\n    raise AssertionError('no error')\nassert root(4) == 2",
          "def root(x): return abs(x) ** 0.5"),
    Style("an exception of the student's", "class Bad(ValueError): pass\ndef f(): raise Bad('no')",
          "try:\n    f()\nexcept Bad as error:\n    assert isinstance(error, ValueError)\n"
          "else:\n    raise AssertionError\nassert issubclass(Bad, ValueError)",
          "class Bad(ValueError): pass\ndef f(): raise ValueError('no')"),
    Style("captured prints", "def greet(): print('hello'); print('world')",
          "import io, contextlib\nout = io.StringIO()\nwith contextlib.redirect_stdout(out): greet()\n"
          "assert out.getvalue() == 'hello\\nworld\\n'", "def greet(): return 'hello'"),
    Style("a signature", "def f(a, b=2, *, c=None):\n    'Docs.'",
          "import inspect\np = inspect.signature(f).parameters\nassert list(p) == ['a', 'b', 'c']\n"
          "assert p['b'].default == 2 and p['c'].kind is p['c'].KEYWORD_ONLY and f.__doc__ == 'Docs.'\n"
          "assert callable(f) and f.__name__ == 'f'", "def f(a, b): pass"),
    Style("a closure", "def adder(n): return lambda x: x + n", "g = adder(3)\nassert [g(1), g(2)] == [4, 5]",
          "def adder(n): return lambda x: x"),
    Style("state between tests", "class Counter:\n    n = 0\n    def up(self):\n        Counter.n += 1\n        return Counter.n",
          "c = Counter()\nassert [c.up(), c.up()] == [1, 2]", "class Counter:\n    def up(self): return 1"),
    Style("an item assignment", "class Grid(dict):\n    def __setitem__(self, k, v): super().__setitem__(k, v * 2)",
          "g = Grid()\ng[1, 2] = 5\nassert g[1, 2] == 10 and (1, 2) in g and len(g) == 1", "class Grid(dict): pass"),
    Style("a context manager", "class Quiet:\n    log = []\n    def __enter__(self): self.log.append('in'); return self\n"
          "    def __exit__(self, *_): self.log.append('out')",
          "with Quiet() as q:\n    pass\nassert q.log == ['in', 'out']",
          "class Quiet:\n    log = []\n    def __enter__(self): return self\n    def __exit__(self, *_): pass"),
    Style("a partial and a library's function",
          "def twice(f, x): return f(f(x))",
          "import torch\nfrom functools import partial\n"
          "assert torch.equal(twice(partial(torch.mul, other=3), torch.ones(2)), torch.full((2,), 9.0))\n"
          "assert twice(torch.nn.functional.relu, torch.tensor([-1.0])).item() == 0",
          "def twice(f, x): return f(x)"),
    Style("a hook on a model", "def run(model, x): return model(x) + model(x)",
          "import torch\nm, calls = torch.nn.Linear(2, 2), []\n"
          "h = m.register_forward_hook(lambda *a: calls.append(1))\nrun(m, torch.ones(1, 2))\nh.remove()\n"
          "assert len(calls) == 2", "def run(model, x): return model(x) * 2"),
    Style("unittest", "def f(x): return x + 1",
          "import unittest\nclass T(unittest.TestCase):\n    def test_f(self): self.assertEqual(f(1), 2)\n"
          "r = unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(T))\n"
          "assert r.wasSuccessful()", "def f(x): return x", stock=(0, 0)),
    Style("a scikit-learn model", "from sklearn.linear_model import LogisticRegression\n"
          "def fit(X, y): return LogisticRegression().fit(X, y)",
          "import numpy as np\nX = np.array([[0.0], [1], [2], [3]]); y = np.array([0, 0, 1, 1])\n"
          "m = fit(X, y)\nassert (m.predict(X) == y).all() and m.coef_.shape == (1, 1)",
          "from sklearn.linear_model import LogisticRegression\n"
          "def fit(X, y): return LogisticRegression().fit(X, 1 - y)"),
    Style("a fitted model passed in", "def confident(model, X): return model.predict_proba(X).max(axis=1) > 0.9",
          "import numpy as np\nfrom sklearn.linear_model import LogisticRegression\n"
          "X = np.linspace(-9, 9, 40)[:, None]\nm = LogisticRegression().fit(X, X[:, 0] > 0)\n"
          "got = confident(m, X)\nassert got[0] and got[-1] and not got[20]",
          "def confident(model, X): return model.predict(X) > 2"),
]  # fmt: skip
STYLES += MORE
