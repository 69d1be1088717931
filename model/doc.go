// Package model is a tuple (A, B_1..B_p) that recognises and draws images, trained by gradient ascent on a
// fitness built from a few training images and the modulus of their Fourier transform.
//
// # Data and features
//
// D_i, i = 1..n, are N×N images with entries in [0, 1], vec stacks columns, d_i = vec(D_i), and p = N² is
// the number of pixels. F is the N×N DFT matrix F_ab = exp(−2πi ab/N). The features of an image x are
//
//	r(x) = red(vec(|F x F|))                                                          (1.1)
//
// with the modulus taken entry by entry; red sets the first entry, the DC term, to zero. Features are
// non-negative and do not change when the rows or columns of x are shifted cyclically.
//
// # Parameters and fitness
//
// A is d×p, B_1..B_p are K×d. They are kept as the (K·p)×d matrix B whose row k·p+j is row k of B_j, so
// that its p×d block B⁽ᵏ⁾ belongs to class k. With y_i the class of image i and r_i = r(D_i),
//
//	t_i    = <(Σ_j B_j r_ij) A d_i, e_{y_i}> = (B⁽ʸⁱ⁾ᵀ r_i)·(A d_i)                   (2.1)
//	φ(A,B) = (1/n) Σ_i log|t_i| − ½ log‖AAᵀ‖_F − ¼ log‖Z²‖_F,   Z = BᵀB               (2.2)
//
// φ is maximised. With w_i = 1/(n t_i), u_i = A d_i and v_i = B⁽ʸⁱ⁾ᵀ r_i its gradient is
//
//	∂φ/∂A    = Σ_i w_i v_i d_iᵀ − (AAᵀ)A / ‖AAᵀ‖_F²                                   (2.3)
//	∂φ/∂B⁽ᵏ⁾ = Σ_{i: y_i=k} w_i r_i u_iᵀ − B⁽ᵏ⁾Z³ / ‖Z²‖_F²                           (2.4)
//
// φ does not change when A or B is scaled, when A → UA and B → BUᵀ with U orthogonal, or when one block
// B⁽ᵏ⁾ changes its sign. Training keeps ‖A‖_F = ‖B‖_F = 1.
//
// # Span coordinates
//
// The data part of (2.3) lies in the span of the images, and the penalty in the row space of A, so an
// ascent whose iterates are combinations of the start and of gradients stays in the span of the images and
// the rows of its start; each B⁽ᵏ⁾ stays in the span of its own features and the columns of its start. What these have
// outside the spans of the features enters (2.2) by Z alone, so for all classes together d rows of coordinates are
// enough. In orthonormal bases (SpanFitness) the run is the same, on far fewer numbers. With more images than
// pixels a span still leaves out columns of the data that are zero in every image, as pixels at the border are, and all but
// one of those that are equal in every image (EqualColumns), as the features (a, b) and (−a, −b) are.
//
// # The product
//
// The fitness of the product K = BA alone, its gradient, and a metric in which its ascent is short, are (4.1) to (4.3)
// at quotient; Method Quotient uses them.
//
// # Scores and drawings
//
//	s_k(x) = (B⁽ᵏ⁾ᵀ r(x))·(A x),   g_k(x) = |s_k(x)| / ‖x‖ᵉ                           (3.1)
//
// s is homogeneous of degree 2, so e = 2 makes the score free of scale. An image of class k is drawn by
// ascending g_k over the unit sphere; with f = F x F, ψ = f/|f| and c = B⁽ᵏ⁾Ax with its DC entry zero,
//
//	∂s_k/∂x = N² Re ifft2(c ψ) + Aᵀ(B⁽ᵏ⁾ᵀ r)                                          (3.2)
//
// For even N three coefficients besides DC are real for every real image. Where one of them vanishes the modulus has a
// kink, so ascent does not turn its sign, and an image of a class can be a local maximum for each of the eight
// patterns of signs (Drawer.Hold).
//
// # The largest score
//
// Features do not see phases, and the best phases are known, so the largest score of a class over all images is that of
// a function of moduli alone (Form, (3.3) and (3.4)). It can be bounded (Form.Bound, (3.5)), and an image can be proven
// to attain it (Form.Peak, (3.6)). What the scores of two tuples differ by is a score as well (Difference, (3.7)), so
// the input on which they differ most can be searched for, and by how much they can differ is bounded.
package model
