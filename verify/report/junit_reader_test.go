package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	reader "github.com/jstemmer/go-junit-report/v2/junit"

	"example.org/concord/verify"
)

// Another program's idea of junit.xml finds in ours what we put there.
func TestJUnitForAnotherReader(t *testing.T) {
	broken := small()
	c := &broken.Problems[0].Checks[0]
	broken.Verdict, broken.Problems[0].Verdict, c.Verdict, c.Value = verify.Fail, verify.Fail, verify.Fail, 1
	c.Sentence = "They differ <by> \"1\" & more.\x1b[31m"
	for _, test := range []struct {
		name             string
		tree             *verify.Result
		failures, errors int
	}{
		{"small", small(), 0, 0},
		{"every field", little(), 0, 0},
		{"of real size", fixture(t), 0, 0},
		{"a refuted claim", broken, 1, 0},
		{"nothing ran", nothing(), 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, own := junit(t, test.tree)
			var all reader.Testsuites
			if err := xml.Unmarshal([]byte(text), &all); err != nil {
				t.Fatalf("go-junit-report: %v", err)
			}
			if all.Name != own.Name || all.Tests != own.Tests || all.Failures != test.failures || all.Errors != test.errors || all.Skipped != 0 {
				t.Errorf("the suites are %q with %d tests, %d failures, %d errors, %d skipped; want %q, %d, %d, %d, 0",
					all.Name, all.Tests, all.Failures, all.Errors, all.Skipped, own.Name, own.Tests, test.failures, test.errors)
			}
			var tests, failures, errs int
			names := map[string]bool{}
			for i := range all.Suites {
				s := &all.Suites[i]
				again := reader.Testsuite{}
				for _, tc := range s.Testcases {
					again.AddTestcase(tc)
					if key := tc.Classname + "\x00" + tc.Name; names[key] {
						t.Errorf("test case %s of %s is there twice: consumers take the second for a retry", tc.Name, tc.Classname)
					} else {
						names[key] = true
					}
					for _, r := range []*reader.Result{tc.Failure, tc.Error} {
						if r != nil && (r.Message == "" || r.Type == "" || r.Data == "") {
							t.Errorf("%s has the outcome %+v, want message, type and text", tc.Name, *r)
						}
					}
					if tc.Failure != nil && tc.Error != nil {
						t.Errorf("%s is a failure and an error", tc.Name)
					}
				}
				if s.Tests != again.Tests || s.Failures != again.Failures || s.Errors != again.Errors || s.Skipped != again.Skipped {
					t.Errorf("suite %s says %d, %d, %d, %d and has %d, %d, %d, %d tests, failures, errors, skipped", s.Name,
						s.Tests, s.Failures, s.Errors, s.Skipped, again.Tests, again.Failures, again.Errors, again.Skipped)
				}
				if p := own.Suites[i].Properties; s.Name != own.Suites[i].Name || p != nil && (s.Properties == nil || len(*s.Properties) != len(p.List)) {
					t.Errorf("suite %d lost its name or properties", i)
				}
				tests, failures, errs = tests+s.Tests, failures+s.Failures, errs+s.Errors
			}
			if tests != all.Tests || failures != all.Failures || errs != all.Errors {
				t.Errorf("the suites add up to %d, %d, %d, and the root says %d, %d, %d tests, failures, errors", tests, failures, errs,
					all.Tests, all.Failures, all.Errors)
			}
		})
	}
}

// The elements and attributes are those that Jenkins' xUnit schema knows, with the properties of test cases, which
// GitLab, Jenkins' own plugin and pytest have, besides.
func TestJUnitUsesKnownElements(t *testing.T) {
	known := map[string]string{
		"testsuites": "name tests failures errors time", "testsuite": "name tests failures errors skipped timestamp",
		"properties": "", "property": "name value", "testcase": "classname name", "failure": "type message",
		"error": "type message", "system-out": "",
	}
	var b bytes.Buffer
	if err := WriteJUnit(&b, fixture(t)); err != nil {
		t.Fatal(err)
	}
	dec := xml.NewDecoder(&b)
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		attributes, ok := known[start.Name.Local]
		if !ok {
			t.Errorf("junit.xml has <%s>", start.Name.Local)
		}
		for _, a := range start.Attr {
			if !strings.Contains(" "+attributes+" ", " "+a.Name.Local+" ") {
				t.Errorf("<%s> has the attribute %s", start.Name.Local, a.Name.Local)
			}
		}
	}
}
