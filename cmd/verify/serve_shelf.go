package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/concord/verify/report"
)

const (
	shelfDepth = 4                      // folders that are looked into, one in the other
	shelfLook  = 500 * time.Millisecond // how often it is looked, at most
	// shelfRead is after how long no further result is read: the others wait until it is looked again.
	shelfRead = 400 * time.Millisecond
	// progressAge is how old progress.json may be of a run that goes on, on systems that cannot lock its folder.
	progressAge = 4 * shareMost
	// progressRoom is how long progress.json may be.
	progressRoom = 1 << 16
)

// shelf is a folder of reports. A result is read again only when its file has changed.
type shelf struct {
	root     *os.Root
	dir      string        // its path
	patience time.Duration // between two looks; they take a tenth of the time at most, unless it is 0

	mu     sync.Mutex
	seen   time.Time // when it was last looked at
	took   time.Duration
	known  map[string]*knownResult // by folder
	latest *glance
}

// knownResult is what a result.json came to.
type knownResult struct {
	modified time.Time
	size     int64
	run      *report.IndexRun // nil where it could not be read
	reason   string
}

// glance is what there was to see.
type glance struct {
	index *report.Index
	state []byte // JSON for the page of the index
}

func newShelf(root *os.Root, dir string) *shelf {
	return &shelf{root: root, dir: dir, patience: shelfLook, known: map[string]*knownResult{}}
}

// stat says what is under a name, as lstat does. Names with hidden parts, or with symbolic links on the way, and those
// that lead out are not there.
func (s *shelf) stat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) || !filepath.IsLocal(name) || strings.ContainsAny(name, "\\:\x00") {
		return nil, fs.ErrNotExist
	}
	var info fs.FileInfo
	words := strings.Split(name, "/")
	for i, word := range words {
		if strings.HasPrefix(word, ".") {
			return nil, fs.ErrNotExist
		}
		var err error
		if info, err = s.root.Lstat(path.Join(words[:i+1]...)); err != nil {
			return nil, err
		}
		if i < len(words)-1 && !info.IsDir() {
			return nil, fs.ErrNotExist
		}
	}
	return info, nil
}

// look returns what there is to see, which is looked at anew when that was some time ago.
func (s *shelf) look() *glance {
	s.mu.Lock()
	defer s.mu.Unlock()
	began := time.Now()
	if s.latest == nil || s.latest.index.Unread > 0 || s.patience == 0 || began.Sub(s.seen) >= max(s.patience*9/10, 10*s.took) {
		s.latest = s.scan(began)
		s.seen = time.Now()
		s.took = s.seen.Sub(began)
	}
	return s.latest
}

// scan looks at the whole folder.
func (s *shelf) scan(began time.Time) *glance {
	x := &report.Index{Folder: s.dir}
	there := map[string]bool{}
	s.folder(x, ".", 0, began, there)
	for dir := range s.known {
		if !there[dir] {
			delete(s.known, dir)
		}
	}
	slices.SortFunc(x.Runs, func(a, b report.IndexRun) int {
		return cmp.Or(b.Started.Compare(a.Started), strings.Compare(a.Dir, b.Dir))
	})
	x.Stamp = stamp(x)
	state, err := json.Marshal(struct {
		Stamp    string            `json:"stamp"`
		UnderWay []report.UnderWay `json:"under_way"`
	}{x.Stamp, append([]report.UnderWay{}, x.UnderWay...)})
	if err != nil {
		x.Notes = append(x.Notes, err.Error())
	}
	return &glance{x, state}
}

// stamp sums up what the index shows that a page cannot bring up to date by itself.
func stamp(x *report.Index) string {
	h := sha256.New()
	for _, u := range x.UnderWay {
		fmt.Fprintf(h, "%q %q %t\n", u.ID, u.Name, u.Running) //nolint:errcheck // a hash takes everything
	}
	for i := range x.Runs {
		r := &x.Runs[i]
		fmt.Fprintf(h, "%q %v %v %v %q\n", r.Dir, r.Verdict, r.Started, r.Seconds, r.Files) //nolint:errcheck // as above
	}
	fmt.Fprintf(h, "%q %q %d\n", x.Unreadable, x.Notes, x.Unread) //nolint:errcheck // as above
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// folder looks at one folder: at the report in it, or else at the folders in it and the runs under way.
func (s *shelf) folder(x *report.Index, dir string, depth int, began time.Time, there map[string]bool) {
	entries, err := fs.ReadDir(s.root.FS(), dir)
	if err != nil {
		if depth == 0 || !errors.Is(err, fs.ErrNotExist) { // else it was replaced just now
			x.Unreadable = append(x.Unreadable, report.Unreadable{Path: dir, Reason: err.Error()})
		}
		return
	}
	if i := slices.IndexFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "result.json" && e.Type().IsRegular() }); i >= 0 {
		there[dir] = true
		s.result(x, dir, entries, entries[i], began)
		return
	}
	making := regexp.MustCompile(`^\.(.+)\.[0-9]+\.tmp$`) // what newStage makes
	deeper := 0
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case !e.IsDir():
		case making.MatchString(e.Name()):
			s.underWay(x, name, began)
		case strings.HasPrefix(e.Name(), "."):
		case depth == shelfDepth:
			deeper++
		default:
			s.folder(x, name, depth+1, began, there)
		}
	}
	if deeper > 0 {
		x.Notes = append(x.Notes, fmt.Sprintf("Not looked into: %s in %s, which are too deep.", plural(deeper, "folder"), dir))
	}
}

