"""What all peers share: the protocol, the data, the clock, and what is known about BLAS.

A peer reads one job a line from standard input, as JSON, and answers each with one line of JSON on standard output. Matrices
travel in files of little-endian float64, row by row. Every peer has the samples sorted by class, so that each of them touches
its own block of B only.
"""

import ctypes
import json
import os
import re
import sys
import time
import traceback

import numpy as np


class Stop(Exception):
    """The tolerance is reached, or the time is up."""


class Watch:
    """The clock of one trial. It is told the scale-free gradient norm wherever the ascent stands, and ends it there."""

    def __init__(self, tol, limit):
        self.tol, self.limit = tol, limit
        self.evaluations, self.norm, self.milestones = 0, np.inf, []
        self.decade = -3
        self.began = time.perf_counter()

    def seconds(self):
        return time.perf_counter() - self.began

    def at(self, norm):
        self.norm = min(self.norm, norm)
        while norm <= 10.0 ** self.decade and self.decade >= -12:
            self.milestones.append(
                {"exponent": self.decade, "seconds": self.seconds(), "evaluations": self.evaluations})
            self.decade -= 1
        if norm <= self.tol or self.seconds() > self.limit:
            raise Stop

    def status(self):
        if self.norm <= self.tol:
            return "converged"
        return "limit" if self.seconds() > self.limit else "stalled"


class Data:
    """Images d and features r, n×p each, sorted by class; class k is rows bounds[k] to bounds[k+1]."""

    def __init__(self, job):
        n, p = job["n"], job["pixels"]
        read = lambda name: np.fromfile(os.path.join(job["dir"], name), "<f8").reshape(n, p)
        self.n, self.p, self.classes = n, p, job["classes"]
        self.d, self.r = read("images.f64"), read("features.f64")
        self.bounds = np.searchsorted(job["labels"], np.arange(self.classes + 1))


def read_params(path, rank, pixels, classes):
    """A (rank×pixels) and B (classes·pixels × rank)."""
    flat = np.fromfile(path, "<f8")
    return flat[:rank * pixels].reshape(rank, pixels), flat[rank * pixels:].reshape(classes * pixels, rank)


def peak_rss():
    """The largest resident size of this process so far, in bytes."""
    with open("/proc/self/status") as f:
        return next((int(line.split()[1]) << 10 for line in f if line.startswith("VmHWM:")), 0)


class Blas:
    """The OpenBLAS that this process has loaded, if that is what it has loaded."""

    def __init__(self):
        self.name, self.lib = "not OpenBLAS", None
        with open("/proc/self/maps") as f:
            paths = sorted({line.split()[-1] for line in f if re.search(r"(blas|mkl)[^/]*$", line)})
        for path in paths:
            lib = ctypes.CDLL(path)
            for suffix in ("", "64_"):
                if hasattr(lib, "openblas_get_config" + suffix):
                    config = getattr(lib, "openblas_get_config" + suffix)
                    core = getattr(lib, "openblas_get_corename" + suffix)
                    config.restype = core.restype = ctypes.c_char_p
                    self.name = " ".join(config().decode().split()[:2]) + ", kernel " + core().decode()
                    self.lib, self.suffix = lib, suffix
                    return
        if paths:
            self.name += ": " + ", ".join(os.path.realpath(p) for p in paths)

    def set_threads(self, n):
        if self.lib is not None:
            getattr(self.lib, "openblas_set_num_threads" + self.suffix)(n)


class Server:
    """Answers jobs for a peer, which has

    versions()                  what it is made of
    set_threads(n)
    load(data)
    prepare()                   whatever depends on the data only, anew; what follows gets it as its first argument
    evaluator(ready, a, b)      a function without arguments that evaluates value and gradient once at (a, b)
    gradient(ready, a, b)       value and gradient (value, ∂A, ∂B) there, in full space
    trial(ready, a, b, watch)   ascends from (a, b) until watch raises Stop or the method ends; returns the pair it ended at
    """

    def __init__(self, peer):
        self.peer, self.blas = peer, Blas()

    def hello(self, job):
        versions = {"python": sys.version.split()[0], "numpy": np.__version__}
        return {"versions": versions | self.peer.versions(), "blas": self.blas.name, "fair": self.blas.lib is not None}

    def load(self, job):
        self.shape = (job["rank"], job["pixels"], job["classes"])
        self.peer.load(Data(job))
        return {}

    def threads(self, job):
        self.blas.set_threads(job["threads"])
        self.peer.set_threads(job["threads"])
        return {}

    def start(self, job):
        return read_params(job["start"], *self.shape)

    def gradient(self, job):
        """Evaluates for job.seconds, and at least twice, and returns the median time of one evaluation."""
        evaluate = self.peer.evaluator(self.peer.prepare(), *self.start(job))
        evaluate()
        times, began = [], time.perf_counter()
        while len(times) < 2 or time.perf_counter() - began < job["seconds"]:
            one = time.perf_counter()
            evaluate()
            times.append(time.perf_counter() - one)
        return {"seconds": float(np.median(times)), "evaluations": len(times)}

    def probe(self, job):
        value, ga, gb = self.peer.gradient(self.peer.prepare(), *self.start(job))
        write(job["out"], ga, gb)
        return {"value": float(value)}

    def trial(self, job):
        a, b = self.start(job)
        watch = Watch(job["tol"], job["limit"])
        a, b = self.peer.trial(self.peer.prepare(), a, b, watch)
        seconds = watch.seconds()
        write(job["out"], a, b)
        return {"seconds": seconds, "evaluations": watch.evaluations, "grad_norm": watch.norm,
                "status": watch.status(), "milestones": watch.milestones}

    def sweep(self, job):
        """All the starts, one after the other, with what depends on the data only prepared once."""
        starts = [read_params(path, *self.shape) for path in job["starts"]]
        began = time.perf_counter()
        ready = self.peer.prepare()
        status, evaluations, norm = "converged", 0, 0.0
        left = lambda: job["limit"] - (time.perf_counter() - began)
        for a, b in starts:
            watch = Watch(job["tol"], left())
            self.peer.trial(ready, a, b, watch)
            evaluations += watch.evaluations
            norm = max(norm, watch.norm)
            if watch.status() != "converged":
                status = watch.status()
            if status == "limit":
                break
        return {"seconds": time.perf_counter() - began, "evaluations": evaluations, "grad_norm": norm, "status": status}

    def images(self, job):
        return self.peer.images(*self.start(job), job)

    def peak(self, job):
        """GFLOP/s of a product of 1500×1500 matrices, the best of several."""
        x = np.random.default_rng(1).random((1500, 1500))
        y, best = np.empty_like(x), np.inf
        for _ in range(5):
            began = time.perf_counter()
            np.matmul(x, x, out=y)
            best = min(best, time.perf_counter() - began)
        return {"flops": 2 * 1500 ** 3 / best}

    def serve(self):
        answers = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)  # whatever a library prints is no answer
        for line in sys.stdin:
            job = json.loads(line)
            try:
                result = getattr(self, job["kind"])(job)
                json.dumps(result, allow_nan=False)  # JSON has no numbers that are not finite
            except Exception:
                result = {"error": traceback.format_exc(limit=-3)}
            answers.write(json.dumps(result | {"id": job["id"], "peak_rss": peak_rss()}) + "\n")


def write(path, a, b):
    with open(path, "wb") as f:
        for m in (a, b):
            np.ascontiguousarray(m, "<f8").tofile(f)
