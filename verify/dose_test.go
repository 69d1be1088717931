package verify

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.org/concord/verify/symmetry"
)

// dosed is court with a curve in place of its twin.
func dosed(t *testing.T, s *suspect, dose string) *Scenario {
	t.Helper()
	head, _, _ := strings.Cut(court, "twin:")
	scenario, err := ParseScenario("court.yaml", []byte(head+"doses:\n  "+dose+"\n"), []Subject{s})
	if err != nil {
		t.Fatal(err)
	}
	return scenario
}

// tryDose runs court with a curve.
func tryDose(t *testing.T, s *suspect, dose string, settings *RunSettings) *Result {
	t.Helper()
	r, err := Run(context.Background(), dosed(t, s, dose), []Subject{s}, settings)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// pulled ends elsewhere for every even seed, as far as it is pulled.
func pulled(_ *suspect, t Trial) (*Outcome, error) {
	if t.Seed%2 == 0 {
		return moved(t, t.Settings.Number("pull")), nil
	}
	return honest(t), nil
}

func TestDosesDriveAGuiltySuspectApart(t *testing.T) {
	r := tryDose(t, &suspect{train: pulled}, "{name: a pull, axis: pull, values: [0, 1e-12, 1e-6, 1], seed: {from: 1, count: 6}}", nil)
	lo, hi := clopperPearson(3, 6, 0.95)
	_, none := clopperPearson(0, 6, 0.95)
	want := []DoseResult{{
		Name: "a pull", Axis: "pull", Verdict: Pass,
		Points: []DosePoint{
			{Value: 0, Starts: 6, High: Number(none), Largest: 0},
			{Value: 1e-12, Starts: 6, High: Number(none), Largest: 1e-12},
			{Value: 1e-6, Starts: 6, Disagreed: 3, Low: Number(lo), High: Number(hi), Largest: 1e-6},
			{Value: 1, Starts: 6, Disagreed: 3, Low: Number(lo), High: Number(hi), Largest: 1},
		},
		Sentence: `The doses of "a pull" work, as they must: at pull=1, the largest, 3 of 6 starts ended elsewhere than the scenario; the smallest at which one did is pull=1e-06.`,
	}}
	number := cmp.Transformer("number", func(x Number) float64 { return float64(x) })
	if diff := cmp.Diff(want, r.Doses, number, cmpopts.EquateApprox(0, 1e-13)); diff != "" {
		t.Errorf("doses (-want +got):\n%s", diff)
	}
	const sentence = `The suspect forgets where it started: 8 trainings from 4 different starts all ended in the same place, within tolerance; the doses of "a pull" drive starts apart, as they must.`
	if r.Verdict != Pass || r.Sentence != sentence {
		t.Errorf("run %v: %s\nwant PASS: %s", r.Verdict, r.Sentence, sentence)
	}
}

func TestVerdictsOfDoses(t *testing.T) {
	const dose = "{axis: pull, values: [1, 2]}"
	strong := func(t Trial) bool { return t.Settings.Number("pull") == 2 }
	for _, c := range []struct {
		name    string
		train   func(*suspect, Trial) (*Outcome, error)
		want    Verdict
		overall Verdict
		says    string
		run     string
		reason  string
	}{
		{
			"the weakest works as well", func(_ *suspect, t Trial) (*Outcome, error) {
				if t.Settings.Number("pull") > 0 {
					return moved(t, 1), nil
				}
				return honest(t), nil
			}, Vacuous, Vacuous, "show nothing: at every value of pull all starts ended elsewhere", "", "it need not be the pull that does it",
		},
		{
			"only the strongest works", func(_ *suspect, t Trial) (*Outcome, error) {
				if strong(t) && t.Seed == 4 {
					return moved(t, 1), nil
				}
				return honest(t), nil
			}, Pass, Pass, "1 of 4 starts ended elsewhere than the scenario; the smallest at which one did is pull=2.", "all ended in the same place", "",
		},
		{
			"the dose does nothing", func(_ *suspect, t Trial) (*Outcome, error) { return honest(t), nil },
			Vacuous, Vacuous, "all 4 starts ended where the scenario does", "Nothing was shown: The doses of", "",
		},
		{
			"only the weakest works", func(_ *suspect, t Trial) (*Outcome, error) {
				return moved(t, math.Mod(t.Settings.Number("pull"), 2)), nil
			}, Vacuous, Vacuous, "even at pull=2", "Nothing was shown: The doses of", "the verdict is that of the largest",
		},
		{
			"what works does not converge", func(_ *suspect, t Trial) (*Outcome, error) {
				out := moved(t, t.Settings.Number("pull"))
				if strong(t) {
					out.Status = StepLimit
				}
				return out, nil
			}, Inconclusive, Inconclusive, "4 starts had a trial that did not converge", "Undecided: The doses of", "what did not converge is no witness",
		},
		{
			"one start does not converge and the others agree", func(_ *suspect, t Trial) (*Outcome, error) {
				out := honest(t)
				if strong(t) && t.Seed == 3 && t.Settings.Text("method") == "slow" {
					out.Status = StepLimit
				}
				return out, nil
			}, Inconclusive, Inconclusive, "1 start had a trial that did not converge", "Undecided: The doses of", "it may be the one",
		},
		{
			"a start that disagrees and does not converge all the way", func(_ *suspect, t Trial) (*Outcome, error) {
				out := honest(t)
				if strong(t) && t.Seed == 3 {
					out = moved(t, 1)
					if t.Settings.Text("method") == "slow" {
						out.Status = StepLimit
					}
				}
				return out, nil
			}, Inconclusive, Inconclusive, "1 start had a trial that did not converge", "Undecided", "a start counts when all its trials converged",
		},
		{
			"a start disagrees though others fail", func(_ *suspect, t Trial) (*Outcome, error) {
				if strong(t) && t.Seed < 4 {
					return nil, errBroken
				}
				return moved(t, t.Settings.Number("pull")), nil
			}, Pass, Pass, "1 of 1 start ended elsewhere", "all ended in the same place", "as with a twin, what is seen is seen",
		},
		{
			"the strongest fails", func(_ *suspect, t Trial) (*Outcome, error) {
				if strong(t) {
					return nil, errBroken
				}
				return honest(t), nil
			}, Error, Error, "4 starts had a trial that failed", "Nothing could be decided: The doses of", "",
		},
		{
			"a distance that is no number", func(_ *suspect, t Trial) (*Outcome, error) {
				out := honest(t)
				if strong(t) {
					out.Tuple = point([]float64{1, 2, 3})
				}
				return out, nil
			}, Error, Error, "could not be measured at pull=2", "Nothing could be decided: The doses of", "a tuple of another shape",
		},
		{
			"nothing to hold them against", func(_ *suspect, t Trial) (*Outcome, error) {
				out := honest(t)
				if t.Settings.Number("pull") == 0 {
					out.Status = StepLimit
				}
				return out, nil
			}, Inconclusive, Inconclusive, "no trial of the first problem converged", "Undecided", "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := tryDose(t, &suspect{train: c.train}, dose, &RunSettings{Jobs: 1})
			d := r.Doses[0]
			if d.Verdict != c.want || !strings.Contains(d.Sentence, c.says) {
				t.Errorf("doses: %v: %q, want %v and %q (%s)", d.Verdict, d.Sentence, c.want, c.says, c.reason)
			}
			if r.Verdict != c.overall || !strings.Contains(r.Sentence, c.run) {
				t.Errorf("run: %v: %q, want %v and %q", r.Verdict, r.Sentence, c.overall, c.run)
			}
		})
	}
}

