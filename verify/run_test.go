package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// court tries a suspect.
const court = `version: 1
name: court
title: The suspect forgets where it started
vary:
  seed: {from: 1, count: 4}
  method: [slow, fast]
generate: {labels: all, instances: 2, networks: 2, census: 1}
checks:
  - converged: {}
  - tuple: {tolerance: 1e-9, reason: "fifty halvings"}
  - scores: {inputs: [grid, generated], tolerance: 1e-9, reason: "fifty halvings"}
  - images: {modulo: sign, tolerance: 1e-9, reason: "fifty halvings"}
  - images: {modulo: sign, within: basin, tolerance: 1e-9, reason: "fifty halvings"}
twin:
  start: [signed]
`

// try runs court, with one replacement, on a suspect.
func try(t *testing.T, s *suspect, old, text string, settings *RunSettings) *Result {
	t.Helper()
	source := court
	if old != "" {
		if !strings.Contains(court, old) {
			t.Fatalf("court does not contain %q", old)
		}
		source = strings.Replace(court, old, text, 1)
	}
	scenario, err := ParseScenario("court.yaml", []byte(source), []Subject{s})
	if err != nil {
		t.Fatal(err)
	}
	result, err := Run(context.Background(), scenario, []Subject{s}, settings)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// verdicts returns the verdict of every check by id.
func verdicts(p ProblemResult) map[string]Verdict {
	out := map[string]Verdict{}
	for _, c := range p.Checks {
		out[c.ID] = c.Verdict
	}
	return out
}

func TestHonestSuspectPasses(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := try(t, &suspect{}, "", "", nil)
	if r.Verdict != Pass {
		t.Fatalf("verdict %v: %s", r.Verdict, r.Sentence)
	}
	p := r.Problems[0]
	for id, v := range verdicts(p) {
		if v != Pass {
			t.Errorf("check %s: %v", id, v)
		}
	}
	if len(p.Basins) != 1 || p.Basins[0].Size != 8 || len(p.Basins[0].Starts) != 4 {
		t.Errorf("basins %+v, want one of 8 trials from 4 starts", p.Basins)
	}
	if p.Power.Starts != 4 || p.Power.Disagreed != 0 {
		t.Errorf("power %+v: trials that share a start count once", p.Power)
	}
	if got := r.Twins[0].Problem.Checks[1]; got.Kind != "tuple" || got.Verdict != Fail || len(r.Twins[0].Problem.Basins) != 2 {
		t.Errorf("the twin's check %+v with basins %+v, want tuple FAIL with two basins", got, r.Twins[0].Problem.Basins)
	}
	for _, c := range p.Checks[1:] {
		if want := float64(c.Value) / float64(c.Tolerance); float64(c.Margin) != want {
			t.Errorf("check %s: margin %v, want %v: it is kept on a pass too", c.ID, c.Margin, want)
		}
	}
	if len(p.Metrics) != 1 || p.Metrics[0].Name != "accuracy/grid" || p.Metrics[0].N != 3 {
		t.Errorf("metrics %+v", p.Metrics)
	}
}

func TestGuiltySuspectsAreCaught(t *testing.T) {
	var ticks int
	for _, tt := range []struct {
		name    string
		suspect *suspect
		check   string
		want    Verdict
		overall Verdict
		says    string
		reason  string
	}{
		{
			"two optima", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				return moved(t, float64(t.Seed%2)), nil
			}}, "tuple", Fail, Fail, "2 basins", "",
		},
		{
			"the optimum depends on the method", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				if t.Settings.Text("method") == "fast" {
					return moved(t, 1e-6), nil
				}
				return honest(t), nil
			}}, "tuple", Fail, Fail, "2 basins", "a difference of a thousand tolerances",
		},
		{
			"stops early", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				out := moved(t, 1e-3*float64(t.Seed))
				out.Status = StepLimit
				return out, nil
			}}, "tuple", Inconclusive, Inconclusive, "did not converge", "far apart, and still no counter-example",
		},
		{
			"one trial stops early", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				out := honest(t)
				if t.Seed == 2 {
					out.Status = StepLimit
				}
				return out, nil
			}}, "converged", Inconclusive, Inconclusive, "2 of 8 trials did not converge", "seed 2 with both methods",
		},
		{
			"ignores its seed", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				return honest(Trial{Seed: 1, Settings: t.Settings}), nil
			}}, "tuple", Vacuous, Vacuous, "start seems to be ignored", "agreement of copies shows nothing",
		},
		{
			"NaN in the tuple", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				return moved(t, math.NaN()), nil
			}}, "tuple", Error, Error, "8 of 8 trials failed", "",
		},
		{
			"NaN fitness", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				out := honest(t)
				out.Fitness = math.NaN()
				return out, nil
			}}, "converged", Error, Error, "8 of 8 trials did not converge", "convergence to NaN is a contradiction",
		},
		{
			"panics once", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				if t.Seed == 3 && t.Settings.Text("method") == "slow" {
					panic("index out of range")
				}
				return honest(t), nil
			}}, "converged", Error, Error, "1 of 8 trials did not converge", "the other seven are trained all the same",
		},
		{
			"returns nothing", &suspect{train: func(*suspect, Trial) (*Outcome, error) { return nil, nil }},
			"tuple", Error, Error, "8 of 8 trials failed", "",
		},
		{
			"claims it never ran", &suspect{train: func(*suspect, Trial) (*Outcome, error) { return &Outcome{}, nil }},
			"tuple", Error, Error, "8 of 8 trials failed", "",
		},
		{
			"errs", &suspect{train: func(*suspect, Trial) (*Outcome, error) { return nil, errBroken }},
			"converged", Error, Error, "8 of 8 trials did not converge", "",
		},
		{
			"the function differs though the tuple does not", &suspect{scores: func(_, dst []float64) {
				ticks++
				dst[0] += 1e-6 * float64(ticks)
			}}, "scores", Fail, Fail, "differ by at most", "",
		},
		{
			"NaN score", &suspect{scores: func(_, dst []float64) { dst[3] = math.NaN() }},
			"scores", Error, Error, "input 1 has the score NaN for label 1", "",
		},
		{
			"all scores are zero", &suspect{scores: func(_, dst []float64) { clear(dst) }},
			"scores", Inconclusive, Inconclusive, "", "zero against zero compares nothing",
		},
		{
			"draws something else each time", &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				return drawnFrom([]float64{x[0], x[1], x[2], x[3] + float64(r.Instance)}, r), nil
			}}, "images", Fail, Fail, "apart", "",
		},
		{
			"two basins of images", &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				d := drawnFrom([]float64{x[0], x[1], x[2], x[3] + float64(r.Instance%2)}, r)
				d.Pattern = fmt.Sprint(r.Instance % 2)
				return d, nil
			}}, "images-within-basin", Pass, Fail, "apart", "within each basin they are the same, between them not",
		},
		{
			"a basin that is two", &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				return drawnFrom([]float64{x[0], x[1], x[2], x[3] + 1e-6*float64(r.Instance)}, r), nil
			}}, "images-within-basin", Fail, Fail, "apart", "the basin is the subject's word, the distance is ours",
		},
		{
			"a drawing that does not converge", &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				d := drawnFrom(x, r)
				if r.Label == 1 && r.Instance == 1 {
					d.Status = StepLimit
				}
				return d, nil
			}}, "images", Inconclusive, Inconclusive, "1 of 10 drawings did not converge", "",
		},
		{
			"draws the same whatever the start", &suspect{draw: func(x []float64, _ DrawRequest) (*Drawing, error) {
				return drawnFrom(x, DrawRequest{}), nil
			}}, "images", Vacuous, Vacuous, "so the start seems to be ignored", "agreement of copies shows nothing",
		},
		{
			"reads the method and not the seed", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				seed := uint64(1)
				if t.Seed > 2 {
					seed = 3
				}
				return honest(Trial{Seed: seed, Settings: t.Settings}), nil
			}}, "tuple", Vacuous, Vacuous, "start seems to be ignored", "two real starts dressed as four",
		},
		{
			"too few scores", &suspect{scores: func(_, dst []float64) { panic("index out of range") }},
			"scores", Error, Error, "index out of range", "a panic outside training is a finding too",
		},
		{
			"cannot draw after all", &suspect{draw: func([]float64, DrawRequest) (*Drawing, error) { return nil, errBroken }},
			"images", Error, Error, "the disk is on fire", "",
		},
		{"neither scores nor draws", &suspect{without: true}, "scores", Error, Error, "The subject has no scores", ""},
		{"cannot be opened", &suspect{open: errBroken}, "", NotRun, Error, "the disk is on fire", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := try(t, tt.suspect, "", "", &RunSettings{Jobs: 1})
			p := r.Problems[0]
			if got := verdicts(p)[tt.check]; got != tt.want {
				t.Errorf("check %s: %v, want %v (%s)", tt.check, got, tt.want, tt.reason)
			}
			if p.Verdict != tt.overall {
				t.Errorf("problem: %v, want %v", p.Verdict, tt.overall)
			}
			if r.Verdict == Pass && tt.overall != Pass {
				t.Errorf("the run passes")
			}
			said := p.Error
			for _, c := range p.Checks {
				if c.ID == tt.check {
					said += c.Sentence
				}
			}
			if !strings.Contains(said, tt.says) {
				t.Errorf("check %s says %q, want it to mention %q", tt.check, said, tt.says)
			}
			if _, err := json.Marshal(r); err != nil {
				t.Errorf("the result is no JSON: %v", err)
			}
		})
	}
}

