"""The fitness and its gradient with NumPy, class by class, in full space or in span coordinates.

A point is a stack of matrices of d columns each: Aᵀ, then B⁽⁰⁾, B⁽¹⁾, ... A part is one of them together with the data it
meets: samples×m, in the first m rows of the matrix; its other rows meet no data.
"""

import numpy as np


class Part:
    def __init__(self, data, rows, first):
        self.data, self.rows, self.first = data, rows, first


class Fitness:
    def __init__(self, parts, rank, n):
        self.d, self.n = rank, n
        self.u, self.v = np.empty((n, rank)), np.empty((n, rank))
        self.parts, at = [], 0
        for i, p in enumerate(parts):
            meets = at + p.data.shape[1]
            self.parts.append((p.data, slice(at, meets), slice(meets, at + p.rows), slice(p.first, p.first + len(p.data)), i == 0))
            at += p.rows
        self.split, self.rows = parts[0].rows, at
        self.penalty = np.empty((at, rank))
        self.sign = None

    def func_grad(self, x, g):
        """φ(x), with its gradient in g. Once sign is set: −inf, and g as it was, where a t_i has changed its sign."""
        d = self.d
        x, out = x.reshape(-1, d), g.reshape(-1, d)
        for data, rows, _, samples, first in self.parts:
            np.matmul(data, x[rows], out=(self.u if first else self.v)[samples])
        t = np.einsum("ij,ij->i", self.u, self.v)
        if self.sign is not None and not (t * self.sign > 0).all():
            return -np.inf
        phi = np.log(np.abs(t)).mean()
        w = (1 / (self.n * t))[:, None]
        self.u *= w
        self.v *= w
        for data, rows, rest, samples, first in self.parts:
            np.matmul(data.T, (self.v if first else self.u)[samples], out=out[rows])
            out[rest] = 0
        a, b = x[:self.split], x[self.split:]
        gram = a.T @ a
        norm = np.linalg.norm(gram)
        phi -= np.log(norm) / 2
        np.matmul(a, gram * (-1 / norm ** 2), out=self.penalty[:self.split])
        z = b.T @ b
        z2 = z @ z
        norm = np.linalg.norm(z2)
        phi -= np.log(norm) / 4
        np.matmul(b, z2 @ z * (-1 / norm ** 2), out=self.penalty[self.split:])
        out += self.penalty
        return phi

    def fix_signs(self, x):
        """From now on the signs of t at x are kept."""
        self.func_grad(x, np.empty_like(x))
        self.sign = np.sign(np.einsum("ij,ij->i", self.u, self.v))

    def norm(self, x, g):
        """The scale-free gradient norm sqrt(‖∂A‖²‖A‖² + ‖∂B‖²‖B‖²)."""
        k = self.split * self.d
        return np.sqrt(g[:k] @ g[:k] * (x[:k] @ x[:k]) + g[k:] @ g[k:] * (x[k:] @ x[k:]))

    def normalise(self, x):
        k = self.split * self.d
        x[:k] /= np.linalg.norm(x[:k])
        x[k:] /= np.linalg.norm(x[k:])


def full(data, rank):
    parts = [Part(data.d, data.p, 0)]
    for k in range(data.classes):
        lo, hi = data.bounds[k], data.bounds[k + 1]
        parts.append(Part(data.r[lo:hi], data.p, lo))
    return Fitness(parts, rank, data.n)


def stack(a, b):
    return np.concatenate([a.T.ravel(), b.ravel()])


def unstack(x, rank, pixels):
    return x[:rank * pixels].reshape(pixels, rank).T, x[rank * pixels:].reshape(-1, rank)


class Bases:
    """Orthonormal bases of the spans of the images and of the features of each class, and the data in them."""

    def __init__(self, data):
        self.data = data
        live = np.flatnonzero(data.d.any(axis=0))
        side = int(round(np.sqrt(data.p)))
        self.spans = [span(data.d, np.eye(data.p)[:, live]) + (0,)]
        paired = pairs(side)
        for k in range(data.classes):
            lo, hi = data.bounds[k], data.bounds[k + 1]
            self.spans.append(span(data.r[lo:hi], paired) + (lo,))

    def start(self, a, b):
        """The fitness in coordinates that hold the start too, the start in them, and the way back."""
        rank, p = a.shape
        parts, coords, bases = [], [], []
        for (q, x, first), m in zip(self.spans, [a.T, *b.reshape(-1, p, rank)]):
            inside = q.T @ m
            rest = m - q @ inside
            again = q.T @ rest
            inside += again
            beyond, r = np.linalg.qr(rest - q @ again)
            parts.append(Part(x, q.shape[1] + rank, first))
            coords += [inside, r]
            bases.append((q, beyond))
        back = lambda x: unstack(self.back(x.reshape(-1, rank), bases), rank, p)
        return Fitness(parts, rank, self.data.n), np.concatenate(coords).ravel(), back

    def back(self, x, bases):
        out, at = [], 0
        for q, beyond in bases:
            m = q.shape[1]
            end = m + beyond.shape[1]
            out.append(q @ x[at:at + m] + beyond @ x[at + m:at + end])
            at += end
        return np.concatenate(out).ravel()


def span(rows, known):
    """A basis of the span of the rows, and the rows in it: by thin QR, or known where that is no larger."""
    if len(rows) >= known.shape[1]:
        return known, rows @ known
    q, r = np.linalg.qr(rows.T)
    return q, np.ascontiguousarray(r.T)


def pairs(side):
    """An orthonormal basis of what features of real images span: entries (a, b) and (−a, −b) are equal, DC is zero."""
    a, b = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    index = a + b * side  # column-major
    other = (-a) % side + (-b) % side * side
    columns = []
    for i, j in zip(index.ravel(), other.ravel()):
        if 0 < i <= j:
            e = np.zeros(side * side)
            e[[i, j]] = 1 if i == j else np.sqrt(0.5)
            columns.append(e)
    return np.array(columns).T.copy()