func TestDoseThatCannotBePosed(t *testing.T) {
	s := &pickySuspect{suspect: suspect{train: pulled}}
	head, _, _ := strings.Cut(court, "twin:")
	scenario, err := ParseScenario("court.yaml", []byte(head+"doses: {axis: size, values: [5, 9]}\n"), []Subject{s})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), scenario, []Subject{s}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = `The doses of "size" could not be given: the problem with size=9 cannot be posed: nine is too many.`
	if d := r.Doses[0]; d.Verdict != Error || d.Sentence != want || r.Verdict != Error {
		t.Errorf("doses %v: %q, run %v; want ERROR: %q", d.Verdict, d.Sentence, r.Verdict, want)
	}
}

// pickySuspect poses no problem of size 9.
type pickySuspect struct{ suspect }

func (s *pickySuspect) Open(ctx context.Context, data, problem Settings) (Problem, error) {
	if problem.Number("size") == 9 {
		return nil, errors.New("nine is too many")
	}
	return s.suspect.Open(ctx, data, problem)
}

func TestDosesAfterAFailFast(t *testing.T) {
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) { return moved(t, float64(t.Seed)), nil }}
	r := tryDose(t, s, "{axis: pull, values: [1, 2]}", &RunSettings{FailFast: true})
	want := []DoseResult{{Name: "pull", Axis: "pull", Points: []DosePoint{}, Verdict: NotRun}}
	if diff := cmp.Diff(want, r.Doses); diff != "" {
		t.Errorf("doses after a refuted problem (-want +got):\n%s", diff)
	}
	if n := s.calls.Load(); n != 8 {
		t.Errorf("%d trials ran, want the 8 of the problem", n)
	}
}

func TestDosesTellHowFarTheyAre(t *testing.T) {
	last := map[string]Event{}
	tryDose(t, &suspect{train: pulled}, "{axis: pull, values: [1, 2.5], seed: [1, 2, 3]}", &RunSettings{Progress: func(e Event) { last[e.Scenario] = e }})
	for _, name := range []string{"court/dose-1/pull=1", "court/dose-1/pull=2.5"} {
		if e := last[name]; e.Phase != "train" || e.Done != 6 || e.Total != 6 {
			t.Errorf("the last event of %s is %+v, want 6 of 6 trained", name, e)
		}
	}
}