func TestOneFailingTrialDoesNotStopTheOthers(t *testing.T) {
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
		if t.Seed == 3 {
			panic("out of luck")
		}
		return honest(t), nil
	}}
	logs := map[string]string{}
	r := try(t, s, "", "", &RunSettings{Jobs: 1, SaveLog: func(cell string, log []byte) (string, error) {
		logs[cell] = string(log)
		return cell, nil
	}})
	converged := 0
	for _, trial := range r.Problems[0].Trials {
		switch {
		case trial.Status == Converged:
			converged++
		case trial.Seed != 3 || trial.Error != "panic: out of luck":
			t.Errorf("%s: status %v, error %q", trial.Label, trial.Status, trial.Error)
		case !strings.Contains(logs[trial.Log], "goroutine"):
			t.Errorf("%s: the log has no stack:\n%s", trial.Label, logs[trial.Log])
		}
	}
	if converged != 6 {
		t.Errorf("%d trials converged, want 6", converged)
	}
}

func TestUnconvergedSettingsAreNamed(t *testing.T) {
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
		out := honest(t)
		if t.Settings.Text("method") == "slow" {
			out.Status = StepLimit
		}
		return out, nil
	}}
	c := try(t, s, "", "", nil).Problems[0].Checks[0]
	if want := "method=slow: 4 of 4 trials did not converge"; c.Evidence[0].Text != want || c.Verdict != Inconclusive {
		t.Errorf("%v with evidence %q, want INCONCLUSIVE with %q", c.Verdict, c.Evidence[0].Text, want)
	}
}

