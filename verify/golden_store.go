package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// GoldenFS is a store of golden files in a file system: a folder through os.DirFS, or the files in a binary.
// It has one folder per scenario, with a pair of files for every problem: see GoldenPath.
type GoldenFS struct {
	FS     fs.FS
	Origin string // how messages call the root of FS, "golden"
}

// GoldenSlug returns the file name, without an extension, that stands for the label of a problem: "rank=20"
// stands for itself. Lower-case letters, digits and = , . + - are kept, but for punctuation at the beginning;
// every other byte is written as % and two hex digits, upper-case letters as well, since there are file
// systems that do not tell them from lower-case ones. The empty label becomes "%", and a name beyond 150
// bytes its first hundred, "%-" and the SHA-256 of the label. Different labels have different names.
func GoldenSlug(label string) string {
	if label == "" {
		return "%"
	}
	var b strings.Builder
	for i := range len(label) {
		c := label[i]
		letter := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		if letter || i > 0 && strings.IndexByte("=,.+-", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	slug := b.String()
	if len(slug) > 150 {
		sum := sha256.Sum256([]byte(label))
		slug = slug[:100] + "%-" + hex.EncodeToString(sum[:])
	}
	return slug
}

// GoldenPath returns where a store keeps the golden of a problem, by the scenario's name and the problem's
// label, separated by slashes: "seed-sweep/rank=20.npz".
func GoldenPath(scenario, problem string) string {
	return GoldenSlug(scenario) + "/" + GoldenSlug(problem) + ".npz"
}

// Load implements GoldenStore. It wraps ErrNoGolden only when neither of the two files exists. It refuses what
// ReadGolden refuses, a golden of another scenario or problem, and a candidate that nobody approved.
func (s GoldenFS) Load(scenario, problem string) (*Golden, error) {
	name := GoldenPath(scenario, problem)
	origin := path.Join(s.Origin, name)
	g, err := readGolden(s.FS, name, origin)
	if err != nil {
		return nil, err
	}
	const moved = "the files were copied or renamed; restore them from version control"
	switch {
	case g.Source.Scenario != scenario:
		return nil, fmt.Errorf("%s: it is the golden of scenario %q, not %q: %s", sidecarOf(origin), g.Source.Scenario, scenario, moved)
	case g.Source.Problem != problem:
		return nil, fmt.Errorf("%s: it is the golden of problem %q, not %q: %s", sidecarOf(origin), g.Source.Problem, problem, moved)
	case g.Source.Approved == nil:
		return nil, fmt.Errorf("%s: this is a candidate that nobody approved: remove both files, and use verify golden approve", sidecarOf(origin))
	}
	return g, nil
}

// Orphans returns the files of the store that no scenario uses, sorted, as paths in FS: known maps the name of
// every scenario with a golden check to the labels of its problems. In the folders of scenarios that is every
// other file, what an interrupted write left behind among them; beside the folders, only .npz and .json
// files count. A root that does not exist has no orphans.
func (s GoldenFS) Orphans(known map[string][]string) ([]string, error) {
	used := map[string]bool{}
	for scenario, problems := range known {
		for _, problem := range problems {
			npz := GoldenPath(scenario, problem)
			used[npz], used[sidecarOf(npz)] = true, true
		}
	}
	var orphans []string
	err := fs.WalkDir(s.FS, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case name == "." && errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case d.IsDir() || used[name]:
			return nil
		}
		if strings.Contains(name, "/") || slices.Contains([]string{".npz", ".json"}, path.Ext(name)) {
			orphans = append(orphans, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Origin, err)
	}
	slices.Sort(orphans)
	return orphans, nil
}

// Strays implements GoldenStore: it returns the .npz and .json files in the folder of the scenario that belong to
// none of the problems, under the store's name.
func (s GoldenFS) Strays(scenario string, problems []string) ([]string, error) {
	orphans, err := s.Orphans(map[string][]string{scenario: problems})
	if err != nil {
		return nil, err
	}
	var strays []string
	for _, name := range orphans {
		if strings.HasPrefix(name, GoldenSlug(scenario)+"/") && slices.Contains([]string{".npz", ".json"}, path.Ext(name)) {
			strays = append(strays, path.Join(s.Origin, name))
		}
	}
	return strays, nil
}
