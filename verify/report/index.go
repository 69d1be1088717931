package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"path"
	"strings"
	"time"

	"example.org/concord/verify"
)

// An Index is what a folder of reports shows at a glance: the runs that go on, and those that have ended.
type Index struct {
	Folder     string
	Stamp      string // another one whenever the page has to be loaded again
	UnderWay   []UnderWay
	Runs       []IndexRun
	Unreadable []Unreadable
	Unread     int      // results that are about to be read
	Notes      []string // what was not looked at
}

// An IndexRun is a run that has ended.
type IndexRun struct {
	Dir      string // of its report, in the folder of the index, with slashes; "." is that folder itself
	Scenario string
	Title    string
	Sentence string
	Verdict  verify.Verdict
	Started  time.Time
	Seconds  verify.Number
	Files    []string // of its report: what to link to besides index.html
	Page     bool     // whether there is an index.html
}

// ReadIndexRun reads of a result what an index needs, many times faster than ReadJSON reads all of it. It is an error
// when the text is no JSON, or of another schema version; whether the rest contradicts itself is not looked at.
func ReadIndexRun(dir string, rd io.Reader) (*IndexRun, error) {
	data, err := io.ReadAll(rd)
	if err != nil {
		return nil, fmt.Errorf("report: reading a result: %w", err)
	}
	var r struct {
		SchemaVersion int `json:"schema_version"`
		Scenario      struct {
			Name  string `json:"name"`
			Title string `json:"title"`
		} `json:"scenario"`
		Verdict  verify.Verdict `json:"verdict"`
		Sentence string         `json:"sentence"`
		Timing   struct {
			Started time.Time     `json:"started"`
			Seconds verify.Number `json:"seconds"`
		} `json:"timing"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("report: reading a result: %w", err)
	}
	if r.SchemaVersion != verify.SchemaVersion {
		return nil, fmt.Errorf("report: reading a result: schema_version is %d, but this version of verify reads %d: "+
			"use the version that wrote the file, or run the scenario again", r.SchemaVersion, verify.SchemaVersion)
	}
	return &IndexRun{
		Dir: dir, Scenario: r.Scenario.Name, Title: r.Scenario.Title, Sentence: r.Sentence, Verdict: r.Verdict,
		Started: r.Timing.Started.UTC(), Seconds: r.Timing.Seconds,
	}, nil
}

// Name is what the run is called: its scenario, and the folder where that has another name, or lies in another one.
func (r *IndexRun) Name() string {
	if r.Dir != r.Scenario && r.Dir != "." {
		return r.Scenario + " (" + r.Dir + ")"
	}
	return r.Scenario
}

// When is the start of the run.
func (r *IndexRun) When() string { return (&Run{Started: r.Started}).when() }

// Link is the address of a file of the report, relative to that of the index.
func (r *IndexRun) Link(name string) string {
	words := strings.Split(path.Join(r.Dir, name), "/")
	for i := range words {
		words[i] = url.PathEscape(words[i])
	}
	link := "./" + strings.Join(words, "/")
	if name == "" {
		link += "/"
	}
	return link
}

// UnderWay is a run that goes on, or went on when it was last heard of.
type UnderWay struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Phase   string `json:"phase"`
	Done    int    `json:"done"` // of Total
	Total   int    `json:"total"`
	Pace    string `json:"pace"`    // how fast it goes, and how long the phase will take; may be empty
	Known   string `json:"known"`   // what is known so far; may be empty
	Since   string `json:"since"`   // when it began, and how long ago
	Running bool   `json:"running"` // whether it goes on
}

// Sum says in a few words what there is: "1 run under way, 2 reports".
func (x *Index) Sum() string {
	running := 0
	for i := range x.UnderWay {
		if x.UnderWay[i].Running {
			running++
		}
	}
	var parts []string
	if running > 0 {
		parts = append(parts, plural(running, "run")+" under way")
	}
	if stopped := len(x.UnderWay) - running; stopped > 0 {
		parts = append(parts, plural(stopped, "run")+" broken off")
	}
	switch {
	case len(x.Runs) > 0:
		parts = append(parts, plural(len(x.Runs), "report"))
	case x.Unread > 0:
		parts = append(parts, "reports to be read")
	default:
		parts = append(parts, "no report yet")
	}
	sum := strings.Join(parts, ", ")
	return strings.ToUpper(sum[:1]) + sum[1:]
}

// IndexHTML returns an index as one self-contained page in the style of WriteHTML, and the content-security-policy
// that it needs. The page listens to .events beside it for UnderWay; without scripts it is loaded again every few
// seconds while there are any, or results are still to be read.
func IndexHTML(x *Index) (page []byte, policy string, err error) {
	return servedPage("index.html", "assets/compare/index.js", func(f servedFrame) any { return &indexPage{f, x} })
}

// indexPage is all that the template of an index sees.
type indexPage struct {
	servedFrame
	*Index
}

// NoticeHTML returns a page that says one thing, with a link to the index, and the content-security-policy that it
// needs.
func NoticeHTML(title, text string) (page []byte, policy string, err error) {
	return servedPage("notice.html", "", func(f servedFrame) any {
		return &noticePage{servedFrame: f, Title: title, Text: text}
	})
}

// noticePage is all that the template of a notice sees.
type noticePage struct {
	servedFrame
	Title, Text string
}

// servedFrame is what pages share that only a server makes.
type servedFrame struct {
	frameOf
	Script template.JS
}

// servedPage executes one of the templates in assets/compare, with a script where there is one.
func servedPage(name, script string, view func(servedFrame) any) (page []byte, policy string, err error) {
	var text []byte
	if script != "" {
		if text, err = assets.ReadFile(script); err != nil {
			return nil, "", fmt.Errorf("report: html: %w", err)
		}
	}
	var b bytes.Buffer
	err = writeComparePage(&b, name, func(f frameOf) any {
		if script != "" {
			f.Policy += "; connect-src 'self'; script-src 'sha256-" + digest(text) + "'"
		}
		policy = f.Policy
		return view(servedFrame{f, template.JS(text)}) //nolint:gosec // embedded
	})
	if err != nil {
		return nil, "", err
	}
	return b.Bytes(), policy, nil
}
