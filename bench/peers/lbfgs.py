"""L-BFGS as in model/lbfgs.go: the same memory, the same line search with the approximate Wolfe conditions of Hager and
Zhang. Directions point uphill."""

import numpy as np

MEMORY = 8


def ascend(func_grad, x, accepted):
    """Moves x uphill in place until accepted(x, g), called wherever it stands, raises, or no step is found.
    func_grad(x, g) returns the value and stores the gradient; −inf, and g as it was, where x cannot be reached."""
    g = np.empty_like(x)
    value = func_grad(x, g)
    accepted(x, g)
    pairs = []
    while True:
        dir = g.copy()
        alpha = []
        for s, y, rho in reversed(pairs):
            alpha.append(rho * (s @ dir))
            dir -= alpha[-1] * y
        step = 1.0
        if pairs:
            _, y, rho = pairs[-1]
            dir *= 1 / (rho * (y @ y))
        else:
            step = 0.1 / max(np.linalg.norm(g), 1e-300)
        for (s, y, rho), a in zip(pairs, reversed(alpha)):
            dir += (a - rho * (y @ dir)) * s
        found = line_search(func_grad, x, value, g, dir, step)
        if found is None:
            if not pairs:
                return
            pairs = []
            continue
        value, following, g_next = found
        s, y = following - x, g - g_next
        if len(pairs) == MEMORY:
            pairs.pop(0)
        rho = 1 / (s @ y)
        if rho > 0 and np.isfinite(rho):
            pairs.append((s, y, rho))
        x[:] = following
        g = g_next
        accepted(x, g)


def line_search(func_grad, x, value0, g, dir, step):
    delta, sigma, eps = 1e-4, 0.9, 1e-12
    slope0 = g @ dir
    if not (slope0 > 0) or np.isinf(slope0):
        return None
    lo, slope_lo, hi, slope_hi = 0.0, slope0, np.inf, np.nan
    g_next = np.empty_like(g)
    for _ in range(60):
        following = x + step * dir
        value = func_grad(following, g_next)
        if not np.isfinite(value):
            hi, slope_hi = step, np.nan
        else:
            slope = g_next @ dir
            armijo = value >= value0 + delta * step * slope0
            approximate = slope >= (2 * delta - 1) * slope0 and value >= value0 - eps * (1 + abs(value0))
            if (armijo or approximate) and abs(slope) <= sigma * slope0:
                return value, following, g_next
            if slope > 0 and (armijo or approximate):
                lo, slope_lo = step, slope
            else:
                hi, slope_hi = step, slope
        if np.isinf(hi):
            step *= 2
        elif slope_hi < 0:
            step = lo + min(max(slope_lo / (slope_lo - slope_hi), 0.1), 0.9) * (hi - lo)
        else:
            step = lo + (hi - lo) / 2
    return None
