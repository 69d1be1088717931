// Package symmetry says what it means for two results to be the same.
//
// A training run leaves a [Tuple] of matrices behind, and many tuples compute
// the same function: rotate the hidden space, flip a sign, change a scale, and
// nothing that can be observed changes. Such transformations form a [Group],
// and two tuples are the same when one lies on the orbit of the other. The
// package measures how far they are from that:
//
//   - Group.Distance is the distance of the orbits, exact to about 1e-15, so
//     that "equal up to rounding" can be told from "equal to eight digits";
//   - Group.Raw is the distance without any alignment, the number that shows why
//     the group is needed;
//   - Group.Align and Group.Canonical choose representatives, for pictures and
//     for golden files, and report how well determined the choice is;
//   - [Pairwise] and [Cluster] do it for many tuples at once.
//
// Four groups are here: [Bilinear] for factorised bilinear maps K = B A,
// [Hidden] for networks whose hidden units may be renumbered and negated, [Sign]
// for vectors up to sign and scale, and [Trivial] for results that are the same
// only if they are equal.
//
// Nothing is ever computed as √(2 − 2⟨x,y⟩): that formula cannot see
// distances below about 1e-8. A tuple with a NaN or an infinity has no distance
// to anything; it is an error that names the part and the entry.
package symmetry