func TestSameDosesForAnyNumberOfJobs(t *testing.T) {
	const dose = "{axis: pull, values: [1e-6, 1], start: [positive, signed]}"
	want := timeless(t, tryDose(t, &suspect{train: pulled}, dose, &RunSettings{Jobs: 1}))
	for _, jobs := range []int{2, 7} {
		if got := timeless(t, tryDose(t, &suspect{train: pulled}, dose, &RunSettings{Jobs: jobs})); !bytes.Equal(got, want) {
			t.Errorf("jobs=%d: another result than with one job:\n%s", jobs, cmp.Diff(string(want), string(got)))
		}
	}
}

func TestCancelledDosesAreNoResult(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
		if t.Settings.Number("pull") > 0 {
			cancel()
		}
		return honest(t), nil
	}}
	r, err := Run(ctx, dosed(t, s, "{axis: pull, values: [1, 2]}"), []Subject{s}, &RunSettings{Jobs: 1})
	if !errors.Is(err, context.Canceled) || r != nil {
		t.Errorf("Run = %v, %v, want no result and context.Canceled", r, err)
	}
}

func TestLogOfADoseThatCannotBeKeptEndsTheRun(t *testing.T) {
	s := &suspect{train: pulled}
	logs := 0
	_, err := Run(context.Background(), dosed(t, s, "{axis: pull, values: [1, 2]}"), []Subject{s}, &RunSettings{Jobs: 1, SaveLog: func(string, []byte) (string, error) {
		logs++
		if logs > 8 {
			return "", errBroken
		}
		return "x", nil
	}})
	if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "court/dose-1/pull=1: train: ") {
		t.Errorf("Run = %v, want %v and where", err, errBroken)
	}
}

// unsure is a symmetry that cannot tell how far tuples are apart.
type unsure struct{ symmetry.Trivial }

func (unsure) Distance(symmetry.Tuple, symmetry.Tuple) (float64, error) { return math.NaN(), nil }

func TestDistanceThatIsNaNIsNoAgreement(t *testing.T) {
	out := honest(Trial{Seed: 1})
	x := &problemRun{
		runner: &runner{RunSettings: RunSettings{Jobs: 1}}, cells: []Cell{{Label: "seed=1"}}, converged: []int{0}, outcomes: []*Outcome{out}, tuples: shelf{room: shelved},
		result: ProblemResult{Trials: []TrialResult{{Start: "seed=1", Status: Converged}}},
	}
	if err := x.tuples.put(0, out.Tuple); err != nil {
		t.Fatal(err)
	}
	_, _, err := x.respond(context.Background(), &reference{unsure{}, out.Tuple, 1e-9})
	if want := "seed=1: the distance to the outcome of the scenario is NaN"; err == nil || err.Error() != want {
		t.Errorf("respond = %v, want %s", err, want)
	}
}

func TestScenarioDose(t *testing.T) {
	s := parsed(t, "twin:", `doses:
  - {name: shrinking, axis: shrink, values: [0.25, 0.5], start: gaussian, rank: 3, seed: [9], count: 50}
  - {axis: rank, values: [1, 2]}
twin:`)
	type summary struct {
		Name, Title string
		Data        any
		Problem     []Values
		Start       []any
		Seeds       []uint64
		Left        int // checks, controls and drawings
	}
	sum := func(s *Scenario) summary {
		left := len(s.Checks) + len(s.Twins) + len(s.Doses)
		if s.Generate != nil {
			left++
		}
		return summary{s.Name, s.Title, s.Data[0]["count"], s.Problem, s.Vary[1].Values, s.Seeds, left}
	}
	for _, c := range []struct {
		name string
		i, j int
		want summary
	}{
		{"with overrides", 0, 1, summary{
			"seed-sweep/dose-1/shrink=0.5", "shrinking", 50.0,
			[]Values{{"rank", []any{3.0}}, {"shrink", []any{0.5}}},
			[]any{"gaussian"},
			[]uint64{9},
			0,
		}},
		{"the first problem, where there are several", 1, 0, summary{
			"seed-sweep/dose-2/rank=1", "rank", 100.0,
			[]Values{{"rank", []any{1.0}}, {"shrink", []any{0.0}}},
			[]any{"uniform", "exponential"},
			[]uint64{1, 2, 3, 4},
			0,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, sum(s.Dose(c.i, c.j))); diff != "" {
				t.Errorf("Dose(%d, %d) (-want +got):\n%s", c.i, c.j, diff)
			}
		})
	}
	if got := s.Problem[0].Values; len(got) != 2 {
		t.Errorf("the scenario's ranks are %v after Dose, want both", got)
	}
}
