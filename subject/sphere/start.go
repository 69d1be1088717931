package sphere

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// A Start is a distribution that entries are drawn from before training, up to scale.
type Start uint8

// The starts.
const (
	Gaussian Start = iota // standard normal, as is usual
	Uniform               // uniform on (0, 1]: positive
)

// StartNames lists the starts by the names that String returns and ParseStart reads.
func StartNames() []string { return []string{"gaussian", "uniform"} }

// String returns the start's name.
func (s Start) String() string {
	if names := StartNames(); int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("Start(%d)", uint8(s))
}

// ParseStart is the inverse of String.
func ParseStart(name string) (Start, error) {
	i := slices.Index(StartNames(), name)
	if i < 0 {
		return 0, fmt.Errorf("unknown start %q: want one of %v", name, StartNames())
	}
	return Start(i), nil //nolint:gosec // an index into a short list
}

// Draw returns one entry.
func (s Start) Draw(r *rand.Rand) float64 {
	if s == Uniform {
		return 1 - r.Float64() // (0, 1]
	}
	return r.NormFloat64()
}
