package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify/symmetry"
)

// cellMagic begins the file of a cell, and has the version of the format in it.
const cellMagic = "concord cell file 2\n"

// maxCellBytes bounds the file of a cell.
const maxCellBytes = 1 << 30

// cellHead is what the file of a cell says before the entries of the tuple.
type cellHead struct {
	ID          string       `json:"id"`
	Status      Status       `json:"status"`
	Fitness     Number       `json:"fitness"`
	GradNorm    Number       `json:"grad_norm"`
	Steps       int          `json:"steps"`
	Evaluations int          `json:"evaluations"`
	Arithmetic  Arithmetic   `json:"arithmetic"` // with which it was made; the zero value where that was not said
	Curve       []CurvePoint `json:"curve"`
	Parts       []cellPart   `json:"parts"` // null where there is no tuple
	Log         []byte       `json:"log"`
}

// cellPart is one part of the tuple.
type cellPart struct {
	Name string `json:"name"`
	Rows int    `json:"rows"`
	Cols int    `json:"cols"`
}

// encodeCell returns the file of a cell that was made with some arithmetic:
//
//	"concord cell file 2\n"
//	length of the head in bytes, uint64
//	head, JSON
//	entries of the parts in their order, each row by row, float64
//	SHA-256 of all that precedes, 32 bytes
//
// Numbers are little-endian. Every bit of the outcome is kept, but for the payloads of NaN in the head. A part
// without a matrix is an error, and so is a head that JSON cannot hold.
func encodeCell(id string, made Arithmetic, out *Outcome, log []byte) ([]byte, error) {
	head := cellHead{
		ID: id, Status: out.Status, Fitness: Number(out.Fitness), GradNorm: Number(out.GradNorm),
		Steps: out.Steps, Evaluations: out.Evaluations, Arithmetic: made, Curve: out.Curve, Log: log,
	}
	if out.Tuple != nil {
		head.Parts = []cellPart{}
	}
	size := 0
	for _, p := range out.Tuple {
		if p.M == nil || p.M.IsEmpty() || !utf8.ValidString(p.Name) {
			return nil, fmt.Errorf("part %q of the tuple is empty, or its name is no text", p.Name)
		}
		rows, cols := p.M.Dims()
		head.Parts = append(head.Parts, cellPart{p.Name, rows, cols})
		size += 8 * rows * cols
	}
	text, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(cellMagic)+8+len(text)+size+sha256.Size)
	b = append(b, cellMagic...)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(text)))
	b = append(b, text...)
	for _, p := range out.Tuple {
		b = appendEntries(b, p.M)
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...), nil
}

// appendEntries appends the entries of a matrix, row by row.
func appendEntries(b []byte, d *mat.Dense) []byte {
	m := d.RawMatrix()
	for i := range m.Rows {
		for _, x := range m.Data[i*m.Stride : i*m.Stride+m.Cols] {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
	}
	return b
}

// errDamagedCell says that the file of a cell is not what encodeCell made.
var errDamagedCell = errors.New("the file is damaged or cut short")

// decodeCell is the inverse of encodeCell for the cell with that id. It refuses one that is not known to be made
// with the arithmetic wanted, unless that is the zero value.
func decodeCell(id string, want Arithmetic, b []byte) (*Outcome, []byte, error) {
	if !bytes.HasPrefix(b, []byte(cellMagic)) || len(b) < len(cellMagic)+8+sha256.Size {
		return nil, nil, errDamagedCell
	}
	body := b[:len(b)-sha256.Size]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], b[len(body):]) {
		return nil, nil, errDamagedCell
	}
	rest := body[len(cellMagic):]
	length := binary.LittleEndian.Uint64(rest)
	rest = rest[8:]
	if length > uint64(len(rest)) {
		return nil, nil, errDamagedCell
	}
	var head cellHead
	dec := json.NewDecoder(bytes.NewReader(rest[:length]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&head); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errDamagedCell, err)
	}
	if dec.InputOffset() != int64(length) { //nolint:gosec // length is at most that of rest
		return nil, nil, fmt.Errorf("%w: its head goes on after its end", errDamagedCell)
	}
	if head.ID != id {
		return nil, nil, fmt.Errorf("the file holds the cell %.16s and not %.16s", head.ID, id)
	}
	if want != (Arithmetic{}) && !head.Arithmetic.same(want) {
		return nil, nil, &ArithmeticError{Made: head.Arithmetic, Want: want}
	}
	out := &Outcome{
		Status: head.Status, Fitness: float64(head.Fitness), GradNorm: float64(head.GradNorm),
		Steps: head.Steps, Evaluations: head.Evaluations, Curve: head.Curve,
	}
	if head.Parts != nil {
		out.Tuple = symmetry.Tuple{}
	}
	entries := rest[length:]
	for _, p := range head.Parts {
		if p.Rows < 1 || p.Cols < 1 || p.Rows > len(entries)/8/p.Cols {
			return nil, nil, fmt.Errorf("%w: part %q has not the %d×%d entries that it should have", errDamagedCell, p.Name, p.Rows, p.Cols)
		}
		data := make([]float64, p.Rows*p.Cols)
		for i := range data {
			data[i] = math.Float64frombits(binary.LittleEndian.Uint64(entries[8*i:]))
		}
		entries = entries[8*len(data):]
		out.Tuple = append(out.Tuple, symmetry.Part{Name: p.Name, M: mat.NewDense(p.Rows, p.Cols, data)})
	}
	if len(entries) > 0 {
		return nil, nil, fmt.Errorf("%w: %d bytes too many", errDamagedCell, len(entries))
	}
	return out, head.Log, nil
}
