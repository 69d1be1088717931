package handbook

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// A verb is one command.
type verb struct {
	Name, Usage, Help, Detail string
	Arguments, Flags          []row
}

// verbs returns the commands that --help shows, in its order.
func verbs(program *kong.Application) []verb {
	var all []verb
	for _, n := range program.Leaves(true) {
		v := verb{Name: strings.TrimPrefix(n.FullPath(), program.Name+" "), Help: n.Help, Detail: n.Detail}
		v.Usage = program.Name + " " + n.Summary()
		for _, p := range n.Positional {
			v.Arguments = append(v.Arguments, row{Name: p.Summary(), Doc: p.Help})
		}
		for _, f := range n.Flags {
			if !f.Hidden && f.Name != "help" {
				v.Flags = append(v.Flags, flag(f))
			}
		}
		all = append(all, v)
	}
	return all
}

// flag returns how a flag is written, and what it does.
func flag(f *kong.Flag) row {
	r := row{Name: "--" + f.Name, Doc: f.Help}
	if f.Short != 0 {
		r.Name = fmt.Sprintf("-%c, %s", f.Short, r.Name)
	}
	switch {
	case f.Enum != "":
		r.Name += " " + strings.ReplaceAll(strings.Trim(f.Enum, ","), ",", "|")
	case f.PlaceHolder != "":
		r.Name += " " + f.PlaceHolder
	case !f.IsBool():
		r.Name += " " + strings.ToUpper(f.Name)
	}
	if f.Required {
		r.Doc += " Required."
	}
	if f.Default != "" && !strings.Contains(f.Help, f.Default+" when absent") {
		r.Doc = strings.TrimSuffix(r.Doc, ".") + fmt.Sprintf("; %s when absent.", f.Default)
	}
	return r
}
