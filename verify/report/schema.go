package report

import (
	"bytes"
	_ "embed" // schema.json
)

// Regenerate schema.json whenever a field of verify.Result changes, or what is said about it.
//go:generate go run ./internal/schema

//go:embed schema.json
var resultSchema []byte

// ResultSchema returns the JSON Schema (draft 2020-12) of result.json. Whatever WriteJSON writes is valid under it.
// What a schema cannot say, such as that no verdict is better than what it sums up, only ReadJSON refuses.
func ResultSchema() []byte { return bytes.Clone(resultSchema) }
