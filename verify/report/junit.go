package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"example.org/concord/verify"
)

// WriteJUnit writes r as junit.xml: one testsuite per problem, with one testcase per check, and one per
// twin, with one testcase per check that has to fail in it: it passes when that check failed, and has the
// verdict of the twin when it did not. A control in many strengths is a suite of one testcase. A refuted or vacuous claim is a failure;
// whatever could not be decided is an error, whose type is the verdict. Nothing is ever skipped, because
// a skip looks like a pass. A suite whose cases all pass although its verdict is none gets one more case,
// "verdict", which says so.
func WriteJUnit(w io.Writer, r *verify.Result) error {
	if err := consistent(r); err != nil {
		return fmt.Errorf("report: junit: %w", err)
	}
	all := xmlSuites{Name: r.Scenario.Name, Time: xmlSeconds(r.Timing.Seconds)}
	stamp := ""
	if !r.Timing.Started.IsZero() {
		stamp = r.Timing.Started.UTC().Format(time.RFC3339)
	}
	for i := range r.Problems {
		p := &r.Problems[i]
		s := problemSuite(r.Scenario.Name, p)
		s.Timestamp = stamp
		all.add(s)
	}
	for i := range r.Twins {
		s := twinSuite(r.Scenario.Name, &r.Twins[i])
		s.Timestamp = stamp
		all.add(s)
	}
	for i := range r.Doses {
		s := doseSuite(r.Scenario.Name, &r.Doses[i])
		s.Timestamp = stamp
		all.add(s)
	}
	if r.Verdict != verify.Pass && all.Failures+all.Errors == 0 {
		s := xmlSuite{Name: r.Scenario.Name, Timestamp: stamp}
		s.Cases = append(s.Cases, verdictCase(r.Scenario.Name, r.Verdict, r.Sentence))
		all.add(s)
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("report: junit: %w", err)
	}
	if _, err := w.Write([]byte(xml.Header + string(data) + "\n")); err != nil {
		return fmt.Errorf("report: junit: %w", err)
	}
	return nil
}

func problemSuite(scenario string, p *verify.ProblemResult) xmlSuite {
	s := xmlSuite{Name: scenario + "/" + p.Label}
	s.property("id", p.ID)
	s.property("data", settings(p.Data))
	s.property("settings", settings(p.Settings))
	s.property("symmetry", p.Symmetry)
	s.property("trials", fmt.Sprintf("%d: %s", len(p.Trials), statuses(p.Trials)))
	for _, d := range p.Digests {
		s.property("sha256/"+d.Name, d.SHA256)
	}
	for _, n := range p.Novelty {
		for _, k := range n.Kinds {
			s.property(fmt.Sprintf("auc/%s/%s/exponent=%g", n.Known, k.Name, n.Exponent), plain(k.AUC))
		}
	}
	for i := range p.Checks {
		c := &p.Checks[i]
		t := checkCase(s.Name, c)
		t.outcome(c.Verdict, c.Sentence)
		s.Cases = append(s.Cases, t)
	}
	s.complete(p.Verdict, p.Error)
	return s
}

func twinSuite(scenario string, t *verify.TwinResult) xmlSuite {
	s := xmlSuite{Name: scenario + "/twin/" + t.Name}
	s.property("subject", t.Subject)
	s.property("broken", settings(t.Broken))
	for _, kind := range t.MustFail {
		checks := mustFail(t, kind)
		if len(checks) == 0 {
			tc := xmlCase{Class: s.Name, Name: kind + " has to fail"}
			tc.outcome(t.Verdict, "the control has no such check")
			s.Cases = append(s.Cases, tc)
		}
		for _, c := range checks {
			tc := checkCase(s.Name, c)
			tc.Name = c.ID + " has to fail"
			v := t.Verdict
			if c.Verdict == verify.Fail {
				v = verify.Pass
			}
			tc.outcome(v, "the control has to fail; it came to "+c.Verdict.String()+": "+c.Sentence)
			s.Cases = append(s.Cases, tc)
		}
	}
	s.complete(t.Verdict, strings.TrimSpace(t.Sentence+" "+t.Problem.Error))
	return s
}

// doseSuite returns the suite of a control in many strengths: its strongest one has to disagree.
func doseSuite(scenario string, d *verify.DoseResult) xmlSuite {
	s := xmlSuite{Name: scenario + "/doses/" + d.Name}
	for i := range d.Points {
		q := &d.Points[i]
		s.property(d.Axis+"="+plain(q.Value), fmt.Sprintf("%d of %s disagreed, %d left open", q.Disagreed, plural(q.Starts, "start"), q.Open))
	}
	tc := xmlCase{Class: s.Name, Name: "the strongest dose has to disagree"}
	tc.outcome(d.Verdict, d.Sentence)
	s.Cases = append(s.Cases, tc)
	return s
}

