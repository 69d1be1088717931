package handbook

import "strings"

// cell returns a text as it stands in a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "\n", " ").Replace(text)
}

// code returns a text as code in a cell of a table, "" for none.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(text, "|", `\|`) + "`"
}

// prose returns the text of a --help as Markdown. What is indented by four blanks is code in both.
func prose(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, line := range lines {
		if !strings.HasPrefix(line, "    ") {
			lines[i] = strings.NewReplacer("<", "&lt;", "*", `\*`).Replace(strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "\n")
}
