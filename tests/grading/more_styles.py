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
]  # fmt: skip
