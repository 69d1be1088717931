package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"example.org/concord/verify"
)

// A Place is where the scenario of a result is written, for those who point at it.
type Place struct {
	File  string              // relative to the repository; "": it is not in the repository
	Check func(id string) int // the line of a check, from 1; nil or 0: not known
	Twin  func(name string) int
	Dose  func(name string) int
}

// line asks one of the functions of a Place; what is not known is in line 1.
func line(of func(string) int, name string) int {
	if of == nil {
		return 1
	}
	return max(of(name), 1)
}

// WriteAnnotations writes what did not pass as error commands of GitHub Actions, which shows them beside the
// lines of the scenario that place names:
//
//	::error file=scenarios/x.yaml,line=7,title=x%3A tuple FAIL::what was found
//
// There is one for each kind of check that did not pass, over all problems, with the finding of the worst; one for
// each control that did not do what it must; and one for the verdict where nothing else accounts for it. A pass
// writes nothing. It writes at most the given number of them, because GitHub shows ten for each step, and returns
// how many it wrote.
func WriteAnnotations(w io.Writer, r *verify.Result, place Place, most int) (int, error) {
	if err := consistent(r); err != nil {
		return 0, fmt.Errorf("report: annotations: %w", err)
	}
	all := annotations(r, place)
	all = all[:min(len(all), max(most, 0))]
	var b bytes.Buffer
	for _, a := range all {
		a.title = r.Scenario.Name + ": " + a.title
		a.write(&b, place.File)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return 0, fmt.Errorf("report: annotations: %w", err)
	}
	return len(all), nil
}

// WriteMistakes writes what is wrong with the text of a scenario as error commands of GitHub Actions, each with the
// line and the column:
//
//	::error file=my/x.yaml,line=3,col=7,title=my/x.yaml cannot be used::unknown key "tolerence"; did you mean "tolerance"?
//
// File is the path of the scenario relative to the repository; when it is "", the message begins with the path and
// the place. It writes at most the given number of them and returns how many it wrote.
func WriteMistakes(w io.Writer, e *verify.ScenarioError, file string, most int) (int, error) {
	all := e.Problems[:min(len(e.Problems), max(most, 0))]
	var b bytes.Buffer
	for _, p := range all {
		text := p.Text
		if p.Suggestion != "" {
			text += "; " + p.Suggestion
		}
		if file == "" {
			text = fmt.Sprintf("%s:%d:%d: %s", e.Path, p.Line, p.Column, text)
		}
		annotation{p.Line, p.Column, e.Path + " cannot be used", text}.write(&b, file)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return 0, fmt.Errorf("report: annotations: %w", err)
	}
	return len(all), nil
}

// annotation is one remark at a line of a scenario.
type annotation struct {
	line, column int // column 0: the whole line
	title, text  string
}

// write writes it as a workflow command. File is the scenario's, "" where it is not in the repository.
func (a annotation) write(b *bytes.Buffer, file string) {
	b.WriteString("::error ")
	if file != "" {
		fmt.Fprintf(b, "file=%s,line=%d,", commandProperty(file), a.line)
		if a.column > 0 {
			fmt.Fprintf(b, "col=%d,", a.column)
		}
	}
	fmt.Fprintf(b, "title=%s::%s\n", commandProperty(a.title), commandData(a.text))
}

// annotations returns what there is to remark, refuted claims first.
func annotations(r *verify.Result, place Place) []annotation {
	var all []annotation
	kinds := map[string]bool{}
	for _, refuted := range []bool{true, false} {
		for _, c := range claimsOf(r) {
			if c.Verdict == verify.Pass || (c.Verdict == verify.Fail) != refuted || kinds[c.Kind] {
				continue
			}
			kinds[c.Kind] = true
			all = append(all, annotation{line(place.Check, c.ID), 0, c.ID + " " + c.Verdict.String(), c.sentence() + again(r)})
		}
	}
	for i := range r.Twins {
		if t := &r.Twins[i]; t.Verdict != verify.Pass {
			all = append(all, annotation{line(place.Twin, t.Name), 0, "control " + t.Name + " " + t.Verdict.String(), orUnsaid(t.Sentence) + again(r)})
		}
	}
	for i := range r.Doses {
		if d := &r.Doses[i]; d.Verdict != verify.Pass {
			all = append(all, annotation{line(place.Dose, d.Name), 0, "doses " + d.Name + " " + d.Verdict.String(), orUnsaid(d.Sentence) + again(r)})
		}
	}
	if len(all) == 0 && r.Verdict != verify.Pass {
		all = append(all, annotation{1, 0, r.Verdict.String(), orUnsaid(r.Sentence) + again(r)})
	}
	return all
}

// again says how to see it again.
func again(r *verify.Result) string {
	if r.Scenario.Command == "" {
		return ""
	}
	return "\n" + r.Scenario.Command
}

// orUnsaid returns a sentence, or that there is none.
func orUnsaid(sentence string) string {
	if strings.TrimSpace(sentence) == "" {
		return "No sentence was recorded."
	}
	return sentence
}

// commandData escapes the message of a workflow command.
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(withBreaks(s))
}

// commandProperty escapes the value of a property of a workflow command.
func commandProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(withBreaks(s))
}

// withBreaks is printable with the ends of lines left as they are.
func withBreaks(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' {
			return r
		}
		return printableRune(r)
	}, s)
}

// claimOf is a check over all problems that have it.
type claimOf struct {
	*verify.CheckResult        // where it stands worst
	Label               string // of that problem
	Held, Of            int    // in how many problems it holds
}

// sentence says what was found, and where.
func (c *claimOf) sentence() string {
	if c.Of == 1 {
		return orUnsaid(c.Sentence)
	}
	return fmt.Sprintf("Holds in %d of %s. Worst in %s: %s", c.Held, plural(c.Of, "problem"), c.Label, orUnsaid(c.Sentence))
}

// claimsOf returns the checks of all problems by id, in the order in which they first appear.
func claimsOf(r *verify.Result) []*claimOf {
	byID := map[string]*claimOf{}
	var all []*claimOf
	for i := range r.Problems {
		p := &r.Problems[i]
		for j := range p.Checks {
			check := &p.Checks[j]
			c := byID[check.ID]
			if c == nil {
				c = &claimOf{CheckResult: check, Label: p.Label}
				byID[check.ID] = c
				all = append(all, c)
			}
			c.Of++
			if check.Verdict == verify.Pass {
				c.Held++
			}
			worse := verify.Worst(c.Verdict, check.Verdict) != c.Verdict
			if worse || check.Verdict == c.Verdict && check.Margin > c.Margin {
				c.CheckResult, c.Label = check, p.Label
			}
		}
	}
	return all
}