func TestTwinThatDoesNotFailIsVacuous(t *testing.T) {
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
		return honest(Trial{Seed: t.Seed, Settings: Settings{"start": "positive"}}), nil
	}}
	r := try(t, s, "", "", nil)
	if r.Problems[0].Verdict != Pass || r.Twins[0].Verdict != Vacuous || r.Verdict != Vacuous {
		t.Errorf("problem %v, twin %v, run %v; want PASS, VACUOUS, VACUOUS", r.Problems[0].Verdict, r.Twins[0].Verdict, r.Verdict)
	}
	if !strings.HasPrefix(r.Sentence, "Nothing was shown") {
		t.Errorf("the sentence is %q", r.Sentence)
	}
}

func TestTwinThatCannotRunIsAnError(t *testing.T) {
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
		if t.Settings.Text("start") == "signed" {
			return nil, errBroken
		}
		return honest(t), nil
	}}
	if r := try(t, s, "", "", nil); r.Twins[0].Verdict != Error || r.Verdict != Error {
		t.Errorf("twin %v, run %v; want ERROR, ERROR", r.Twins[0].Verdict, r.Verdict)
	}
}

func TestExactMeansTheSameBits(t *testing.T) {
	const tolerant = `tuple: {tolerance: 1e-9, reason: "fifty halvings"}`
	if got := verdicts(try(t, &suspect{}, tolerant, "tuple: {exact: true}", nil).Problems[0])["tuple"]; got != Fail {
		t.Errorf("tuple: %v, want FAIL: fifty halvings from different starts leave different bits", got)
	}
	rounded := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
		out := honest(t)
		x := out.Tuple[0].M.RawRowView(0)
		for i := range x {
			x[i] = math.Round(x[i])
		}
		return out, nil
	}}
	r := try(t, rounded, tolerant, "tuple: {exact: true}", nil)
	for _, c := range r.Problems[0].Checks {
		if c.Kind == "tuple" && (c.Verdict != Pass || c.Value != 0 || c.Margin != 0) {
			t.Errorf("tuples with the same bits: %v with value %v and margin %v", c.Verdict, c.Value, c.Margin)
		}
	}
}

