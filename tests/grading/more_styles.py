"""More styles of tests, as courses of many kinds write them; see `styles`."""
# ruff: noqa: E501

from __future__ import annotations

from grading.style import Style

MORE = [
    Style("an optimizer passed in", """\
def step(model, opt, x, y):
    opt.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    opt.step()
    return loss.item()
""", """\
import torch
torch.manual_seed(0)
m = torch.nn.Linear(1, 1)
opt = torch.optim.SGD(m.parameters(), lr=0.1)
x = torch.linspace(-1, 1, 20)[:, None]; y = 3 * x
first = step(m, opt, x, y)
for _ in range(100): last = step(m, opt, x, y)
assert last < first / 100 and abs(m.weight.item() - 3) < 0.2
""", """\
def step(model, opt, x, y):
    loss = ((model(x) - y) ** 2).mean()
    return loss.item()
"""),
    Style("an optimizer returned", """\
import torch
def make_opt(model): return torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-3)
""", """\
import torch
m = torch.nn.Linear(2, 1)
opt = make_opt(m)
assert isinstance(opt, torch.optim.Adam) and opt.param_groups[0]['lr'] == 0.01
assert opt.defaults['weight_decay'] == 1e-3
before = m.weight.detach().clone()
m(torch.ones(1, 2)).sum().backward()
opt.step()
assert not torch.equal(before, m.weight)
opt.zero_grad()
assert m.weight.grad is None
""", """\
import torch
def make_opt(model): return torch.optim.Adam(model.parameters(), lr=0.1)
"""),
    Style("an optimizer of the student's", """\
import torch
class MySGD(torch.optim.Optimizer):
    def __init__(self, params, lr): super().__init__(params, {'lr': lr})
    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            for p in g['params']:
                if p.grad is not None: p -= g['lr'] * p.grad
""", """\
import torch
w = torch.nn.Parameter(torch.tensor([2.0]))
opt = MySGD([w], lr=0.5)
(w ** 2).sum().backward()
opt.step()
assert torch.allclose(w, torch.zeros(1)), w
opt.zero_grad()
assert w.grad is None
m = torch.nn.Linear(2, 1)
opt = MySGD(m.parameters(), lr=0.1)
before = m.bias.item()
m(torch.zeros(1, 2)).sum().backward(); opt.step()
assert abs(m.bias.item() - before + 0.1) < 1e-6
""", """\
import torch
class MySGD(torch.optim.Optimizer):
    def __init__(self, params, lr): super().__init__(params, {'lr': lr})
    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            for p in g['params']:
                if p.grad is not None: p += g['lr'] * p.grad
"""),
    Style("an optimizer written as a plain class", """\
class Momentum:
    def __init__(self, params, lr, mu):
        self.params, self.lr, self.mu = list(params), lr, mu
        self.v = [p.detach().clone().zero_() for p in self.params]
    def step(self):
        for p, v in zip(self.params, self.v):
            v.mul_(self.mu).add_(p.grad)
            p.data -= self.lr * v
    def zero_grad(self):
        for p in self.params: p.grad = None
""", """\
import torch
a = torch.nn.Parameter(torch.tensor([1.0, -2.0])); b = torch.nn.Parameter(a.detach().clone())
mine, ref = Momentum([a], 0.1, 0.9), torch.optim.SGD([b], lr=0.1, momentum=0.9)
for _ in range(5):
    for p, o in ((a, mine), (b, ref)):
        o.zero_grad(); (p ** 2).sum().backward(); o.step()
assert torch.allclose(a, b)
""", """\
class Momentum:
    def __init__(self, params, lr, mu):
        self.params, self.lr, self.mu = list(params), lr, mu
    def step(self):
        for p in self.params: p.data -= self.lr * p.grad
    def zero_grad(self):
        for p in self.params: p.grad = None
"""),
    Style("custom autograd function and gradcheck", """\
import torch
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.save_for_backward(x); return x ** 3
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return 3 * x ** 2 * g
def cube(x): return Cube.apply(x)
""", """\
import torch
x = torch.randn(4, dtype=torch.float64, requires_grad=True)
assert torch.autograd.gradcheck(cube, (x,))
assert torch.autograd.gradcheck(Cube.apply, (x,))
y = cube(x); y.sum().backward()
assert torch.allclose(x.grad, 3 * x ** 2)
""", """\
import torch
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.save_for_backward(x); return x ** 3
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return 2 * x ** 2 * g
def cube(x): return Cube.apply(x)
"""),
    Style("second derivatives", """\
def f(x): return (x ** 4).sum()
""", """\
import torch
x = torch.tensor([2.0], requires_grad=True)
g, = torch.autograd.grad(f(x), x, create_graph=True)
h, = torch.autograd.grad(g.sum(), x)
assert h.item() == 48
""", """\
def f(x): return (x ** 3).sum()
"""),
    Style("hessian over a student's function", """\
def f(x): return (x ** 3).sum()
""", """\
import torch
H = torch.autograd.functional.hessian(f, torch.tensor([1.0, 2.0]))
assert torch.allclose(H, torch.diag(torch.tensor([6.0, 12.0])))
J = torch.autograd.functional.jacobian(f, torch.tensor([1.0, 2.0]))
assert torch.allclose(J, torch.tensor([3.0, 12.0]))
""", """\
def f(x): return (x ** 2).sum()
"""),
    Style("a module with buffers and state dict", """\
import torch
from torch import nn
class Norm(nn.Module):
    def __init__(self, d, momentum=0.1):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(d))
        self.register_buffer('mean', torch.zeros(d))
        self.momentum = momentum
    def forward(self, x):
        if self.training: self.mean = (1 - self.momentum) * self.mean + self.momentum * x.mean(0).detach()
        return (x - self.mean) * self.scale
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), Norm(4))
        self.heads = nn.ModuleList([nn.Linear(4, 1) for _ in range(2)])
    def forward(self, x):
        h = self.body(x)
        return torch.cat([head(h) for head in self.heads], 1)
""", """\
import torch
from torch import nn
net = Net()
assert set(net.state_dict()) == {'body.0.weight', 'body.0.bias', 'body.2.scale', 'body.2.mean', 'heads.0.weight', 'heads.0.bias', 'heads.1.weight', 'heads.1.bias'}
assert dict(net.named_parameters())['body.2.scale'].shape == (4,)
x = torch.randn(8, 2)
net.train(); net(x)
assert net.body[2].mean.abs().sum() > 0
net.eval(); before = net.body[2].mean.clone(); a = net(x); assert torch.equal(before, net.body[2].mean)
assert torch.equal(a, net(x)) and not net.training and not net.body[2].training
other = Net(); other.load_state_dict(net.state_dict()); other.eval()
assert torch.equal(other(x), a)
net.double(); assert net.heads[0].weight.dtype == torch.float64
assert sum(p.numel() for p in net.parameters() if p.requires_grad) == 12 + 4 + 10
assert len([m for m in net.modules() if isinstance(m, nn.Linear)]) == 3
assert any(isinstance(m, Norm) for m in net.modules())
for p in net.parameters(): p.requires_grad_(False)
assert not any(p.requires_grad for p in net.parameters())
net.apply(lambda m: nn.init.zeros_(m.weight) if isinstance(m, nn.Linear) else None)
assert net.heads[0].weight.abs().sum() == 0
""", """\
import torch
from torch import nn
class Norm(nn.Module):
    def __init__(self, d, momentum=0.1):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(d))
        self.mean = torch.zeros(d)
    def forward(self, x): return x
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), Norm(4))
        self.heads = nn.ModuleList([nn.Linear(4, 1) for _ in range(2)])
    def forward(self, x):
        h = self.body(x)
        return torch.cat([head(h) for head in self.heads], 1)
"""),
    Style("test's own module class trained by the student", """\
import torch
def train(model, x, y):
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    model.train()
    for _ in range(30):
        opt.zero_grad(); ((model(x) - y) ** 2).mean().backward(); opt.step()
    return model
""", """\
import torch
from torch import nn
class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(1))
    def forward(self, x): return self.w * x
m = Tiny()
x = torch.linspace(-1, 1, 20)
out = train(m, x, 2 * x)
assert out is m and m.w.item() > 1.0
""", """\
import torch
def train(model, x, y): return model
"""),
    Style("student's module inside a Sequential of the test", """\
import torch
from torch import nn
class Residual(nn.Module):
    def __init__(self, inner): super().__init__(); self.inner = inner
    def forward(self, x): return x + self.inner(x)
""", """\
import torch
from torch import nn
block = Residual(nn.Linear(3, 3))
net = nn.Sequential(nn.Linear(2, 3), block, nn.Linear(3, 1))
y = net(torch.ones(4, 2))
assert y.shape == (4, 1)
y.sum().backward()
assert net[0].weight.grad is not None and block.inner.weight.grad is not None
x = torch.randn(2, 3)
assert torch.allclose(block(x), x + block.inner(x))
assert len(list(net.parameters())) == 6
""", """\
import torch
from torch import nn
class Residual(nn.Module):
    def __init__(self, inner): super().__init__(); self.inner = inner
    def forward(self, x): return self.inner(x)
"""),
    Style("freezing layers", """\
def freeze(model):
    for p in model[0].parameters(): p.requires_grad = False
    return [p for p in model.parameters() if p.requires_grad]
""", """\
import torch
m = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))
left = freeze(m)
assert len(left) == 2 and not m[0].weight.requires_grad and m[1].weight.requires_grad
assert left[0] is m[1].weight
""", """\
def freeze(model): return [p for p in model.parameters() if p.requires_grad]
"""),
    Style("datetime data", """\
import pandas as pd
def monthly(s): return s.resample('MS').sum()
def first(s): return s.index.min()
def span(s): return s.index.max() - s.index.min()
""", """\
import pandas as pd, datetime
s = pd.Series(1, index=pd.date_range('2024-01-15', periods=40, freq='D'))
m = monthly(s)
assert m.tolist() == [17, 23]
assert first(s) == pd.Timestamp('2024-01-15') and isinstance(first(s), pd.Timestamp)
assert span(s) == pd.Timedelta(days=39) and span(s).days == 39
assert first(s).year == 2024 and first(s).strftime('%b') == 'Jan'
pd.testing.assert_series_equal(m, s.resample('MS').sum())
""", """\
import pandas as pd
def monthly(s): return s.resample('MS').sum()
def first(s): return s.index.max()
def span(s): return s.index.max() - s.index.min()
"""),
    Style("freq of a date index kept", """\
import pandas as pd
def days(n): return pd.date_range('2024-01-01', periods=n, freq='D')
""", """\
import pandas as pd
d = days(5)
assert d.freqstr == 'D' and len(d) == 5 and d[1] == pd.Timestamp(2024, 1, 2)
pd.testing.assert_index_equal(d, pd.date_range('2024-01-01', periods=5, freq='D'))
s = pd.Series(range(5), index=d)
assert s.shift(1, freq='D').index[0] == pd.Timestamp(2024, 1, 2)
""", """\
import pandas as pd
def days(n): return pd.date_range('2024-01-02', periods=n, freq='D')
"""),
    Style("intervals", """\
import pandas as pd
def bins(s): return pd.cut(s, 2)
def q(s): return pd.qcut(s, 2)
""", """\
import pandas as pd
s = pd.Series([1.0, 2, 3, 4])
b = bins(s)
assert len(b.cat.categories) == 2
pd.testing.assert_series_equal(b, pd.cut(s, 2))
assert isinstance(b.iloc[0], pd.Interval) and 1.5 in b.iloc[0]
pd.testing.assert_series_equal(q(s).value_counts(), pd.qcut(s, 2).value_counts())
""", """\
import pandas as pd
def bins(s): return pd.cut(s, 3)
def q(s): return pd.qcut(s, 2)
"""),
    Style("index returned", """\
def top(t, n): return t.nlargest(n, 'v').index
def cols(t): return t.select_dtypes('number').columns
def row(t): return t.loc[t['v'].idxmax()]
""", """\
import pandas as pd
t = pd.DataFrame({'v': [3, 9, 5], 'n': ['a', 'b', 'c']}, index=['i', 'j', 'k'])
assert list(top(t, 2)) == ['j', 'k'] and top(t, 1)[0] == 'j'
assert isinstance(top(t, 2), pd.Index)
assert list(cols(t)) == ['v'] and cols(t).equals(pd.Index(['v']))
r = row(t)
assert r['n'] == 'b' and r.name == 'j' and isinstance(r, pd.Series)
""", """\
def top(t, n): return t.nsmallest(n, 'v').index
def cols(t): return t.columns
def row(t): return t.loc[t['v'].idxmin()]
"""),
    Style("scipy sparse", """\
import numpy as np
from scipy import sparse
def adjacency(edges, n):
    r, c = zip(*edges)
    return sparse.csr_matrix((np.ones(len(r)), (r, c)), shape=(n, n))
def degree(a): return np.asarray(a.sum(axis=1)).ravel()
""", """\
import numpy as np
from scipy import sparse
a = adjacency([(0, 1), (1, 2), (2, 0)], 3)
assert sparse.issparse(a) and a.nnz == 3 and a.shape == (3, 3)
assert (a.toarray() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]).all()
assert (a @ np.array([1, 2, 3])).tolist() == [2, 3, 1]
assert degree(sparse.csr_matrix(np.eye(3))).tolist() == [1, 1, 1]
assert isinstance(a, sparse.csr_matrix)
assert (a != sparse.csr_matrix(a.toarray())).nnz == 0
""", """\
import numpy as np
from scipy import sparse
def adjacency(edges, n): return sparse.csr_matrix(np.eye(n))
def degree(a): return np.asarray(a.sum(axis=1)).ravel()
"""),
    Style("scipy stats frozen and results", """\
from scipy import stats
def model(m, s): return stats.norm(m, s)
def test(a, b): return stats.ttest_ind(a, b)
def fit(x, y): return stats.linregress(x, y)
""", """\
import numpy as np
from scipy import stats
d = model(1, 2)
assert abs(d.cdf(1) - 0.5) < 1e-12 and d.mean() == 1 and d.std() == 2
assert d.rvs(5, random_state=0).tolist() == stats.norm(1, 2).rvs(5, random_state=0).tolist()
t, p = test([1, 2, 3], [2, 3, 9])
assert np.isclose(p, stats.ttest_ind([1, 2, 3], [2, 3, 9]).pvalue)
assert test([1, 2, 3], [2, 3, 9]).statistic < 0
r = fit([1, 2, 3], [2, 4, 6.1])
assert np.isclose(r.slope, 2.05) and r.rvalue > 0.99
slope, intercept, *_ = r
assert np.isclose(slope, 2.05)
""", """\
from scipy import stats
def model(m, s): return stats.norm(s, m)
def test(a, b): return stats.ttest_rel(a, b)
def fit(x, y): return stats.linregress(y, x)
"""),
    Style("object arrays and matrix", """\
import numpy as np
def f(a): return np.array([len(x) for x in a])
def eye(): return np.asmatrix(np.eye(2))
""", """\
import numpy as np
a = np.empty(3, dtype=object)
a[:] = [[1], [1, 2], []]
assert f(a).tolist() == [1, 2, 0]
assert (eye() * eye() == np.eye(2)).all() and isinstance(eye(), np.matrix)
""", """\
import numpy as np
def f(a): return np.array([1 for x in a])
def eye(): return np.asmatrix(np.eye(2))
"""),
    Style("random.Random returned", """\
import random
def make(seed): return random.Random(seed)
""", """\
import random
assert make(3).random() == random.Random(3).random()
assert isinstance(make(1), random.Random)
""", """\
import random
def make(seed): return random.Random()
"""),
    Style("random.Random passed in", """\
def shuffle(items, rng):
    items = list(items)
    for i in range(len(items) - 1, 0, -1):
        j = rng.randrange(i + 1)
        items[i], items[j] = items[j], items[i]
    return items
""", """\
import random
rng, twin = random.Random(1), random.Random(1)
got = shuffle(range(6), rng)
items = list(range(6))
for i in range(5, 0, -1):
    j = twin.randrange(i + 1)
    items[i], items[j] = items[j], items[i]
assert got == items and rng.random() == twin.random()
""", """\
import random
def shuffle(items, rng): return sorted(items)
"""),
    Style("dates, decimals, uuids", """\
import datetime, decimal, uuid, fractions, pathlib
def f(): return {'d': datetime.date(2024, 2, 29), 't': datetime.datetime(2024, 1, 1, 12), 'delta': datetime.timedelta(days=3), 'm': decimal.Decimal('1.10'), 'r': fractions.Fraction(1, 3), 'u': uuid.UUID(int=5), 'p': pathlib.Path('/a/b.txt'), 'tm': datetime.time(3, 4)}
def age(born, today): return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
def tz(): return datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
""", """\
import datetime as dt, uuid, pathlib
from decimal import Decimal
from fractions import Fraction
got = f()
assert got['d'] == dt.date(2024, 2, 29) and got['t'] - dt.timedelta(hours=1) == dt.datetime(2024, 1, 1, 11)
assert got['delta'].days == 3 and got['m'] + Decimal('0.9') == 2 and got['r'] * 3 == 1
assert got['u'] == uuid.UUID(int=5) and got['p'].name == 'b.txt' and isinstance(got['d'], dt.date)
assert got['p'] == pathlib.Path('/a/b.txt') and got['tm'] == dt.time(3, 4)
assert age(dt.date(2000, 5, 1), dt.date(2024, 4, 30)) == 23
assert tz().tzinfo == dt.timezone.utc and tz() == dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
""", """\
import datetime, decimal, uuid, fractions, pathlib
def f(): return {'d': datetime.date(2024, 2, 28), 't': datetime.datetime(2024, 1, 1, 12), 'delta': datetime.timedelta(days=3), 'm': decimal.Decimal('1.10'), 'r': fractions.Fraction(1, 3), 'u': uuid.UUID(int=5), 'p': pathlib.Path('/a/b.txt')}
def age(born, today): return today.year - born.year
"""),
    Style("collections", """\
from collections import Counter, defaultdict, deque, OrderedDict, ChainMap, namedtuple
from types import SimpleNamespace
P = namedtuple('P', 'x y')
def words(t): return Counter(t.split())
def group(ws):
    d = defaultdict(list)
    for w in ws: d[len(w)].append(w)
    return d
def q(): return deque([1, 2], maxlen=2)
def ns(): return SimpleNamespace(a=1)
def chain(): return ChainMap({'a': 1}, {'a': 2, 'b': 3})
def pt(): return P(1, 2)
def st(): return {(1, 2), (3, 4)}, frozenset('ab')
""", """\
from collections import Counter, deque, defaultdict
c = words('a b a')
assert c == Counter({'a': 2, 'b': 1}) and c.most_common(1) == [('a', 2)] and c['zz'] == 0
g = group(['a', 'bb', 'c'])
assert g == {1: ['a', 'c'], 2: ['bb']} and dict(g)[2] == ['bb'] and g[9] == [] and isinstance(g, defaultdict)
d = q(); d.append(3)
assert list(d) == [2, 3] and d.maxlen == 2
assert ns().a == 1 and vars(ns()) == {'a': 1}
assert chain()['a'] == 1 and chain()['b'] == 3 and len(chain().maps) == 2
assert pt().x == 1 and pt() == (1, 2) and pt()._fields == ('x', 'y') and pt() == P(1, 2)
s, f = st()
assert (1, 2) in s and f == frozenset('ba') and s == {(3, 4), (1, 2)}
""", """\
from collections import Counter, defaultdict, deque, OrderedDict, ChainMap, namedtuple
from types import SimpleNamespace
P = namedtuple('P', 'x y')
def words(t): return Counter(t)
def group(ws): return {}
def q(): return deque([1, 2])
def ns(): return SimpleNamespace(a=1)
def chain(): return ChainMap({'a': 1}, {'a': 2, 'b': 3})
def pt(): return P(1, 2)
def st(): return {(1, 2), (3, 4)}, frozenset('ab')
"""),
    Style("deque with a length passed in", """\
def push(d, x): d.append(x)
""", """\
from collections import deque
d = deque([1, 2, 3], maxlen=3)
push(d, 4)
assert list(d) == [2, 3, 4] and d.maxlen == 3
push(d, 5)
assert list(d) == [3, 4, 5]
""", """\
def push(d, x): d.appendleft(x)
"""),
    Style("set changed in place", """\
def add(s, x): s.add(x); s.discard(0)
""", """\
s = {0, 1}
add(s, 5)
assert s == {1, 5}
""", """\
def add(s, x): return s | {x}
"""),
    Style("regular expressions", """\
import re
PHONE = re.compile(r'(\\d{3})-(\\d{4})')
def find(t): return PHONE.search(t)
""", """\
import re
assert PHONE.match('555-1234') and not PHONE.match('x')
assert isinstance(PHONE, re.Pattern)
m = find('call 555-1234')
assert m.group(1) == '555' and m.groups() == ('555', '1234') and m.start() == 5
assert find('none') is None
assert re.fullmatch(PHONE, '555-1234')
assert re.sub(PHONE, 'X', 'a 555-1234 b') == 'a X b'
""", """\
import re
PHONE = re.compile(r'(\\d{3})-(\\d{3})')
def find(t): return PHONE.search(t)
"""),
    Style("matplotlib axes returned", """\
import matplotlib.pyplot as plt
def plot(x, y):
    fig, ax = plt.subplots()
    ax.plot(x, y, label='data', color='red')
    ax.set_title('T'); ax.set_xlabel('x'); ax.set_ylabel('y'); ax.legend()
    return ax
""", """\
import numpy as np
ax = plot([1, 2, 3], [4, 5, 6])
assert ax.get_title() == 'T' and ax.get_xlabel() == 'x'
assert len(ax.lines) == 1
np.testing.assert_array_equal(ax.lines[0].get_ydata(), [4, 5, 6])
np.testing.assert_array_equal(ax.get_lines()[0].get_xydata(), [[1, 4], [2, 5], [3, 6]])
assert ax.lines[0].get_label() == 'data' and ax.get_legend() is not None
assert [t.get_text() for t in ax.get_legend().get_texts()] == ['data']
import matplotlib.axes
assert isinstance(ax, matplotlib.axes.Axes)
import matplotlib.pyplot as plt
plt.close('all')
""", """\
import matplotlib.pyplot as plt
def plot(x, y):
    fig, ax = plt.subplots()
    ax.plot(y, x, label='data')
    ax.set_title('T'); ax.set_xlabel('x'); ax.set_ylabel('y'); ax.legend()
    return ax
"""),
    Style("an estimator of the student's in a pipeline", """\
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
class Nearest(ClassifierMixin, BaseEstimator):
    def __init__(self, metric='l2'): self.metric = metric
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.means_ = np.array([X[y == c].mean(axis=0) for c in self.classes_])
        return self
    def predict(self, X):
        d = ((X[:, None] - self.means_) ** 2).sum(-1)
        return self.classes_[d.argmin(1)]
""", """\
import numpy as np
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import cross_val_score, GridSearchCV
rng = np.random.default_rng(0)
X = np.r_[rng.normal(0, 1, (30, 2)), rng.normal(3, 1, (30, 2))]; y = np.r_[np.zeros(30), np.ones(30)]
m = Nearest().fit(X, y)
assert isinstance(m, Nearest) and m.score(X, y) > 0.9 and m.get_params() == {'metric': 'l2'}
assert clone(Nearest(metric='l1')).metric == 'l1'
assert cross_val_score(Nearest(), X, y, cv=3).mean() > 0.9
p = make_pipeline(StandardScaler(), Nearest()).fit(X, y)
assert (p.predict(X) == y).mean() > 0.9
g = GridSearchCV(Nearest(), {'metric': ['l1', 'l2']}, cv=2).fit(X, y)
assert g.best_score_ > 0.9
""", """\
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
class Nearest(ClassifierMixin, BaseEstimator):
    def __init__(self, metric='l2'): self.metric = metric
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self
    def predict(self, X): return np.zeros(len(X))
"""),
    Style("a fitted sklearn model compared with the test's own", """\
from sklearn.tree import DecisionTreeClassifier
def fit(X, y): return DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, y)
""", """\
import numpy as np
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_is_fitted
X = np.random.default_rng(0).normal(size=(50, 3)); y = (X[:, 0] > 0).astype(int)
m = fit(X, y)
check_is_fitted(m)
assert isinstance(m, DecisionTreeClassifier) and m.get_depth() <= 2
assert accuracy_score(y, m.predict(X)) == 1
assert (m.predict(X) == DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, y).predict(X)).all()
assert m.get_params()['max_depth'] == 2
np.testing.assert_allclose(m.feature_importances_, [1, 0, 0])
""", """\
from sklearn.tree import DecisionTreeClassifier
def fit(X, y): return DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, 1 - y)
"""),
    Style("pandas multiindex and groupby", """\
import pandas as pd
def table(t): return t.groupby(['city', 'year'])['sales'].agg(['sum', 'mean'])
""", """\
import pandas as pd
t = pd.DataFrame({'city': list('aabb'), 'year': [1, 1, 1, 2], 'sales': [1.0, 2, 3, 4]})
got = table(t)
assert isinstance(got.index, pd.MultiIndex) and got.index.names == ['city', 'year']
assert got.loc[('a', 1), 'sum'] == 3
pd.testing.assert_frame_equal(got, t.groupby(['city', 'year'])['sales'].agg(['sum', 'mean']))
assert got.xs('b').shape == (2, 2)
""", """\
import pandas as pd
def table(t): return t.groupby(['city'])['sales'].agg(['sum', 'mean'])
"""),
    Style("categories, cut and crosstab", """\
import pandas as pd
def bands(age): return pd.cut(age, [0, 18, 65, 120], labels=['child', 'adult', 'senior'])
def cross(t): return pd.crosstab(t['a'], t['b'])
def pivot(t): return t.pivot_table(index='a', columns='b', values='v', aggfunc='sum', fill_value=0)
""", """\
import pandas as pd
got = bands(pd.Series([3, 40, 80, 17]))
assert got.dtype == 'category' and got.cat.ordered and got.tolist() == ['child', 'adult', 'senior', 'child']
assert got.value_counts()['child'] == 2
t = pd.DataFrame({'a': list('xxy'), 'b': list('pqp'), 'v': [1, 2, 3]})
pd.testing.assert_frame_equal(cross(t), pd.crosstab(t['a'], t['b']))
pd.testing.assert_frame_equal(pivot(t), t.pivot_table(index='a', columns='b', values='v', aggfunc='sum', fill_value=0))
""", """\
import pandas as pd
def bands(age): return pd.cut(age, [0, 18, 65, 120])
def cross(t): return pd.crosstab(t['b'], t['a'])
def pivot(t): return t
"""),
    Style("missing values and dtypes", """\
import pandas as pd
def clean(t):
    t = t.copy()
    t['x'] = t['x'].fillna(t['x'].median())
    t['k'] = t['k'].astype('Int64')
    return t.dropna(subset=['s'])
""", """\
import pandas as pd, numpy as np
t = pd.DataFrame({'x': [1.0, np.nan, 3.0], 'k': [1, None, 2], 's': ['a', 'b', None]})
before = t.copy()
got = clean(t)
pd.testing.assert_frame_equal(t, before)
assert got.shape == (2, 3) and got['x'].tolist() == [1, 2]
assert str(got['k'].dtype) == 'Int64' and got['k'].isna().sum() == 1 and got.loc[1, 'k'] is pd.NA
assert t['s'].isna().sum() == 1
""", """\
import pandas as pd
def clean(t):
    t['x'] = t['x'].fillna(t['x'].median())
    t['k'] = t['k'].astype('Int64')
    return t.dropna(subset=['s'])
"""),
    Style("enum of the lab as argument and answer", """\
def beats(m):
    return {Move.ROCK: Move.PAPER, Move.PAPER: Move.SCISSORS, Move.SCISSORS: Move.ROCK}[m]
""", """\
assert beats(Move.ROCK) is Move.PAPER
assert beats(Move.PAPER) == Move.SCISSORS
assert {m: beats(m) for m in Move}[Move.SCISSORS] == Move.ROCK
""", """\
def beats(m): return Move.PAPER
""", setup="""\
from enum import Enum
class Move(Enum):
    ROCK = 'r'
    PAPER = 'p'
    SCISSORS = 's'
"""),
    Style("exception with attributes", """\
class InsufficientFunds(Exception):
    def __init__(self, need, have):
        super().__init__(f'need {need}, have {have}')
        self.need, self.have = need, have
    @property
    def short(self): return self.need - self.have
class Account:
    def __init__(self, b): self.balance = b
    def withdraw(self, x):
        if x > self.balance: raise InsufficientFunds(x, self.balance)
        self.balance -= x
""", """\
a = Account(10)
try:
    a.withdraw(25)
except InsufficientFunds as e:
    assert e.need == 25 and e.have == 10
    assert e.short == 15
    assert str(e) == 'need 25, have 10'
else:
    assert False
a.withdraw(4)
assert a.balance == 6
""", """\
class InsufficientFunds(Exception):
    def __init__(self, need, have):
        super().__init__(f'need {need}, have {have}')
        self.need, self.have = have, need
    @property
    def short(self): return self.need - self.have
class Account:
    def __init__(self, b): self.balance = b
    def withdraw(self, x):
        if x > self.balance: raise InsufficientFunds(x, self.balance)
        self.balance -= x
"""),
    Style("exception chain", """\
class ConfigError(Exception): pass
def load(d):
    try: return int(d['port'])
    except KeyError as e: raise ConfigError('no port') from e
""", """\
try:
    load({})
except ConfigError as e:
    assert isinstance(e.__cause__, KeyError), e.__cause__
    assert e.args == ('no port',)
else:
    assert False
assert load({'port': '80'}) == 80
""", """\
class ConfigError(Exception): pass
def load(d):
    try: return int(d['port'])
    except KeyError: raise ConfigError('no port') from None
"""),
    Style("contextlib context manager", """\
from contextlib import contextmanager
@contextmanager
def tag(name):
    print(f'<{name}>')
    try:
        yield name.upper()
    finally:
        print(f'</{name}>')
""", """\
import io
from contextlib import redirect_stdout
out = io.StringIO()
with redirect_stdout(out):
    with tag('b') as t:
        print(t)
assert out.getvalue().split() == ['<b>', 'B', '</b>'], out.getvalue()
out = io.StringIO()
with redirect_stdout(out):
    try:
        with tag('i'):
            raise KeyError('x')
    except KeyError:
        print('caught')
assert out.getvalue().split() == ['<i>', '</i>', 'caught']
""", """\
from contextlib import contextmanager
@contextmanager
def tag(name):
    print(f'<{name}>')
    yield name.upper()
    print(f'</{name}>')
"""),
    Style("context manager that swallows", """\
class suppress_errors:
    def __init__(self, *kinds): self.kinds = kinds; self.caught = None
    def __enter__(self): return self
    def __exit__(self, kind, error, tb):
        self.caught = error
        return kind is not None and issubclass(kind, self.kinds)
""", """\
with suppress_errors(ZeroDivisionError) as s:
    1 / 0
assert isinstance(s.caught, ZeroDivisionError)
try:
    with suppress_errors(KeyError):
        1 / 0
    assert False
except ZeroDivisionError:
    pass
with suppress_errors(KeyError) as s: pass
assert s.caught is None
""", """\
class suppress_errors:
    def __init__(self, *kinds): self.kinds = kinds; self.caught = None
    def __enter__(self): return self
    def __exit__(self, kind, error, tb):
        return False
"""),
    Style("errors as values", """\
def safe(f, *a):
    try: return f(*a), None
    except Exception as e: return None, e
""", """\
def bad(): raise KeyError('k')
assert safe(len, 'ab') == (2, None)
v, e = safe(int, 'x')
assert v is None and isinstance(e, ValueError) and 'invalid' in str(e)
v, e = safe(bad)
assert isinstance(e, KeyError) and e.args == ('k',)
""", """\
def safe(f, *a):
    try: return f(*a), None
    except Exception as e: return None, str(e)
"""),
    Style("json errors", """\
import json
def parse(t): return json.loads(t)
""", """\
import json
try:
    parse('{')
    assert False
except json.JSONDecodeError:
    pass
assert parse('[1]') == [1]
""", """\
def parse(t): return [1]
"""),
    Style("optimisation by data attribute", """\
import torch
def sgd(params, lr):
    for p in params: p.data -= lr * p.grad
""", """\
import torch
w = torch.tensor([1.0, 2.0], requires_grad=True)
(w ** 2).sum().backward()
sgd([w], 0.5)
assert torch.allclose(w, torch.zeros(2))
m = torch.nn.Linear(2, 1); before = m.weight.clone()
m(torch.ones(1, 2)).sum().backward()
sgd(m.parameters(), 0.1)
assert torch.allclose(m.weight, before - 0.1)
""", """\
def sgd(params, lr): pass
"""),
    Style("enum of the student", """\
from enum import Enum
class Color(Enum):
    RED = 1
    GREEN = 2
    @property
    def next(self): return Color(self.value % 2 + 1)
""", """\
import enum
assert Color.RED.value == 1 and Color.GREEN.name == 'GREEN'
assert Color(2) is Color.GREEN
assert Color['RED'] == Color.RED
assert Color.RED != Color.GREEN
assert len(Color) == 2 and [c.name for c in Color] == ['RED', 'GREEN']
assert issubclass(Color, enum.Enum) and isinstance(Color.RED, Color)
assert Color.RED.next is Color.GREEN
""", """\
from enum import Enum
class Color(Enum):
    RED = 1
    GREEN = 2
    @property
    def next(self): return self
"""),
    Style("callable or not", """\
class A:
    def __call__(self): return 1
class B: pass
""", """\
assert callable(A()) and A()() == 1 and not callable(B())
""", """\
class A:
    def __call__(self): return 1
class B:
    def __call__(self): return 1
"""),
    Style("pytest.raises with match", """\
def check(age):
    if not isinstance(age, int): raise TypeError('age must be an int')
    if age < 0: raise ValueError(f'age {age} is negative')
    return age
""", """\
import pytest
with pytest.raises(ValueError, match=r'age -\\d+ is negative'):
    check(-3)
with pytest.raises(TypeError) as info:
    check('x')
assert 'int' in str(info.value)
assert check(3) == pytest.approx(3)
""", """\
def check(age):
    if not isinstance(age, int): raise TypeError('age must be an int')
    if age < 0: raise ValueError('negative')
    return age
"""),
    Style("a function that seeds everything", """\
import random, numpy as np, torch
def set_seed(s):
    random.seed(s); np.random.seed(s); torch.manual_seed(s)
""", """\
import random, numpy as np, torch
set_seed(5)
a = random.random(), np.random.rand(), torch.rand(1).item()
set_seed(5)
assert a == (random.random(), np.random.rand(), torch.rand(1).item())
set_seed(6)
assert a != (random.random(), np.random.rand(), torch.rand(1).item())
""", """\
import random, numpy as np, torch
def set_seed(s):
    random.seed(s); np.random.seed(s)
"""),
    Style("seeded initialisation", """\
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__(); self.a = nn.Linear(3, 4); self.b = nn.Linear(4, 1)
    def forward(self, x): return self.b(self.a(x).relu())
""", """\
import torch
from torch import nn
torch.manual_seed(0); net = Net()
torch.manual_seed(0); a, b = nn.Linear(3, 4), nn.Linear(4, 1)
x = torch.randn(5, 3)
assert torch.allclose(net(x), b(a(x).relu()))
""", """\
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__(); self.a = nn.Linear(3, 4); self.b = nn.Linear(4, 1)
    def forward(self, x): return self.b(self.a(x))
"""),
    Style("the stream goes on after a student's draws", """\
import numpy as np
def walk(n): return np.random.choice([-1, 1], n).cumsum()
""", """\
import numpy as np
np.random.seed(1)
a = walk(1000); b = np.random.rand(3); c = walk(10)
np.random.seed(1)
d = np.random.choice([-1, 1], 1000).cumsum(); e = np.random.rand(3); f = np.random.choice([-1, 1], 10).cumsum()
assert (a == d).all() and (b == e).all() and (c == f).all()
""", """\
import numpy as np
def walk(n): return np.random.choice([-1, 1], n + 1)[:n].cumsum()
"""),
    Style("global numpy seed", """\
import numpy as np
def bootstrap(x, n): return np.array([np.random.choice(x, len(x)).mean() for _ in range(n)])
""", """\
import numpy as np
np.random.seed(42)
got = bootstrap(np.arange(10), 5)
np.random.seed(42)
want = np.array([np.random.choice(np.arange(10), 10).mean() for _ in range(5)])
np.testing.assert_allclose(got, want)
""", """\
import numpy as np
def bootstrap(x, n): return np.array([np.random.choice(x, len(x)).mean() + 1e-3 for _ in range(n)])
"""),
    Style("global random seed", """\
import random
def roll(n): return [random.randint(1, 6) for _ in range(n)]
""", """\
import random
random.seed(7)
a = roll(10)
random.seed(7)
assert a == roll(10)
random.seed(7)
assert a == [random.randint(1, 6) for _ in range(10)]
assert all(1 <= x <= 6 for x in a)
""", """\
import random
def roll(n): return [random.Random().randint(1, 6) for _ in range(n)]
"""),
    Style("global torch seed", """\
import torch
def noise(x, s): return x + s * torch.randn_like(x)
""", """\
import torch
torch.manual_seed(3)
got = noise(torch.zeros(4), 2.0)
torch.manual_seed(3)
assert torch.allclose(got, 2 * torch.randn(4))
torch.manual_seed(3)
noise(torch.zeros(4), 1.0)
a = torch.rand(1)
torch.manual_seed(3)
torch.randn(4)
assert torch.equal(a, torch.rand(1))
""", """\
import torch
def noise(x, s): return x + s * torch.rand_like(x)
"""),
    Style("seedless call does not touch global state", """\
import numpy as np
def draw(seed): return np.random.default_rng(seed).normal()
""", """\
import numpy as np
np.random.seed(0)
before = np.random.get_state()[1].copy()
a, b = draw(1), draw(1)
assert a == b
assert (np.random.get_state()[1] == before).all()
np.random.seed(0); x = np.random.rand()
np.random.seed(0); draw(1); assert np.random.rand() == x
""", """\
import numpy as np
def draw(seed):
    np.random.seed(seed)
    return np.random.normal()
"""),
    Style("a module of the student's trained by the test", """\
import torch
from torch import nn
class MLP(nn.Module):
    def __init__(self, h):
        super().__init__()
        self.a, self.b = nn.Linear(1, h), nn.Linear(h, 1)
    def forward(self, x): return self.b(torch.tanh(self.a(x)))
""", """\
import torch
from torch import nn
torch.manual_seed(0)
m = MLP(16)
opt = torch.optim.Adam(m.parameters(), lr=0.02)
x = torch.linspace(-1, 1, 40)[:, None]; y = x ** 2
before = [p.detach().clone() for p in m.parameters()]
for _ in range(60):
    opt.zero_grad()
    loss = nn.functional.mse_loss(m(x), y)
    loss.backward()
    opt.step()
assert loss.item() < 0.05, loss
assert all(not torch.equal(a, b) for a, b in zip(before, m.parameters()))
vec = torch.nn.utils.parameters_to_vector(m.parameters())
assert vec.numel() == 49
torch.nn.utils.clip_grad_norm_(m.parameters(), 1e-3)
assert torch.cat([p.grad.flatten() for p in m.parameters()]).norm() <= 1.1e-3
""", """\
import torch
from torch import nn
class MLP(nn.Module):
    def __init__(self, h):
        super().__init__()
        self.a, self.b = nn.Linear(1, h), nn.Linear(h, 1)
    def forward(self, x): return self.b(torch.tanh(self.a(x))).detach().requires_grad_()
"""),
    Style("linked list node class", """\
class Node:
    def __init__(self, value, next=None):
        self.value, self.next = value, next
def reverse(head):
    prev = None
    while head:
        head.next, prev, head = prev, head, head.next
    return prev
""", """\
head = Node(1, Node(2, Node(3)))
out = reverse(head)
vals = []
while out is not None:
    vals.append(out.value)
    out = out.next
assert vals == [3, 2, 1]
assert head.next is None
assert reverse(None) is None
""", """\
class Node:
    def __init__(self, value, next=None):
        self.value, self.next = value, next
def reverse(head):
    return head
"""),
    Style("test-defined node handed to the student", """\
def length(head):
    n = 0
    while head is not None:
        n += 1
        head = head.next
    return n
""", """\
class Node:
    def __init__(self, val, next=None):
        self.val = val
        self.next = next
assert length(Node(1, Node(2, Node(3)))) == 3
assert length(None) == 0
""", """\
def length(head):
    return 0 if head is None else 1
"""),
    Style("test-defined node changed by the student", """\
def reverse(head):
    prev = None
    while head is not None:
        following = head.next
        head.next = prev
        prev, head = head, following
    return prev
""", """\
class Node:
    def __init__(self, val, next=None):
        self.val = val
        self.next = next
h = Node(1, Node(2))
r = reverse(h)
assert r.val == 2 and r.next is h and h.next is None
""", """\
def reverse(head): return head
"""),
    Style("node class of the lab", """\
def reverse(head):
    prev = None
    while head:
        nxt = head.next
        head.next = prev
        prev, head = head, nxt
    return prev
""", """\
h = Node(1, Node(2, Node(3)))
r = reverse(h)
out = []
while r:
    out.append(r.val); r = r.next
assert out == [3, 2, 1]
""", """\
def reverse(head): return head
""", setup="""\
class Node:
    def __init__(self, val, next=None):
        self.val = val
        self.next = next
"""),
    Style("student's decorator on a test's function", """\
import functools
def memo(f):
    cache = {}
    @functools.wraps(f)
    def inner(*a):
        if a not in cache: cache[a] = f(*a)
        return cache[a]
    inner.cache = cache
    return inner
""", """\
calls = []
@memo
def slow(x):
    "Slow square."
    calls.append(x)
    return x * x
assert [slow(3), slow(3), slow(4)] == [9, 9, 16]
assert calls == [3, 4]
assert slow.__name__ == 'slow' and slow.__doc__ == 'Slow square.'
""", """\
import functools
def memo(f):
    @functools.wraps(f)
    def inner(*a): return f(*a)
    return inner
"""),
    Style("timing decorator prints", """\
import time
def timed(f):
    def inner(*a):
        t = time.perf_counter(); r = f(*a)
        print(f'{f.__name__} took {time.perf_counter() - t:.3f} s')
        return r
    return inner
""", """\
import io, re
from contextlib import redirect_stdout
def add(a, b): return a + b
buf = io.StringIO()
with redirect_stdout(buf):
    assert timed(add)(1, 2) == 3
assert re.match(r'add took \\d\\.\\d{3} s', buf.getvalue()), buf.getvalue()
""", """\
def timed(f):
    return f
"""),
    Style("input patched", """\
def ask():
    name = input('Name? ')
    age = int(input('Age? '))
    return f'{name} ({age})'
""", """\
from unittest.mock import patch
with patch('builtins.input', side_effect=['Ada', '36']) as fake:
    assert ask() == 'Ada (36)'
assert fake.call_count == 2
with patch('builtins.input', return_value='7'):
    assert ask() == '7 (7)'
""", """\
def ask():
    return 'Ada (36)'
"""),
    Style("input replaced by assignment", """\
def total():
    n = int(input())
    return sum(int(input()) for _ in range(n))
""", """\
import builtins
lines = iter(['3', '4', '5', '6'])
old = builtins.input
builtins.input = lambda prompt='': next(lines)
try:
    assert total() == 15
finally:
    builtins.input = old
""", """\
def total(): return 0
"""),
    Style("stdin replaced", """\
import sys
def total(): return sum(int(line) for line in sys.stdin)
""", """\
import sys, io
sys.stdin = io.StringIO('1\\n2\\n3\\n')
assert total() == 6
""", """\
def total(): return 0
"""),
    Style("stdin and input", """\
def hello(): print('Hello, ' + input())
""", """\
import sys, io, contextlib
out = io.StringIO()
old, sys.stdin = sys.stdin, io.StringIO('Ann\\n')
with contextlib.redirect_stdout(out):
    hello()
sys.stdin = old
assert out.getvalue().strip() == 'Hello, Ann'
""", """\
def hello(): print('Hello')
""", stock=(0, 0)),
    Style("time patched", """\
import time
class Stopwatch:
    def start(self): self.t = time.time()
    def stop(self): return time.time() - self.t
""", """\
from unittest.mock import patch
s = Stopwatch()
with patch('time.time', side_effect=[100.0, 107.5]):
    s.start()
    assert s.stop() == 7.5
""", """\
import time
class Stopwatch:
    def start(self): self.t = time.time()
    def stop(self): return self.t
"""),
    Style("sleep patched", """\
import time
def backoff(n):
    for i in range(n): time.sleep(2 ** i)
""", """\
from unittest import mock
with mock.patch('time.sleep') as sleep:
    backoff(4)
assert [c.args[0] for c in sleep.call_args_list] == [1, 2, 4, 8]
""", """\
import time
def backoff(n):
    for i in range(n): time.sleep(0.001)
"""),
    Style("warnings of the student", """\
import warnings
def old(x):
    warnings.warn('use new()', DeprecationWarning)
    return x
""", """\
import warnings
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter('always')
    assert old(1) == 1
assert len(w) == 1 and issubclass(w[0].category, DeprecationWarning) and 'new' in str(w[0].message)
""", """\
def old(x): return x
"""),
    Style("pytest.warns", """\
import warnings
def old(x):
    warnings.warn('careful', UserWarning)
    return x
""", """\
import pytest
with pytest.warns(UserWarning, match='careful'):
    old(1)
""", """\
def old(x): return x
"""),
    Style("no warning allowed", """\
import numpy as np
def safe_log(x): return np.log(np.maximum(x, 1e-12))
""", """\
import warnings, numpy as np
with warnings.catch_warnings():
    warnings.simplefilter('error')
    assert np.isfinite(safe_log(np.array([0.0, 1.0]))).all()
""", """\
import numpy as np
def safe_log(x):
    y = np.log(x)
    return np.where(np.isfinite(y), y, -27.0)
"""),
    Style("captured stderr", """\
import sys
def complain(m): print('error:', m, file=sys.stderr)
""", """\
import io
from contextlib import redirect_stderr, redirect_stdout
err, out = io.StringIO(), io.StringIO()
with redirect_stderr(err), redirect_stdout(out):
    complain('x')
assert err.getvalue() == 'error: x\\n' and out.getvalue() == ''
""", """\
import sys
def complain(m): print('error:', m)
"""),
    Style("a mock passed in", """\
def notify(users, send):
    for u in users: send(u, subject='hi')
""", """\
from unittest.mock import Mock, MagicMock, call
send = Mock()
notify(['a', 'b'], send)
assert send.call_count == 2
send.assert_any_call('a', subject='hi')
assert send.call_args_list == [call('a', subject='hi'), call('b', subject='hi')]
one = MagicMock()
notify(['z'], one)
one.assert_called_once_with('z', subject='hi')
""", """\
def notify(users, send):
    for u in users: send(u)
"""),
    Style("a mock object with methods", """\
def save(db, rows):
    db.connect()
    for r in rows: db.insert(r)
    db.close()
    return db.count()
""", """\
from unittest.mock import Mock, call
db = Mock()
db.count.return_value = 2
assert save(db, ['x', 'y']) == 2
db.connect.assert_called_once_with()
assert db.insert.call_args_list == [call('x'), call('y')]
assert db.mock_calls == [call.connect(), call.insert('x'), call.insert('y'), call.close(), call.count()]
""", """\
def save(db, rows):
    for r in rows: db.insert(r)
    return db.count()
"""),
    Style("a file written by the test", """\
import csv
def read(path):
    with open(path, newline='') as f: return [dict(r) for r in csv.DictReader(f)]
""", """\
with open('data.csv', 'w') as f:
    f.write('a,b\\n1,2\\n3,4\\n')
assert read('data.csv') == [{'a': '1', 'b': '2'}, {'a': '3', 'b': '4'}]
""", """\
def read(path): return []
"""),
    Style("a file in a temporary folder", """\
import json
def save(obj, path):
    with open(path, 'w') as f: json.dump(obj, f)
def load(path):
    with open(path) as f: return json.load(f)
""", """\
import json, tempfile, os, pathlib
with tempfile.TemporaryDirectory() as d:
    p = os.path.join(d, 'x.json')
    save({'a': [1, 2]}, p)
    with open(p) as f: assert json.load(f) == {'a': [1, 2]}
    q = pathlib.Path(d) / 'y.json'
    q.write_text('[1, 2, 3]')
    assert load(q) == [1, 2, 3]
""", """\
def save(obj, path): pass
def load(path): return [1, 2, 3]
"""),
    Style("a file written by the student", """\
def write(path, lines):
    with open(path, 'w') as f:
        for l in lines: f.write(l + '\\n')
""", """\
import os
write('out.txt', ['a', 'b'])
assert os.path.exists('out.txt')
assert open('out.txt').read() == 'a\\nb\\n'
assert open('out.txt').read().splitlines() == ['a', 'b']
""", """\
def write(path, lines): pass
"""),
    Style("string streams passed in", """\
def count_lines(f): return sum(1 for _ in f)
def emit(f): f.write('hello\\n'); print('world', file=f)
""", """\
import io
assert count_lines(io.StringIO('a\\nb\\nc\\n')) == 3
out = io.StringIO()
emit(out)
assert out.getvalue() == 'hello\\nworld\\n'
b = io.BytesIO(b'x\\ny\\n')
assert count_lines(b) == 2
""", """\
def count_lines(f): return len(f.read())
def emit(f): pass
"""),
    Style("coroutines", """\
import asyncio
async def double(x):
    await asyncio.sleep(0)
    return 2 * x
async def many(xs): return await asyncio.gather(*(double(x) for x in xs))
""", """\
import asyncio
loop = asyncio.new_event_loop()
assert loop.run_until_complete(double(4)) == 8
assert loop.run_until_complete(many([1, 2])) == [2, 4]
loop.close()
import inspect
assert inspect.iscoroutinefunction(double)
""", """\
import asyncio
async def double(x): return x
async def many(xs): return xs
""", stock=(0, 0)),
    Style("asyncio.run", """\
import asyncio
async def double(x):
    await asyncio.sleep(0.001)
    return 2 * x
""", """\
import asyncio
assert asyncio.run(double(4)) == 8
""", """\
async def double(x): return x
""", stock=(0, 0)),
    Style("top level await", """\
import asyncio
async def double(x):
    await asyncio.sleep(0)
    return 2 * x
""", """\
assert (await double(4)) == 8
""", """\
async def double(x): return x
"""),
    Style("default repr wanted", """\
class P:
    def __init__(self, x): self.x = x
    def __repr__(self): return f'P({self.x})'
    def __str__(self): return f'<{self.x}>'
    def __format__(self, spec): return f'{self.x:{spec}}' if spec else str(self)
""", """\
assert repr(P(1)) == 'P(1)' and str(P(2)) == '<2>' and f'{P(3)}' == '<3>' and f'{P(3.14159):.2f}' == '3.14'
assert [repr(p) for p in [P(1)]] == ['P(1)'] and str([P(1)]) == '[P(1)]'
""", """\
class P:
    def __init__(self, x): self.x = x
    def __repr__(self): return f'P({self.x})'
    def __str__(self): return f'<{self.x}>'
"""),
    Style("iterator protocol", """\
class Count:
    def __init__(self, n): self.n = n
    def __iter__(self):
        self.i = 0
        return self
    def __next__(self):
        if self.i >= self.n: raise StopIteration
        self.i += 1
        return self.i
""", """\
it = iter(Count(2))
assert next(it) == 1 and next(it) == 2
try:
    next(it); assert False
except StopIteration: pass
assert list(Count(3)) == [1, 2, 3] and sum(Count(3)) == 6 and max(Count(4)) == 4
a, b = Count(2)
assert list(zip(Count(2), 'ab')) == [(1, 'a'), (2, 'b')] and 2 in Count(3)
assert [*map(str, Count(2))] == ['1', '2']
""", """\
class Count:
    def __init__(self, n): self.n = n
    def __iter__(self): return iter(range(self.n))
"""),
    Style("not equal of objects", """\
class P:
    def __init__(self, x): self.x = x
    def __eq__(self, o): return isinstance(o, P) and self.x == o.x
    def __hash__(self): return hash(self.x)
""", """\
assert P(1) != P(2) and P(1) == P(1) and P(1) != 1
assert P(1) in [P(2), P(1)] and len({P(1), P(1), P(2)}) == 2
""", """\
class P:
    def __init__(self, x): self.x = x
"""),
]  # fmt: skip
