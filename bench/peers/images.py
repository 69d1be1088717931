"""Images drawn with NumPy: L-BFGS on log |s_k(x)|/‖x‖² as model.Drawer ascends it."""

import time

import numpy as np

import lbfgs
from peer import Stop, Watch


class Score:
    def __init__(self, a, b, k, side):
        self.a, self.side, p = a, side, side * side
        # The half spectrum as rfft2 lays it out; x is column-major, so its transpose is what is transformed.
        half = side // 2 + 1
        index = np.arange(p).reshape(side, side)
        mirror = index[(-np.arange(side)) % side][:, (-np.arange(side)) % side]
        block = b[k * p:(k + 1) * p]
        folded = np.where((index == mirror).ravel()[:, None], block, block + block[mirror.ravel()])
        # In the edge columns both of a pair are kept, each with its own row.
        edge = np.zeros((side, half), bool)
        edge[:, 0] = True
        edge[:, half - 1] |= side % 2 == 0
        keep = index[:, :half].ravel()
        self.b = np.where(edge.ravel()[:, None], block[keep], folded[keep])
        self.weight = np.where(edge, 1.0, 0.5)
        self.sign = 0

    def func_grad(self, x, g):
        n = self.side
        u = self.a @ x
        f = np.fft.rfft2(x.reshape(n, n))
        r = np.abs(f)
        with np.errstate(invalid="ignore", divide="ignore"):
            psi = np.where(r > 0, f / r, 0)
        r[0, 0] = psi[0, 0] = 0
        v = r.ravel() @ self.b
        s = u @ v
        if self.sign == 0:
            self.sign = np.sign(s)
        if not s * self.sign > 0:
            return -np.inf
        c = (self.b @ u).reshape(r.shape) * self.weight
        g[:] = np.fft.irfft2(c * psi, s=(n, n)).ravel() * (n * n)
        g += v @ self.a
        g /= s
        squared = x @ x
        g -= x * (2 / squared)
        return np.log(abs(s)) - np.log(squared)


def draw(a, b, job):
    starts = np.fromfile(job["out"], "<f8").reshape(-1, a.shape[1])
    side = int(round(np.sqrt(a.shape[1])))
    began, evaluations, norm, scores = time.perf_counter(), 0, 0.0, []
    for i, start in enumerate(starts):
        f = Score(a, b, i % (len(b) // a.shape[1]), side)
        watch, x = Watch(job["tol"], job["limit"]), start / np.linalg.norm(start)

        def func_grad(x, g):
            watch.evaluations += 1
            return f.func_grad(x, g)

        try:
            lbfgs.ascend(func_grad, x, lambda x, g: watch.at(np.linalg.norm(g) * np.linalg.norm(x)))
        except Stop:
            pass
        evaluations += watch.evaluations
        norm = max(norm, watch.norm)
        scores.append(f.func_grad(x, np.empty_like(x)))
    return {"seconds": time.perf_counter() - began, "evaluations": evaluations, "grad_norm": norm, "values": scores}
