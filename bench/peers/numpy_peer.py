"""NumPy, class by class, with the L-BFGS of Concord: in full space, or in span coordinates."""

import sys

import numpy as np

import fitness
import images
import lbfgs
from peer import Server, Stop


class Full:
    def versions(self):
        return {}

    def set_threads(self, n):
        pass  # BLAS is all that has threads

    def load(self, data):
        self.data = data

    def prepare(self):
        return None

    def begin(self, ready, a, b):
        """The fitness, the start as a point, and the way back to (A, B)."""
        rank, p = a.shape
        return fitness.full(self.data, rank), fitness.stack(a, b), lambda x: fitness.unstack(x, rank, p)

    def evaluator(self, ready, a, b):
        f, x, _ = self.begin(ready, a, b)
        g = np.empty_like(x)
        return lambda: f.func_grad(x, g)

    def gradient(self, ready, a, b):
        f, x, back = self.begin(ready, a, b)
        g = np.empty_like(x)
        value = f.func_grad(x, g)
        return (value, *back(g))

    def trial(self, ready, a, b, watch):
        f, x, back = self.begin(ready, a, b)
        f.normalise(x)
        f.fix_signs(x)

        def func_grad(x, g):
            watch.evaluations += 1
            return f.func_grad(x, g)

        try:
            lbfgs.ascend(func_grad, x, lambda x, g: watch.at(f.norm(x, g)))
        except Stop:
            pass
        return back(x)

    def images(self, a, b, job):
        return images.draw(a, b, job)


class Span(Full):
    def prepare(self):
        return fitness.Bases(self.data)

    def begin(self, ready, a, b):
        return ready.start(a, b)


if __name__ == "__main__":
    Server({"full": Full, "span": Span}[sys.argv[1]]()).serve()
