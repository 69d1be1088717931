// Bench measures how long Concord takes for what it does most, beside what people would use instead, and beside what
// the machine could do at best. `make bench` runs it.
//
// # Peers
//
// Each peer is a process of its own that is kept alive for the jobs of one size, reads a job a line and answers it with
// a line (protocol.go); Concord is one of them, this binary run with -child. So all are timed inside, in the same way,
// and the memory of each is its own. The peers are in peers/: PyTorch with autograd, SciPy's L-BFGS-B with the analytic
// gradient, NumPy class by class in full space and in span coordinates. All have the same data, sorted by class, the
// same starts, the same fitness, and end by the same rule: the scale-free gradient norm
//
//	sqrt(‖∂φ/∂A‖²‖A‖² + ‖∂φ/∂B‖²‖B‖²) ≤ tolerance
//
// What each ended at is judged here, for all alike (judge.go): fitness and gradient norm, and the distance of K to the
// optimum that a certificate proves. A peer that stalls or runs out of time is shown with the norm it reached.
//
// # Rounds
//
// The peers take turns within a round, in reverse order every other round, and all have the same start in one round.
// A ratio is taken within a round, and the median of the ratios is shown with the smallest and the largest.
//
// # The floor
//
// Operations and bytes are counted (cost.go), the machine's peak is measured in the same run (peak.go), and no program
// of the same method can be faster than the larger of operations/peak and bytes/bandwidth, as far as the peak is one.
package main