// result puts a report into the index.
func (s *shelf) result(x *report.Index, dir string, entries []fs.DirEntry, e fs.DirEntry, began time.Time) {
	name := path.Join(dir, "result.json")
	info, err := e.Info()
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			x.Unreadable = append(x.Unreadable, report.Unreadable{Path: name, Reason: err.Error()})
		}
		return
	}
	k := s.known[dir]
	if k == nil || !k.modified.Equal(info.ModTime()) || k.size != info.Size() {
		if time.Since(began) > shelfRead {
			x.Unread++
			return
		}
		k = s.read(dir, name)
		k.modified, k.size = info.ModTime(), info.Size()
		s.known[dir] = k
	}
	if k.run == nil {
		x.Unreadable = append(x.Unreadable, report.Unreadable{Path: name, Reason: k.reason})
		return
	}
	run := *k.run
	for _, file := range []string{"index.html", "result.json", "junit.xml", "summary.txt"} {
		if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == file && e.Type().IsRegular() }) {
			if file == "index.html" {
				run.Page = true
				continue
			}
			run.Files = append(run.Files, file)
		}
	}
	x.Runs = append(x.Runs, run)
}

// read reads a result.
func (s *shelf) read(dir, name string) *knownResult {
	f, err := s.root.Open(name)
	if err != nil {
		return &knownResult{reason: err.Error()}
	}
	run, err := report.ReadIndexRun(dir, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return &knownResult{reason: err.Error()}
	}
	return &knownResult{run: run}
}

// underWay puts a run into the index whose report is being made in a folder, if it has said how far it is.
func (s *shelf) underWay(x *report.Index, dir string, now time.Time) {
	doc, err := s.progress(path.Join(dir, progressName))
	if err != nil { // it has not begun yet, or has just ended
		return
	}
	sum := sha256.Sum256([]byte(dir))
	u := report.UnderWay{
		ID: "run-" + hex.EncodeToString(sum[:6]), Name: strings.TrimSpace(doc.Scenario + " " + doc.Problem), Phase: cmp.Or(doc.Phase, "opening"),
		Done: max(doc.Done, 0), Total: max(doc.Total, doc.Done, 1), Known: doc.Known,
		Running: s.running(dir, doc.Updated, now),
	}
	if u.Running {
		u.Pace = pace(doc.Rate, time.Duration(doc.Left*float64(time.Second)))
		u.Since = fmt.Sprintf("Began %s UTC, %v ago.", doc.Started.UTC().Format(time.DateTime), max(doc.Updated.Sub(doc.Started), 0).Round(time.Second))
	} else {
		u.Since = fmt.Sprintf("Began %s UTC, last heard of %s UTC.", doc.Started.UTC().Format(time.DateTime), doc.Updated.UTC().Format(time.DateTime))
	}
	x.UnderWay = append(x.UnderWay, u)
}

// progress reads a progress.json.
func (s *shelf) progress(name string) (doc progressDoc, err error) {
	info, err := s.root.Lstat(name)
	if err != nil {
		return doc, err
	}
	if !info.Mode().IsRegular() {
		return doc, errors.New("it is not a regular file")
	}
	f, err := s.root.Open(name)
	if err != nil {
		return doc, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, progressRoom))
	if err != nil {
		return doc, err
	}
	err = json.Unmarshal(text, &doc)
	return doc, err
}

// running says whether the run goes on that makes its report in dir: it holds a lock there. Where there are no locks,
// the age of what it last said has to do.
func (s *shelf) running(dir string, updated, now time.Time) bool {
	lock, err := lockFolder(filepath.Join(s.dir, filepath.FromSlash(dir)))
	switch {
	case err == nil:
		unlock(lock)
		return false
	case errors.Is(err, errHeld):
		return true
	default:
		return now.Sub(updated) < progressAge
	}
}
