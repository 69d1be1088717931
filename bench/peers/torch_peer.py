"""PyTorch in float64 with autograd, in full space: torch.optim.LBFGS, or gradient ascent with momentum."""

import sys

import numpy as np
import torch

from peer import Server, Stop

# torch.optim.LBFGS forgets a pair whose y·s is at most 1e-10, which here happens at a gradient norm of about 1e-6.
# A loss that is larger by a constant moves that away and changes nothing else.
SCALE = 1e8


class Torch:
    def __init__(self, method):
        self.method = method

    def versions(self):
        return {"torch": torch.__version__}

    def set_threads(self, n):
        torch.set_num_threads(n)

    def load(self, data):
        self.classes, self.pixels, self.n = data.classes, data.p, data.n
        self.d = torch.from_numpy(data.d)
        self.r = [torch.from_numpy(data.r[lo:hi]) for lo, hi in zip(data.bounds, data.bounds[1:])]

    def prepare(self):
        return None

    def value(self, a, b):
        blocks = b.reshape(self.classes, self.pixels, -1)
        u = self.d @ a.T
        v = torch.cat([r @ block for r, block in zip(self.r, blocks)])
        t = (u * v).sum(1)
        z = b.T @ b
        return t.abs().log().mean() - torch.linalg.norm(a @ a.T).log() / 2 - torch.linalg.norm(z @ z).log() / 4

    def params(self, a, b):
        return [torch.tensor(np.ascontiguousarray(m), requires_grad=True) for m in (a, b)]

    def evaluator(self, ready, a, b):
        a, b = self.params(a, b)

        def evaluate():
            a.grad = b.grad = None
            value = self.value(a, b)
            value.backward()
            return value

        return evaluate

    def gradient(self, ready, a, b):
        a, b = self.params(a, b)
        value = self.value(a, b)
        value.backward()
        return value.item(), a.grad.numpy(), b.grad.numpy()

    @staticmethod
    def norm(a, b, scale):
        with torch.no_grad():
            return (torch.linalg.norm(a.grad) * torch.linalg.norm(a)).hypot(
                torch.linalg.norm(b.grad) * torch.linalg.norm(b)).item() / scale

    def trial(self, ready, a, b, watch):
        a, b = self.params(a, b)
        with torch.no_grad():
            a /= torch.linalg.norm(a)
            b /= torch.linalg.norm(b)
        try:
            (self.lbfgs if self.method == "lbfgs" else self.ascent)(a, b, watch)
        except Stop:
            pass
        return a.detach().numpy(), b.detach().numpy()

    def lbfgs(self, a, b, watch):
        optimiser = torch.optim.LBFGS([a, b], history_size=20, line_search_fn="strong_wolfe", max_iter=10**9,
                                      max_eval=10**9, tolerance_grad=0, tolerance_change=0)

        def closure():
            optimiser.zero_grad(set_to_none=True)
            loss = -SCALE * self.value(a, b)
            loss.backward()
            watch.evaluations += 1
            watch.at(self.norm(a, b, SCALE))
            return loss

        optimiser.step(closure)

    def ascent(self, a, b, watch, rate=0.1, momentum=0.95):
        ma, mb = torch.zeros_like(a), torch.zeros_like(b)
        while True:
            a.grad = b.grad = None
            self.value(a, b).backward()
            watch.evaluations += 1
            watch.at(self.norm(a, b, 1))
            with torch.no_grad():
                for x, m in ((a, ma), (b, mb)):
                    m.mul_(momentum).add_(x.grad)
                    x.add_(m, alpha=rate)
                    x /= torch.linalg.norm(x)


if __name__ == "__main__":
    Server(Torch(sys.argv[1])).serve()