func TestSensitivity(t *testing.T) {
	// A planted difference is caught exactly when it exceeds the tolerance of 1e-9.
	for k := 6; k <= 13; k++ {
		d := math.Pow(10, -float64(k))
		s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
			if t.Seed == 4 {
				return moved(t, d), nil
			}
			return honest(t), nil
		}}
		want := Pass
		if k < 9 {
			want = Fail
		}
		if k == 9 {
			continue // at the tolerance itself rounding decides
		}
		if got := verdicts(try(t, s, "", "", nil).Problems[0])["tuple"]; got != want {
			t.Errorf("a difference of 1e-%d: %v, want %v", k, got, want)
		}
	}
}

// timeless returns the JSON of a result without its timing.
func timeless(t *testing.T, r *Result) []byte {
	t.Helper()
	c := *r
	c.Timing = Timing{}
	out, err := json.Marshal(&c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSameResultForAnyNumberOfJobs(t *testing.T) {
	want := timeless(t, try(t, &suspect{}, "", "", &RunSettings{Jobs: 1}))
	for _, jobs := range []int{2, 3, 16} {
		if got := timeless(t, try(t, &suspect{}, "", "", &RunSettings{Jobs: jobs})); !bytes.Equal(got, want) {
			t.Errorf("jobs=%d: another result than with one job:\n%s", jobs, cmp.Diff(string(want), string(got)))
		}
	}
	old := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(old)
	if got := timeless(t, try(t, &suspect{}, "", "", nil)); !bytes.Equal(got, want) {
		t.Error("GOMAXPROCS=1: another result")
	}
}

func TestCancelledRunIsNoResult(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx, cancel := context.WithCancel(context.Background())
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
		if t.Seed == 2 {
			cancel()
		}
		return honest(t), nil
	}}
	scenario, err := ParseScenario("court.yaml", []byte(court), []Subject{s})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(ctx, scenario, []Subject{s}, &RunSettings{Jobs: 1})
	if !errors.Is(err, context.Canceled) || r != nil {
		t.Errorf("Run = %v, %v, want no result and context.Canceled", r, err)
	}
	if n := s.calls.Load(); n > 4 {
		t.Errorf("%d trials ran although the third cancelled", n)
	}
}

