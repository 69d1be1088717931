package report

import (
	"strings"
	"testing"
)

// A result that goes on opening lists takes neither the stack nor the time that it asks for.
func TestReadJSONRefusesWhatIsTooDeep(t *testing.T) {
	const settings = `{"problems": [{"settings": {"a": `
	for _, open := range []string{"[", `{"a":`} {
		_, err := ReadJSON(strings.NewReader(settings + strings.Repeat(open, 100_000)))
		if err == nil || !strings.Contains(err.Error(), "more than 100 deep") {
			t.Errorf("ReadJSON of 100000 times %s = %.200v, want it refused", open, err)
		}
	}
}
