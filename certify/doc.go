// Package certify proves, run by run, that a trained tuple is the only best one of its rank. It has a convex
// bound on the fitness, an oracle that finds the optimum from the bound without any start, and a certificate
// that compares the two with every rounding error accounted for. docs/certificate.md has the proofs.
//
// # The problem in K
//
// With K = BA of rank at most d and G_i = (e_{y_i} ⊗ r_i) d_iᵀ, t_i = <G_i, K>. The penalties of the fitness
// are log‖A‖_{S4} + log‖B‖_{S8} in Schatten norms, and by Hölder
//
//	min over K = BA of ‖A‖_{S4}‖B‖_{S8} = ‖K‖_{S_{8/3}},   at σ(A) = σ(K)^{2/3}, σ(B) = σ(K)^{1/3},   (1.1)
//
// so that maximising φ(A,B) is maximising Φ over the K of rank at most d in the cone where all t_i > 0 (after a
// sign for each class),
//
//	Φ(K) = (1/n) Σ log <G_i, K> − log‖K‖_{S_{8/3}}.                                                  (1.2)
//
// # The bound
//
// For λ > 0 let M(λ) = Σ λ_i G_i, q = 8/5, and ‖M‖_{(d),q} = (Σ_{m≤d} σ_m(M)^q)^{1/q}. For every such K
//
//	Φ(K) ≤ U_d(λ) = log(‖M(λ)‖_{(d),q}/n) − (1/n) Σ log λ_i.                                         (2.1)
//
// U_d does not change when λ is scaled, and
//
//	F(λ) = ‖M(λ)‖_{(d),q}^q / q − (1/n) Σ log λ_i                                                    (2.2)
//
// is strictly convex in λ and has the same minimisers up to scale, of which it chooses ‖M‖_{(d),q} = 1. U_d
// itself is not convex in λ, and is not known to be in log λ. F is differentiable where σ_d > σ_{d+1}:
//
//	∂F/∂λ_i = <G_i, K> − 1/(nλ_i),   K = U_d diag(σ_m^{q−1}) V_dᵀ of M(λ),                           (2.3)
//
// and at a minimum there nλ_i t_i = 1, Φ(K) = U_d(λ), and K is the optimum (Problem.Oracle). Where σ_d = σ_{d+1}
// F has a kink; a minimum there leaves a gap, and nothing is proven at that rank.
//
// # The minimisation
//
// Newton's method in s_i = δλ_i/λ_i, with the exact Hessian of the spectral function, n times which is the
// identity plus a positive semidefinite matrix; conjugate gradients apply it without forming it. It is exact
// rather than a quasi-Newton matrix because one more singular value decomposition costs more than all the
// products of a step. Steps multiply λ by exp(αs). From λ_i = 1/(‖r_i‖‖d_i‖) six steps reach rounding on the
// reference problem. Where they end at a kink, a smoothed cut follows it, which tells a minimum on the kink
// from one beside it (Report.Weights).
//
// All of it happens in orthonormal coordinates (Problem): thin QR of the images, and of the features of each
// class. Where there are more images than pixels the coordinates are the pixels, and M is added up in pieces
// without a copy of the data.
//
// # The certificate
//
// At any λ let X have the computed singular vectors, made exactly orthonormal, and the computed values, let
// K_c be its K as in (2.3), and
//
//	ε = ‖M(λ) − X‖_F,   a = ‖nλ∘t(K_c) − 1‖₂,   Γ = ‖(λ_i‖G_i‖)_i‖₂.                                 (3.1)
//
// ε and a are bounded with all rounding errors in, ε from the residuals of the decompositions. If λ* is the
// minimiser of F, ρ_i = λ*_i/λ_i and z_i = (1 − ρ_i)/√ρ_i, convexity alone gives
//
//	‖z‖² ≤ a r ‖z‖ + 2n d^{1/8} ε,   r² = max(1, max ρ) ≤ 1 + r‖z‖,                                  (3.2)
//	‖M(λ*) − M(λ)‖_F ≤ μ = Γ r ‖z‖.                                                                  (3.3)
//
// If then σ_d(X) − ε − μ = low > high = σ_{d+1}(X) + ε + μ, the cut is clear at λ* itself. That is the proof: the
// minimum of F is smooth, the gap at λ* is exactly zero, and K* = K(λ*) is the only maximiser of Φ of rank at
// most d in the cone. K* is near: with the Lipschitz constant L = low^{q−1}/(low − high) of K along the way,
//
//	‖z‖ ≤ a r + ½√(nL) ε,   ‖K* − K_c‖_F ≤ L ε + ½√(L/n) a r.                                        (3.4)
//
// Certificate.Distance adds what lies between K_c and the tuple. Nothing is assumed but IEEE arithmetic without
// over- or underflow, and that math.Log and math.Pow have the small errors of powError and logError.
//
// The certificate says nothing about other, strictly lower local maxima.
package certify
