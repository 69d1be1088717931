"""SciPy's L-BFGS-B with the analytic gradient, in full space."""

import numpy as np
import scipy
from scipy.optimize import minimize

import fitness
import numpy_peer
from peer import Server, Stop


class LBFGSB(numpy_peer.Full):
    def versions(self):
        return {"scipy": scipy.__version__}

    def trial(self, ready, a, b, watch):
        f, x, back = self.begin(ready, a, b)
        f.normalise(x)
        g, last = np.empty_like(x), x.copy()

        def func(x):
            watch.evaluations += 1
            value = f.func_grad(x, g)
            last[:] = x
            watch.at(f.norm(x, g))
            return -value, -g

        try:
            last = minimize(func, x, jac=True, method="L-BFGS-B",
                            options={"maxcor": 20, "ftol": 0, "gtol": 0, "maxfun": 10**9, "maxiter": 10**9, "maxls": 50}).x
        except Stop:
            pass
        return back(last)


if __name__ == "__main__":
    Server(LBFGSB()).serve()
