package handbook

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"example.org/concord/verify"
)

func TestMarkdown(t *testing.T) {
	for _, test := range []struct {
		name string
		f    func(string) string
		in   string
		want string
	}{
		{"a cell is one line of text", cell, "a|b <c> d*e\nf", `a\|b &lt;c> d\*e f`},
		{"code in a cell", code, "--format text|json", "`--format text\\|json`"},
		{"no code", code, "", ""},
		{"prose", prose, "reports/<name> a*b\n", `reports/&lt;name> a\*b`},
		{"what is indented is code already", prose, "see\n\n    verify merge <dir>-*-of-3\n", "see\n\n    verify merge <dir>-*-of-3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.f(test.in); got != test.want {
				t.Errorf("of %q = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestFlag(t *testing.T) {
	var grammar struct {
		Out    string `help:"Folder, ${default} when absent." default:"reports" placeholder:"DIR"`
		Format string `help:"What to write." enum:"text,json," default:""`
		Depth  int    `help:"How deep." default:"4"`
		Quiet  bool   `help:"Say less." short:"q"`
		Reason string `help:"Why." required:""`
	}
	parser, err := kong.New(&grammar)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]row{
		"out":    {Name: "--out DIR", Doc: "Folder, reports when absent."},
		"format": {Name: "--format text|json", Doc: "What to write."},
		"depth":  {Name: "--depth DEPTH", Doc: "How deep; 4 when absent."},
		"quiet":  {Name: "-q, --quiet", Doc: "Say less."},
		"reason": {Name: "--reason REASON", Doc: "Why. Required."},
	}
	for _, f := range parser.Model.Flags {
		if f.Name == "help" {
			continue
		}
		if got := flag(f); got != want[f.Name] {
			t.Errorf("flag %s = %+v, want %+v", f.Name, got, want[f.Name])
		}
		delete(want, f.Name)
	}
	if len(want) > 0 {
		t.Errorf("flags %v were not met", want)
	}
}

func TestTakes(t *testing.T) {
	for _, test := range []struct {
		axis verify.Axis
		want string
	}{
		{verify.Axis{Kind: verify.KindText}, "text"},
		{verify.Axis{Kind: verify.KindText, Enum: []string{"a", "b"}}, "a, b"},
		{verify.Axis{Kind: verify.KindFlag}, "true, false"},
		{verify.Axis{Kind: verify.KindRecord}, "a mapping"},
		{verify.Axis{Kind: verify.KindInt, Min: 1, Max: 20_000}, "whole number, 1 to 20000"},
		{verify.Axis{Kind: verify.KindNumber, Min: 1e-9, Max: 1e7}, "number, 1e-09 to 1e+07"},
		{verify.Axis{Kind: verify.KindNumber, Min: -math.MaxFloat64, Max: 0.5}, "number, at most 0.5"},
		{verify.Axis{Kind: verify.KindNumber, Min: 0, Max: math.Inf(1)}, "number, at least 0"},
		{verify.Axis{Kind: verify.KindNumber, Min: math.Inf(-1), Max: math.Inf(1)}, "number"},
	} {
		t.Run(test.want, func(t *testing.T) {
			if got := takes(test.axis); got != test.want {
				t.Errorf("takes(%+v) = %q, want %q", test.axis, got, test.want)
			}
		})
	}
}

// small is a subject with an axis of every sort.
type small struct{ verify.Subject }

func (small) Name() string { return "small" }

func (small) Space() verify.Space {
	return verify.Space{
		Problem: []verify.Axis{{Name: "size", Doc: "how large", Kind: verify.KindInt, Min: 1, Max: 9}},
		Vary: []verify.Axis{{Name: "way", Doc: "how", Kind: verify.KindRecord, Start: true, Fields: []verify.Axis{
			{Name: "rate", Kind: verify.KindNumber, Min: 0, Max: 1, Default: 0.5},
			{Name: "steps", Kind: verify.KindInt, Min: 1, Max: 9, Optional: true},
		}}},
	}
}

func (small) Open(context.Context, verify.Settings, verify.Settings) (verify.Problem, error) {
	return nil, errors.New("not for running")
}

func TestWrite(t *testing.T) {
	var grammar struct {
		Go     struct{} `cmd:"" help:"Do it."`
		Secret struct{} `cmd:"" hidden:"" help:"Not for readers."`
	}
	parser, err := kong.New(&grammar, kong.Name("tool"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Write(&out, parser.Model, []verify.Subject{small{}}); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{
		"\n### verify go\n", "\n    tool go\n",
		"| `problem` | `size` | whole number, 1 to 9 | none: required | how large |",
		"| `vary` | `way` | a mapping |  | how; decides where training starts |",
		"| `vary` | `way.rate` | number, 0 to 1 | 0.5 |  |",
		"| `vary` | `way.steps` | whole number, 1 to 9 | absent |  |",
		"| tolerance or exact, reason |", "| [oracle], gap, [reason] |", "| `margin` | Number |", "| `distances` | Distances |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the reference does not have %q", want)
		}
	}
	if strings.Contains(text, "Secret") || strings.Contains(text, "Not for readers") {
		t.Error("the reference shows a hidden verb")
	}
}
