package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// declared returns what the code of the repository declares: "model.Fitness.Grad" or "model.Fitness" for what is not
// in tests, and "TestShift" for tests, fuzz targets and benchmarks.
func declared(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin" || d.Name() == "testdata" || d.Name() == "reports"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		prefix := file.Name.Name + "."
		if strings.HasSuffix(name, "_test.go") {
			prefix = ""
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				names[prefix+receiver(d)+d.Name.Name] = true
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						names[prefix+s.Name.Name] = true
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// receiver returns "T." for a method of T or *T, and "" for a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	kind := f.Recv.List[0].Type
	if star, ok := kind.(*ast.StarExpr); ok {
		kind = star.X
	}
	if name, ok := kind.(*ast.Ident); ok {
		return name.Name + "."
	}
	return ""
}

// Tests that a document names exist, and so do the functions and types that it names in backticks with their package.
func TestDocumentsNameWhatExists(t *testing.T) {
	names := declared(t)
	packages := map[string]bool{}
	for name := range names {
		if pkg, _, ok := strings.Cut(name, "."); ok {
			packages[pkg] = true
		}
	}
	tests, code := 0, 0
	for _, doc := range documents(t) {
		if doc == "CHANGELOG.md" { // it says what was
			continue
		}
		text := readDoc(t, doc)
		for _, name := range regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w+\b`).FindAllString(text, -1) {
			tests++
			if !names[name] {
				t.Errorf("%s names %s, and there is no such test", doc, name)
			}
		}
		for _, m := range regexp.MustCompile("`(([a-z]+)\\.[A-Z]\\w*(?:\\.[A-Z]\\w*)?)`").FindAllStringSubmatch(text, -1) {
			if !packages[m[2]] {
				continue // of a module
			}
			code++
			if !names[m[1]] {
				t.Errorf("%s names %s, and there is nothing of that name", doc, m[1])
			}
		}
	}
	if tests < 20 || code < 20 {
		t.Errorf("%d tests and %d functions were found, want at least 20 of each", tests, code)
	}
}

// Every section of MATHS.md says which functions do what it says, and which tests hold them to it.
func TestMathsPointsToCodeAndTests(t *testing.T) {
	sections := strings.Split(readDoc(t, "docs/MATHS.md"), "\n## ")[1:]
	if len(sections) < 8 {
		t.Fatalf("docs/MATHS.md has %d sections, want at least 8", len(sections))
	}
	for _, section := range sections {
		title, _, _ := strings.Cut(section, "\n")
		_, closing, ok := strings.Cut(section, "\nIn code: `")
		if !ok || !regexp.MustCompile(`Tests?:\s+`+"`Test").MatchString(closing) {
			t.Errorf("the section %q of docs/MATHS.md does not end with functions and tests", title)
		}
	}
}

// Formulas of a document begin and end on the same line, or in the same paragraph where they stand by themselves.
func TestFormulasEnd(t *testing.T) {
	for _, doc := range []string{"docs/MATHS.md", "docs/certificate.md"} {
		text := regexp.MustCompile("`[^`]*`").ReplaceAllString(readDoc(t, doc), "")
		for paragraph := range strings.SplitSeq(text, "\n\n") {
			if strings.Count(paragraph, "$")%2 != 0 || strings.Count(paragraph, "$$")%2 != 0 {
				t.Errorf("%s: a formula does not end in:\n%s", doc, paragraph)
			}
		}
	}
}
