package main

import (
	"io/fs"
	"path/filepath"
	"regexp"
)

// foreign returns what lies in a report that verify does not make, by its name in there: each file, and each folder
// as a whole. What is half-written is verify's, and so is anything in the place of what verify makes. Links are not
// followed.
func foreign(dir string) ([]string, error) {
	half := regexp.MustCompile(`^(.*/)?\.([^/]+)\.[0-9]+$`) // what report.Save makes first
	file := regexp.MustCompile(`^(?:(?:result|progress)\.json|index\.html|junit\.xml|(?:summary|drawings)\.txt` +
		`|assets/(?:page|film|picture)-[0-9a-f]{16}\.(?:css|js|png)` +
		`|images/(?:[a-z0-9_-]+/)?(?:digits|digit-[a-z0-9_-]+-instance-[0-9]+(?:-grey)?)\.png` +
		`|cells/[0-9a-f]{16}\.log|golden/(?:[^/]+\.(?:npz|json)|\.golden\.[0-9]+\.tmp))$`)
	folder := regexp.MustCompile(`^(?:assets|images|cells|golden)$`)
	ofProblem := regexp.MustCompile(`^images/[a-z0-9_-]+$`)
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if folder.MatchString(name) || d.IsDir() && ofProblem.MatchString(name) {
			return nil
		}
		if !file.MatchString(half.ReplaceAllString(name, "$1$2")) {
			out = append(out, rel)
		}
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	return out, err
}