func TestLogThatCannotBeKeptEndsTheRun(t *testing.T) {
	scenario, err := ParseScenario("court.yaml", []byte(court), []Subject{&suspect{}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Run(context.Background(), scenario, []Subject{&suspect{}}, &RunSettings{SaveLog: func(string, []byte) (string, error) { return "", errBroken }})
	if !errors.Is(err, errBroken) {
		t.Errorf("Run: %v, want %v", err, errBroken)
	}
}

func TestProgressCountsUp(t *testing.T) {
	last := map[string]int{}
	try(t, &suspect{}, "", "", &RunSettings{Progress: func(e Event) {
		key := e.Scenario + " " + e.Phase
		if e.Done > 0 && e.Done != last[key]+1 || e.Done > e.Total {
			t.Errorf("%s: %d of %d after %d", key, e.Done, e.Total, last[key])
		}
		last[key] = e.Done
	}})
	if last["court train"] != 8 || last["court/twin-1 train"] != 8 {
		t.Errorf("the last events are %v", last)
	}
}

func TestFailFastLeavesTheRestNotRun(t *testing.T) {
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) { return moved(t, float64(t.Seed)), nil }}
	source := strings.Replace(strings.Replace(court, "vary:", "problem: {size: [4, 5]}\nvary:", 1), "twin:", "twin:\n  size: 4", 1)
	scenario, err := ParseScenario("court.yaml", []byte(source), []Subject{s})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), scenario, []Subject{s}, &RunSettings{FailFast: true})
	if err != nil {
		t.Fatal(err)
	}
	if r.Problems[0].Verdict != Fail || r.Problems[1].Verdict != NotRun || r.Twins[0].Verdict != NotRun || r.Verdict != Fail {
		t.Errorf("problems %v and %v, twin %v, run %v; want FAIL, NOT RUN, NOT RUN, FAIL",
			r.Problems[0].Verdict, r.Problems[1].Verdict, r.Twins[0].Verdict, r.Verdict)
	}
}

func TestClockIsTheOnlyTime(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r := try(t, &suspect{}, "", "", &RunSettings{Jobs: 1, Clock: func() time.Time {
		now = now.Add(time.Second)
		return now
	}})
	if r.Timing.Started.Year() != 2026 || r.Timing.Seconds <= 0 || float64(r.Timing.Seconds) > 1e4 {
		t.Errorf("timing %+v", r.Timing)
	}
	if len(r.Timing.Cells) != 16 {
		t.Errorf("%d cells timed, want 16: eight and the twin's eight", len(r.Timing.Cells))
	}
}

func TestCellIDsChangeWithTheCode(t *testing.T) {
	a := try(t, &suspect{}, "", "", nil)
	b := try(t, &suspect{}, "", "", &RunSettings{Code: Digest{Name: "program", SHA256: "ff"}})
	if a.Problems[0].Trials[0].Cell == b.Problems[0].Trials[0].Cell {
		t.Error("a cell keeps its id under another program")
	}
}

func TestSpaceKnowsInputsLabelsAndData(t *testing.T) {
	for _, tt := range []struct{ name, old, text, want string }{
		{"input", "inputs: [grid, generated]", "inputs: [gird, generated]", `court.yaml:11:23: unknown input "gird"; did you mean "grid"?`},
		{"label", "labels: all", "labels: [a, c]", `court.yaml:7:24: unknown label "c"; known: a, b`},
		{"data", "title: The suspect", "data: {}\ntitle: The suspect", "court.yaml:3:1: no such data"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &suspect{data: errors.New("no such data")}
			if tt.name != "data" {
				s.data = nil
			}
			_, err := ParseScenario("court.yaml", []byte(strings.Replace(court, tt.old, tt.text, 1)), []Subject{s})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseScenario: %v, want it to mention %q", err, tt.want)
			}
		})
	}
}

// only returns court with these checks, and the twin failing the first.
func only(t *testing.T, s *suspect, checks string) *Scenario {
	t.Helper()
	head, rest, _ := strings.Cut(court, "checks:\n")
	_, twin, _ := strings.Cut(rest, "twin:")
	if !strings.Contains(checks, "tuple") {
		twin = ""
	} else {
		twin = "twin:" + twin
	}
	scenario, err := ParseScenario("court.yaml", []byte(head+"checks:\n"+checks+twin), []Subject{s})
	if err != nil {
		t.Fatal(err)
	}
	return scenario
}