// checkCase returns the testcase of a check, without its outcome.
func checkCase(class string, c *verify.CheckResult) xmlCase {
	var out strings.Builder
	for _, line := range []string{c.Title, c.Sentence, c.Quantity, c.Reason} {
		if line != "" {
			fmt.Fprintln(&out, line)
		}
	}
	for _, e := range c.Evidence {
		fmt.Fprintf(&out, "- %s (%s)\n", e.Text, plain(e.Value))
		for _, cell := range e.Cells {
			fmt.Fprintf(&out, "  cell %s\n", cell)
		}
	}
	return xmlCase{
		Class: class, Name: c.ID, Out: out.String(),
		Properties: &xmlProperties{List: []xmlProperty{
			{"kind", c.Kind},
			{"verdict", c.Verdict.String()},
			{"value", plain(c.Value)},
			{"tolerance", plain(c.Tolerance)},
			{"margin", plain(c.Margin)},
		}},
	}
}

// verdictCase returns a testcase that stands for a verdict no check accounts for.
func verdictCase(class string, v verify.Verdict, sentence string) xmlCase {
	t := xmlCase{Class: class, Name: "verdict"}
	t.outcome(v, sentence)
	return t
}

// plain writes x so that a program reads it back.
func plain(x verify.Number) string { return strconv.FormatFloat(float64(x), 'g', -1, 64) }

// xmlSeconds returns the value of a time attribute, "" when it is unknown.
func xmlSeconds(x verify.Number) string {
	if !(x > 0) {
		return ""
	}
	return strconv.FormatFloat(float64(x), 'f', 3, 64)
}

type xmlSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Time     string     `xml:"time,attr,omitempty"`
	Suites   []xmlSuite `xml:"testsuite"`
}

type xmlSuite struct {
	Name       string         `xml:"name,attr"`
	Tests      int            `xml:"tests,attr"`
	Failures   int            `xml:"failures,attr"`
	Errors     int            `xml:"errors,attr"`
	Skipped    int            `xml:"skipped,attr"`
	Timestamp  string         `xml:"timestamp,attr,omitempty"`
	Properties *xmlProperties `xml:"properties"`
	Cases      []xmlCase      `xml:"testcase"`
}

type xmlProperties struct {
	List []xmlProperty `xml:"property"`
}

type xmlProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type xmlCase struct {
	Class      string         `xml:"classname,attr"`
	Name       string         `xml:"name,attr"`
	Properties *xmlProperties `xml:"properties"`
	Failure    *xmlOutcome    `xml:"failure"`
	Error      *xmlOutcome    `xml:"error"`
	Out        string         `xml:"system-out,omitempty"`
}

type xmlOutcome struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// outcome sets what a testcase came to.
func (t *xmlCase) outcome(v verify.Verdict, sentence string) {
	o := &xmlOutcome{Type: v.String(), Message: sentence, Text: meaning(v)}
	if o.Message == "" {
		o.Message = "no sentence was recorded"
	}
	switch v {
	case verify.Pass:
	case verify.Fail, verify.Vacuous:
		t.Failure = o
	default:
		t.Error = o
	}
}

func (s *xmlSuite) property(name, value string) {
	if value == "" {
		return
	}
	if s.Properties == nil {
		s.Properties = &xmlProperties{}
	}
	s.Properties.List = append(s.Properties.List, xmlProperty{name, value})
}

// complete adds the case that says why the suite is not a pass when none of its cases does.
func (s *xmlSuite) complete(v verify.Verdict, sentence string) {
	if v == verify.Pass {
		return
	}
	for i := range s.Cases {
		if s.Cases[i].Failure != nil || s.Cases[i].Error != nil {
			return
		}
	}
	s.Cases = append(s.Cases, verdictCase(s.Name, v, sentence))
}

// add counts the cases of s and appends it.
func (all *xmlSuites) add(s xmlSuite) {
	for i := range s.Cases {
		s.Tests++
		if s.Cases[i].Failure != nil {
			s.Failures++
		}
		if s.Cases[i].Error != nil {
			s.Errors++
		}
	}
	all.Tests += s.Tests
	all.Failures += s.Failures
	all.Errors += s.Errors
	all.Suites = append(all.Suites, s)
}
