package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// A Number is a float64 that survives JSON: NaN and the infinities are written as the strings "NaN",
// "+Inf" and "-Inf", because a number that is missing must not look like a zero.
type Number float64

// MarshalJSON implements json.Marshaler.
func (x Number) MarshalJSON() ([]byte, error) {
	f := float64(x)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return strconv.AppendQuote(nil, strconv.FormatFloat(f, 'g', -1, 64)), nil
	}
	return json.Marshal(f)
}

// UnmarshalJSON implements json.Unmarshaler.
func (x *Number) UnmarshalJSON(data []byte) error {
	var f float64
	switch string(data) {
	case `"NaN"`:
		f = math.NaN()
	case `"+Inf"`:
		f = math.Inf(1)
	case `"-Inf"`:
		f = math.Inf(-1)
	default:
		if bytes.Equal(data, []byte("null")) {
			return fmt.Errorf("verify: null is not a number")
		}
		if err := json.Unmarshal(data, &f); err != nil {
			return err
		}
	}
	*x = Number(f)
	return nil
}

// round returns x rounded to digits significant decimal digits.
func round(x float64, digits int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
	if err != nil {
		return math.NaN()
	}
	return r
}
