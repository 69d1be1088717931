package report

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"html/template"
)

// A Layout says in how many files a page is.
type Layout string

// The layouts.
const (
	OneFile Layout = "file" // one self-contained file; also what "" means
	Folder  Layout = "dir"  // index.html, with style, script and pictures in the folder assets beside it
)

// A placement puts the style, the script and the pictures of a page where its layout wants them.
type placement interface {
	// frame says where style and script are; a nil script is none.
	frame(style, script []byte) frame
	picture(png []byte) template.URL
}

// frame is what the template of a page needs to know of its style and script: they themselves, or where they are.
type frame struct {
	Policy                string // the content-security-policy
	Style                 template.CSS
	Script                template.JS
	StyleFile, ScriptFile template.URL // "" when they are in the page
}

// within puts everything into the page.
type within struct{}

func (within) frame(style, script []byte) frame {
	f := frame{Style: template.CSS(style), Script: template.JS(script)} //nolint:gosec // embedded
	f.Policy = policy("data:", "'sha256-"+digest(style)+"'", "'sha256-"+digest(script)+"'")
	if script == nil {
		f.Policy = policy("data:", "'sha256-"+digest(style)+"'", "")
	}
	return f
}

func (within) picture(png []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)) //nolint:gosec // base64 of our own bytes
}

// aside puts everything but the text into files of their own, named after what is in them: a file never
// changes, so a page is never seen with the files of another, not even while it is being replaced.
type aside struct {
	files map[string][]byte // by name in the folder assets
}

func (a aside) frame(style, script []byte) frame {
	f := frame{Policy: policy("'self'", "'self'", ""), StyleFile: a.keep("page", ".css", style)}
	if script != nil {
		f.Policy, f.ScriptFile = policy("'self'", "'self'", "'self'"), a.keep("page", ".js", script)
	}
	return f
}

func (a aside) picture(png []byte) template.URL { return a.keep("picture", ".png", png) }

func (a aside) keep(stem, ext string, text []byte) template.URL {
	sum := sha256.Sum256(text)
	name := stem + "-" + hex.EncodeToString(sum[:8]) + ext
	a.files[name] = text
	return template.URL("assets/" + name) //nolint:gosec // letters, digits and words of our own
}

// policy returns a content-security-policy that allows pictures, styles and scripts from where it is told, no
// scripts when that is "", and nothing else.
func policy(images, styles, scripts string) string {
	text := "default-src 'none'; img-src " + images + "; style-src " + styles
	if scripts != "" {
		text += "; script-src " + scripts
	}
	return text + "; base-uri 'none'; form-action 'none'"
}

// digest returns the base64 SHA-256 of b, as a content-security-policy names it.
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.StdEncoding.EncodeToString(sum[:])
}