func TestRunThatComparesNothingIsNoPass(t *testing.T) {
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) { return moved(t, float64(t.Seed%2)), nil }}
	r, err := Run(context.Background(), only(t, s, "  - converged: {}\n"), []Subject{s}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict != Inconclusive || strings.Contains(r.Sentence, "same place") {
		t.Errorf("verdict %v: %s; want INCONCLUSIVE: two optima, and no check looked", r.Verdict, r.Sentence)
	}
}

func TestUnconvergedTrialIsNoPassWhateverIsChecked(t *testing.T) {
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
		out := honest(t)
		if t.Settings.Text("method") == "fast" {
			out.Status = StepLimit
		}
		return out, nil
	}}
	r, err := Run(context.Background(), only(t, s, "  - images: {modulo: sign, tolerance: 1e-9, reason: r}\n"), []Subject{s}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict != Inconclusive {
		t.Errorf("verdict %v: %s; want INCONCLUSIVE: half of the trials stopped early", r.Verdict, r.Sentence)
	}
}

func TestSentenceSaysNoMoreThanTheChecks(t *testing.T) {
	s := &suspect{}
	scenario := only(t, s, "  - scores: {inputs: [grid], tolerance: 1e-9, reason: r}\n")
	scenario.Reduced = []string{"run with --only scores"}
	r, err := Run(context.Background(), scenario, []Subject{s}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = "The suspect forgets where it started: of 8 trainings from 4 different starts, all pass the check scores. Reduced: run with --only scores."
	if r.Verdict != Pass || r.Sentence != want {
		t.Errorf("verdict %v: %q, want PASS: %q", r.Verdict, r.Sentence, want)
	}
	if len(r.Scenario.Reduced) != 1 {
		t.Errorf("reduced %q, want the one cut", r.Scenario.Reduced)
	}
}

func TestStartWithAnUnconvergedTrialBearsNoWitness(t *testing.T) {
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
		out := honest(t)
		if t.Seed == 2 && t.Settings.Text("method") == "fast" {
			out.Status = StepLimit
		}
		return out, nil
	}}
	if p := try(t, s, "", "", nil).Problems[0].Power; p.Starts != 3 || p.Disagreed != 0 {
		t.Errorf("power %+v, want three starts: one of the four has a trial that stopped early", p)
	}
}

func TestDrawingsNeverShareTheirStart(t *testing.T) {
	type start struct {
		seed     uint64
		label    int
		instance int
	}
	seen := map[start]int{}
	var mu sync.Mutex
	s := &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
		mu.Lock()
		defer mu.Unlock()
		seen[start{r.Seed, r.Label, r.Instance}]++
		return drawnFrom(x, r), nil
	}}
	try(t, s, "seed: {from: 1, count: 4}", "seed: [1, 2]", nil)
	for at, n := range seen {
		if n > 1 {
			t.Errorf("%d drawings start from %+v", n, at)
		}
	}
	if len(seen) != 10 {
		t.Errorf("%d starts, want 10: two labels, two networks twice each, and one more", len(seen))
	}
}

func TestTwinHasToFailEveryCheckOfAKind(t *testing.T) {
	// The twin's tuples differ, and its drawings do in one of the two images checks only.
	s := &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
		d := drawnFrom(x, r)
		d.Pattern = fmt.Sprint(x[0] > 0)
		return d, nil
	}}
	r := try(t, s, "  start: [signed]\n", "  start: [signed]\n  fails: [images]\n", nil)
	if r.Twins[0].Verdict != Vacuous {
		t.Errorf("twin %v: %s; want VACUOUS: one of its images checks passed", r.Twins[0].Verdict, r.Twins[0].Sentence)
	}
}
