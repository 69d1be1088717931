package verify

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParseScenarioRejects changes one thing in sweep (old "": the text itself) and lists all that is then
// said: line, column, what is wrong, what to do.
func TestParseScenarioRejects(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"a misspelt key of a check", "tuple: {tolerance", "tuple: {tolerence", []string{`16:13: unknown key "tolerence" in check "tuple"; did you mean "tolerance"?`}},
		{"a misspelt key with another in its mapping", "exact: true", "exakt: true", []string{`19:43: unknown key "exakt" in check "images"; did you mean "exact"?`}},
		{"a misspelt section", "checks:", "cheks:", []string{`14:1: unknown key "cheks" in the scenario; did you mean "checks"?`}},
		{"a misspelt axis", "split: train", "spilt: train", []string{`7:20: unknown key "spilt" in "data"; did you mean "split"?`}},
		{"an unknown key near nothing", "version: 1", "version: 1\nzzzzzz: 1", []string{`2:1: unknown key "zzzzzz" in the scenario; known: version, name, title, about, subject, data, problem, vary, generate, checks, twin`}},
		{"an axis in the wrong section", "split: train", "split: train, rank: 3", []string{`7:34: unknown key "rank" in "data"; it belongs to "problem"`}},
		{"a seed in the wrong section", "{rank: [20, 5]}", "{rank: [20, 5], seed: [1]}", []string{`8:26: unknown key "seed" in "problem"; it belongs to "vary"`}},
		{"a key twice", "split: train", "split: train, split: test", []string{`7:34: key "split" appears twice in "data", first on line 7`}},
		{"a section twice", "vary:", "data: {set: mnist}\nvary:", []string{`9:1: key "data" appears twice in the scenario, first on line 7`}},
		{"a key that is no word", "version: 1", "version: 1\n[a]: 1", []string{"2:1: a key of the scenario has to be a word, not a list"}},
		{"no version", "version: 1\n", "", []string{`1:1: the scenario has no "version"; begin with "version: 1"`}},
		{"another version", "version: 1", "version: 2", []string{`1:10: version 2 is not known; write "version: 1"`}},
		{"a version in quotes", "version: 1", `version: "1"`, []string{`1:10: "version" has to be a whole number, not the text "1"; write 1 without quotes`}},
		{"a version with a decimal point", "version: 1", "version: 1.0", []string{`1:10: "version" has to be a whole number, not 1.0; write 1`}},
		{"no name", "name: seed-sweep\n", "", []string{`1:1: the scenario has no "name"`}},
		{"a name that names no folder", "name: seed-sweep", "name: Seed Sweep", []string{`2:7: "Seed Sweep" is no name: it names a folder, so it has 1 to 64 of a-z, 0-9 and -, the first not a -; perhaps "seed-sweep"`}},
		{"a name that climbs", "name: seed-sweep", "name: ../x", []string{`2:7: "../x" is no name: it names a folder, so it has 1 to 64 of a-z, 0-9 and -, the first not a -`}},
		{"a name that is a number", "name: seed-sweep", "name: 12", []string{`2:7: "name" has to be text, not 12; write "12" in quotes if text is meant`}},
		{"no title", "title: Training forgets where it started\n", "", []string{`1:1: the scenario has no "title"; say in one line what is claimed`}},
		{"a title of several lines", "title: Training forgets where it started", `title: "a\nb"`, []string{`3:8: "title" has to fit on one line`}},
		{"a title that is a boolean to some", "title: Training forgets where it started", "title: Yes", []string{`3:8: "title" has to be text, not Yes; write "Yes" in quotes if text is meant`}},
		{"a title that is a date", "title: Training forgets where it started", "title: 2001-01-01", []string{`3:8: "title" has to be text, not 2001-01-01; write "2001-01-01" in quotes if text is meant`}},
		{"a title with a control character", "title: Training forgets where it started", `title: "a\u0007"`, []string{`3:8: "title" contains the control character U+0007`}},
		{"a title of blanks", "title: Training forgets where it started", `title: "  "`, []string{`3:8: "title" is empty`}},
		{"a title left empty", "title: Training forgets where it started", "title:", []string{`3:7: "title" has to be text, not nothing`}},
		{"an unknown subject", "version: 1", "version: 1\nsubject: from", []string{`2:10: unknown subject "from"; did you mean "form"?`}},
		{"data missing a required axis", "set: mnist, ", "", []string{`7:1: "data" has no "set", which form needs: which data`}},
		{"data missing", "data: {set: mnist, split: train, count: 100}\n", "", []string{`1:1: "data" has no "set", which form needs: which data`}},
		{"a list in data", "split: train", "split: [train, test]", []string{`7:27: "split" takes one value, not a list: a scenario is about one data set`}},
		{"an unknown word", "split: train", "split: tran", []string{`7:27: "split" cannot be "tran"; did you mean "train"?`}},
		{"a word near nothing", "split: train", "split: validation", []string{`7:27: "split" cannot be "validation"; known: train, test`}},
		{"a word that is a number", "split: train", "split: 5", []string{`7:27: "split" has to be text, not 5; write "5" in quotes if text is meant`}},
		{"a section that is a list", "problem: {rank: [20, 5]}", "problem: [20, 5]", []string{`8:10: "problem" has to be a mapping, not a list`}},
		{"a section left empty", "problem: {rank: [20, 5]}", "problem:", []string{`8:9: "problem" has to be a mapping, not nothing`}},
		{"an empty list", "rank: [20, 5]", "rank: []", []string{`8:17: "rank" is an empty list`}},
		{"a list in a list", "rank: [20, 5]", "rank: [[20]]", []string{`8:18: "rank" has to be a whole number, not a list`}},
		{"a value twice", "rank: [20, 5]", "rank: [20, 5, 20]", []string{"8:25: rank 20 appears twice, first on line 8"}},
		{"a record twice by its defaults", "{method: lbfgs}", "{method: gradient, momentum: 0.9, rate: 1e-1}", []string{"12:58: ascent gradient(rate=0.1,momentum=0.9) appears twice, first on line 12"}},
		{"a fraction for a whole number", "rank: [20, 5]", "rank: [3.5]", []string{`8:18: "rank" has to be a whole number, not 3.5`}},
		{"an exponent for a whole number", "rank: [20, 5]", "rank: [1e2]", []string{`8:18: "rank" has to be a whole number, not 1e2; write 100`}},
		{"a whole number in quotes", "rank: [20, 5]", `rank: ["20"]`, []string{`8:18: "rank" has to be a whole number, not the text "20"; write 20 without quotes`}},
		{"a whole number out of bounds", "rank: [20, 5]", "rank: [0, 785]", []string{
			`8:18: "rank" has to be a whole number from 1 to 784, not 0`,
			`8:21: "rank" has to be a whole number from 1 to 784, not 785`,
		}},
		{"a huge whole number", "rank: [20, 5]", "rank: [99999999999999999999999999999999999999999999]", []string{`8:18: "rank" has to be a whole number from 1 to 784, not 9999999999999999999999999999999999999999…`}},
		{"an octal number", "rank: [20, 5]", "rank: [010]", []string{`8:18: "rank" has to be a whole number, not 010; write it in decimal, without leading zeros, underscores and bases`}},
		{"a hexadecimal number", "rank: [20, 5]", "rank: [0x10]", []string{`8:18: "rank" has to be a whole number, not 0x10; write it in decimal, without leading zeros, underscores and bases`}},
		{"an underscore", "rank: [20, 5]", "rank: [1_0]", []string{`8:18: "rank" has to be a whole number, not 1_0; write it in decimal, without leading zeros, underscores and bases`}},
		{"a plus sign", "rank: [20, 5]", "rank: [+5]", []string{`8:18: "rank" has to be a whole number, not +5; write 5`}},
		{"a base of sixty", "rank: [20, 5]", "rank: [1:30]", []string{`8:18: "rank" has to be a whole number, not the text "1:30"`}},
		{"not a number", "rate: 0.1", "rate: .nan", []string{`12:37: "ascent.rate" has to be a finite decimal number, not .nan`}},
		{"infinity", "rate: 0.1", "rate: .inf", []string{`12:37: "ascent.rate" has to be a finite decimal number, not .inf`}},
		{"a number without a leading zero", "rate: 0.1", "rate: .5", []string{`12:37: "ascent.rate" has to be a finite decimal number, not .5; write 0.5`}},
		{"a number in quotes", "rate: 0.1", "rate: '0.1'", []string{`12:37: "ascent.rate" has to be a finite decimal number, not the text "0.1"; write 0.1 without quotes`}},
		{"a number out of bounds", "rate: 0.1", "rate: 11", []string{`12:37: "ascent.rate" has to be a number from 0 to 10, not 11`}},
		{"a number below its bound", "momentum: 0.9", "momentum: -1", []string{`12:52: "ascent.momentum" has to be a number of at least 0, not -1`}},
		{"a number beyond float64", "momentum: 0.9", "momentum: 1e999", []string{`12:52: "ascent.momentum" has to be a number of at least 0, not 1e999`}},
		{"a boolean for a number", "rate: 0.1", "rate: true", []string{`12:37: "ascent.rate" has to be a finite decimal number, not true`}},
		{"nothing for a number", "rate: 0.1", "rate:", []string{`12:36: "ascent.rate" has to be a number, not nothing`}},
		{"a mapping for a number", "rate: 0.1", "rate: {a: 1}", []string{`12:37: "ascent.rate" has to be a number, not a mapping`}},
		{"a flag of YAML 1.1", "  start: [uniform", "  warm: yes\n  start: [uniform", []string{`11:9: "warm" has to be true or false, not yes`}},
		{"a flag in capitals", "  start: [uniform", "  warm: True\n  start: [uniform", []string{`11:9: "warm" has to be true or false, not True`}},
		{"a record without a required field", "{method: lbfgs}", "{momentum: 1}", []string{`12:58: "ascent" has no "method"; how to climb`}},
		{"a record with a misspelt field", "{method: lbfgs}", "{metod: lbfgs}", []string{`12:59: unknown key "metod" in "ascent"; did you mean "method"?`}},
		{"a record that is a word", "{method: lbfgs}", "lbfgs", []string{`12:58: "ascent" has to be a mapping, not the text "lbfgs"`}},
		{"a combination the axis refuses", "{method: lbfgs}", "{method: lbfgs, rate: 1}", []string{`12:58: "ascent": method lbfgs takes no rate`}},
		{"no vary", "vary:\n  seed: {from: 1, count: 4}\n  start: [uniform, exponential]\n  ascent: [{method: gradient, rate: 0.1, momentum: 0.9}, {method: lbfgs}]\n", "", []string{`1:1: the scenario has no "vary"; it needs at least "seed: {from: 1, count: 32}"`}},
		{"no seed", "  seed: {from: 1, count: 4}\n", "", []string{`9:1: "vary" has no "seed"; write "seed: {from: 1, count: 32}"`}},
		{"one seed without a list", "{from: 1, count: 4}", "7", []string{`10:9: "seed" has to be a list, not 7; write {from: 1, count: 32} or a list`}},
		{"no seeds", "{from: 1, count: 4}", "[]", []string{`10:9: "seed" is an empty list; write {from: 1, count: 32} or a list`}},
		{"a seed twice", "{from: 1, count: 4}", "[1, 5,\n    1]", []string{"11:5: seed 1 appears twice, first on line 10"}},
		{"seed zero", "{from: 1, count: 4}", "[0]", []string{"10:10: a seed has to be from 1 to 9223372036854775807, not 0"}},
		{"a negative seed", "{from: 1, count: 4}", "[-3]", []string{"10:10: a seed has to be from 1 to 9223372036854775807, not -3"}},
		{"a seed beyond 63 bits", "{from: 1, count: 4}", "[9223372036854775808]", []string{"10:10: a seed has to be from 1 to 9223372036854775807, not 9223372036854775808"}},
		{"a seed in quotes", "{from: 1, count: 4}", `["1"]`, []string{`10:10: a seed has to be a whole number, not the text "1"; write 1 without quotes`}},
		{"a seed with a leading zero", "{from: 1, count: 4}", "[007]", []string{"10:10: a seed has to be a whole number, not 007; write it in decimal, without leading zeros, underscores and bases"}},
		{"a range without a count", "{from: 1, count: 4}", "{from: 1}", []string{`10:9: "seed" has no "count"`}},
		{"a range with a misspelt key", "{from: 1, count: 4}", "{form: 1, count: 4}", []string{`10:10: unknown key "form" in "seed"; did you mean "from"?`}},
		{"a range that runs over", "{from: 1, count: 4}", "{from: 9223372036854775807, count: 2}", []string{"10:16: the seeds run beyond 9223372036854775807"}},
		{"a huge range", "{from: 1, count: 4}", "{from: 1, count: 1000000000000}", []string{`10:26: "count" has to be a whole number from 1 to 1000000, not 1000000000000`}},
		{"too many cells", "{from: 1, count: 4}", "{from: 1, count: 200000}", []string{"9:1: 1600000 trials over all problems are more than 1000000"}},
		{"labels that are one word", "labels: all", "labels: some", []string{`13:20: "labels" has to be a list, not the text "some"; write "all" or a list`}},
		{"labels twice", "labels: all", `labels: [1, "1"]`, []string{`13:24: label "1" appears twice, first on line 13`}},
		{"a label that is a boolean", "labels: all", "labels: [true]", []string{`13:21: a label has to be text, not true; write "true" in quotes if text is meant`}},
		{"both words for labels", "labels: all", "labels: all, digits: all", []string{`13:25: "digits" is another word for "labels"; keep one`}},
		{"no instances", "instances: 2", "instances: 0", []string{`13:36: "instances" has to be a whole number from 1 to 10000, not 0`}},
		{"more networks than trials", "networks: 8", "networks: 17", []string{"13:49: 17 networks cannot draw: each problem has only 16 trials"}},
		{"one drawing to compare", "instances: 2, networks: 8, census: 16", "instances: 1", []string{
			`18:5: check "images" has nothing to compare: there is one drawing of each label; raise instances, networks or census`,
			`19:5: check "images" has nothing to compare: there is one drawing of each label; raise instances, networks or census`,
		}},
		{"images without drawings", "generate: {labels: all, instances: 2, networks: 8, census: 16}\n", "", []string{
			`16:29: the input "generated" stands for drawings, and the scenario has no "generate"; add "generate: {labels: all}"`,
			`17:5: check "images" compares drawings, and the scenario has no "generate"; add "generate: {labels: all}"`,
			`18:5: check "images" compares drawings, and the scenario has no "generate"; add "generate: {labels: all}"`,
		}},
		{"no checks", "checks:\n  - converged: {}\n  - tuple: {tolerance: 1e-5, reason: \"measured\"}\n  - scores: {inputs: [test, generated], tolerance: 1e-5, reason: \"measured\"}\n  - images: {modulo: sign, tolerance: 2e-2, reason: \"to the eye\"}\n  - images: {modulo: sign, within: basin, exact: true}\n  - golden: {}\n", "", []string{`1:1: the scenario has no "checks"; say what is claimed`}},
		{"checks that are a mapping", "  - converged: {}\n  - tuple: {tolerance: 1e-5, reason: \"measured\"}\n  - scores: {inputs: [test, generated], tolerance: 1e-5, reason: \"measured\"}\n  - images: {modulo: sign, tolerance: 2e-2, reason: \"to the eye\"}\n  - images: {modulo: sign, within: basin, exact: true}\n  - golden: {}\n", "  tuple: {exact: true}\n", []string{`15:3: "checks" has to be a list, not a mapping; say what is claimed`}},
		{"an unknown check", "converged: {}", "converge: {}", []string{`15:5: unknown check "converge"; did you mean "converged"?`}},
		{"a misspelt tuple", "- tuple: {", "- tupel: {", []string{`16:5: unknown check "tupel"; did you mean "tuple"?`}},
		{"an unknown check near nothing", "converged: {}", "proof: {gap: 1e-10}", []string{`15:5: unknown check "proof"; known: converged, tuple, scores, images, certificate, golden`}},
		{"a certificate without a gap", "converged: {}", "certificate: {}", []string{`15:5: check "certificate" has no "gap"; write "gap: 1e-10"`}},
		{"a gap of zero", "converged: {}", "certificate: {gap: 0}", []string{"15:24: a gap has to be positive, not 0"}},
		{"a gap that is text", "converged: {}", "certificate: {gap: \"1e-10\"}", []string{`15:24: "gap" has to be a finite decimal number, not the text "1e-10"; write 1e-10 without quotes`}},
		{"a check without a mapping", "converged: {}", "converged", []string{`15:5: check "converged" has to be a mapping; write "converged: {}" or put the settings in the braces`}},
		{"a check left empty", "golden: {}", "golden:", []string{`20:12: check "golden" has to be a mapping, not nothing`}},
		{"a check that is a list", "converged: {}", "[converged]", []string{"15:5: a check has to be a mapping from its kind to its settings, not a list; known: converged, tuple, scores, images, certificate, golden"}},
		{"settings not indented below the check", "  - golden: {}", "  - golden:\n    exact: true", []string{"20:5: a check has to have one key, its kind, not 2; indent the settings below the kind, and begin each check with -"}},
		{"a check with a setting it does not take", "converged: {}", "converged: {tolerance: 1}", []string{`15:17: unknown key "tolerance" in check "converged"`}},
		{"a tuple twice", "- converged: {}", "- tuple: {tolerance: 1e-9, reason: r}", []string{`16:5: check "tuple" appears twice, first on line 15`}},
		{"images twice", "modulo: sign, tolerance: 2e-2", "modulo: sign, within: basin, tolerance: 2e-2", []string{`19:5: check "images sign basin" appears twice, first on line 18`}},
		{"no tolerance", `tuple: {tolerance: 1e-5, reason: "measured"}`, "tuple: {}", []string{`16:5: check "tuple" has no "tolerance"; give a tolerance and a reason, or "exact: true" for bit equality`}},
		{"a tolerance left empty", "tuple: {tolerance: 1e-5,", "tuple: {tolerance: ,", []string{`16:24: "tolerance" has to be a number, not nothing`}},
		{"a tolerance without a reason", `tuple: {tolerance: 1e-5, reason: "measured"}`, "tuple: {tolerance: 1e-5}", []string{`16:5: check "tuple" has no "reason"; say why the tolerance is what it is`}},
		{"an empty reason", `tolerance: 2e-2, reason: "to the eye"`, `tolerance: 2e-2, reason: ""`, []string{`18:53: "reason" is empty`}},
		{"a tolerance in quotes", "tuple: {tolerance: 1e-5", `tuple: {tolerance: "1e-5"`, []string{`16:24: "tolerance" has to be a finite decimal number, not the text "1e-5"; write 1e-5 without quotes`}},
		{"a tolerance of zero", "tuple: {tolerance: 1e-5", "tuple: {tolerance: 0", []string{`16:24: a tolerance of 0 asks for bit equality, which is said in words; write "exact: true"`}},
		{"a tolerance that underflows", "tuple: {tolerance: 1e-5", "tuple: {tolerance: 1e-999", []string{`16:24: a tolerance of 0 asks for bit equality, which is said in words; write "exact: true"`}},
		{"a negative tolerance", "tuple: {tolerance: 1e-5", "tuple: {tolerance: -1e-5", []string{"16:24: a tolerance has to be positive, not -1e-5"}},
		{"a tolerance that is not a number", "tuple: {tolerance: 1e-5", "tuple: {tolerance: .NaN", []string{`16:24: "tolerance" has to be a finite decimal number, not .NaN`}},
		{"a tolerance that allows everything", "tuple: {tolerance: 1e-5", "tuple: {tolerance: 2", []string{`16:24: a tolerance of 2 allows everything: no two outcomes of norm 1 are farther than √2 apart once their signs are aligned`}},
		{"golden beside an exact tuple", `tuple: {tolerance: 1e-5, reason: "measured"}`, "tuple: {exact: true}", []string{`20:5: check "golden" cannot be exact, as check "tuple" is: it compares modulo symmetry; give "golden" a tolerance and a reason`}},
		{"a tolerance and exact", "scores: {inputs: [test, generated], tolerance: 1e-5", "scores: {inputs: [test, generated], exact: true, tolerance: 1e-5", []string{`17:41: check "scores" has both a tolerance and "exact"; keep one`}},
		{"exact: false", "exact: true", "exact: false", []string{`19:50: "exact" is either true or absent; give a tolerance instead`}},
		{"scores without inputs", "inputs: [test, generated], ", "", []string{`17:5: check "scores" has no "inputs"; name them: "inputs: [test]"`}},
		{"scores of nothing", "inputs: [test, generated]", "inputs: []", []string{`17:22: "inputs" is an empty list`}},
		{"an input twice", "inputs: [test, generated]", "inputs: [test, test]", []string{`17:29: input "test" appears twice, first on line 17`}},
		{"an input without a name", "inputs: [test, generated]", `inputs: [""]`, []string{"17:23: an input is empty"}},
		{"images without modulo", "modulo: sign, tolerance", "tolerance", []string{`18:5: check "images" has no "modulo"; write sign or nothing`}},
		{"images modulo something else", "modulo: sign, tolerance", "modulo: sing, tolerance", []string{`18:22: "modulo" cannot be "sing"; did you mean "sign"?`}},
		{"images within something else", "within: basin", "within: label", []string{`19:36: "within" cannot be "label"; write "basin", or leave it out to compare all drawings of a label`}},
		{"golden with nothing to inherit", "  - images: {modulo: sign, within: basin, exact: true}\n", "", []string{`19:5: check "golden" has no tolerance for drawings and no check "images" within basins to take it from; add that check, or give "golden" a tolerance and a reason`}},
		{"golden with a reason only", "golden: {}", "golden: {reason: r}", []string{`20:14: check "golden" has a reason without a tolerance`}},
		{"a twin that must fail what is not checked", "fails: [tuple, images]", "fails: [tuples]", []string{`22:71: the twin has to fail check "tuples", which the scenario does not have; did you mean "tuple"?`}},
		{"a twin that must fail twice", "fails: [tuple, images]", "fails: [tuple, tuple]", []string{`22:78: check "tuple" appears twice, first on line 22`}},
		{"a twin that must fail converged", "fails: [tuple, images]", "fails: [converged]", []string{`22:71: a twin cannot be asked to fail check "converged": that never fails, and a control that does not converge shows nothing; name a check that compares outcomes`}},
		{"a twin that must fail golden", "fails: [tuple, images]", "fails: [golden]", []string{`22:71: a twin cannot be asked to fail check "golden": it has no golden file of its own; name another check`}},
		{"a twin that changes nothing", "rank: 3", "rank: [5, 20]", []string{"23:5: the twin breaks nothing: the scenario has every value it sets; give an axis a value with which the checks have to fail"}},
		{"a twin that changes part of the values", "rank: 3", "rank: 5", []string{"23:5: the twin breaks nothing: the scenario has every value it sets; give an axis a value with which the checks have to fail"}},
		{"a twin that changes the seeds only", "rank: 3", "seed: [7]", []string{"23:5: the twin breaks nothing: it changes no axis; give an axis a value with which the checks have to fail"}},
		{"a twin without anything", "- rank: 3", "- {}", []string{"23:5: the twin breaks nothing: it changes no axis; give an axis a value with which the checks have to fail"}},
		{"a twin with a misspelt axis", "rank: 3", "rnak: 3", []string{`23:5: unknown key "rnak" in "twin"; did you mean "rank"?`}},
		{"a twin with a section", "rank: 3", "problem: {rank: 3}", []string{`23:5: unknown key "problem" in "twin"; known: set, split, count, rank, shrink, warm, start, ascent, note, seed, name, fails`}},
		{"a twin with a bad value", "rank: 3", "rank: 3.5", []string{`23:11: "rank" has to be a whole number, not 3.5`}},
		{"a twin of too many cells", "rank: 3", "rank: 3\n    seed: {from: 1, count: 300000}", []string{"23:5: 1200000 trials over all problems are more than 1000000"}},
		{"two twins of one name", "name: a gaussian start", "name: rank=3", []string{`23:5: twin "rank=3" appears twice, first on line 22`}},
		{"a twin of several problems", "- rank: 3", "- rank: [3, 4]", []string{"23:5: the twin poses 2 problems, and a control is one; give each axis of the problem one value"}},
		{"no twin in the list", "  - {name: a gaussian start, start: [gaussian], seed: [1, 2], fails: [tuple, images], rank: 20}\n  - rank: 3\n", "  []\n", []string{`22:3: "twin" is an empty list; say what to break`}},
		{"a second document", "version: 1", "version: 1\n---\nversion: 1", []string{"2:1: a second document: a scenario is one document; move it to a file of its own"}},
		{"an anchor and an alias", "rank: [20, 5]", "rank: [&r 20, *r]", []string{
			"8:18: an anchor (&r); write the value out where it is needed",
			"8:25: an alias (*r); write the value out",
		}},
		{"an alias to nothing", "rank: [20, 5]", "rank: *r", []string{"8:17: not YAML: unknown anchor 'r' referenced"}},
		{"a merge key", "{method: lbfgs}", "{<<: {method: lbfgs}}", []string{"12:59: a merge key (<<); write the keys out"}},
		{"a tag", "rank: [20, 5]", `rank: [!!int "20"]`, []string{"8:18: a tag (!!int); leave it out: every key knows the type of its value"}},
		{"a tag of no type", "rank: [20, 5]", "rank: [! 20]", []string{"8:18: a tag (!); leave it out: every key knows the type of its value"}},
		{"a tag of its own", "rank: [20, 5]", "rank: !foo [20]", []string{"8:17: a tag (!foo); leave it out: every key knows the type of its value"}},
		{"tabs", "vary:", "vary:\t# two\n\t", []string{"9:6: a tab; write spaces, here and elsewhere"}},
		{"a control character", "vary:", "vary: # \a", []string{"9:9: the control character U+0007"}},
		{"a line separator", "vary:", "vary: # \u2028", []string{"9:9: the control character U+2028"}},
		{"not UTF-8", "title: Training", "title: Tr\xffining", []string{"3:10: not UTF-8: byte 0xff"}},
		{"not YAML", "rank: [20, 5]", "rank: [20, 5", []string{"8:23: not YAML: did not find expected ',' or ']'"}},
		{"not YAML, begun lines before", "", "version: 1\nname: [a,\n  b\ntitle: c\n", []string{"4:6: not YAML: did not find expected ',' or ']', while parsing a flow sequence that begins on line 2"}},
		{"not YAML in a second document", "version: 1", "---\n---\n]", []string{"3:1: not YAML: did not find expected node content"}},
		{"everything wrong at once", "rank: [20, 5]}", "rank: [0x1]}\nabuot: 1", []string{
			`8:18: "rank" has to be a whole number, not 0x1; write it in decimal, without leading zeros, underscores and bases`,
			`9:1: unknown key "abuot" in the scenario; did you mean "about"?`,
		}},
		{"an empty file", "", "", []string{`1:1: the scenario is empty; begin with "version: 1"`}},
		{"only a comment", "", " # nothing\n", []string{`1:1: the scenario is empty; begin with "version: 1"`}},
		{"only null", "", "~\n", []string{`1:1: the scenario is empty; begin with "version: 1"`}},
		{"a list", "", "- 1\n", []string{"1:1: the scenario has to be a mapping, not a list"}},
		{"a word", "", "version\n", []string{`1:1: the scenario has to be a mapping, not the text "version"`}},
		{"an end in the middle of the last line", "", "version: [1,", []string{"1:13: not YAML: did not find expected node content"}},
		{"an end in the middle", "", "version: [1,\n", []string{"2:1: not YAML: did not find expected node content"}},
		{"a subject that is a list", "version: 1", "version: 1\nsubject: [form]", []string{`2:10: "subject" has to be text, not a list`}},
		{"golden without a tuple", "  - tuple: {tolerance: 1e-5, reason: \"measured\"}\n", "", []string{
			`19:5: check "golden" has no tolerance and no check "tuple" to take it from; add that check, or give "golden" a tolerance and a reason`,
			`21:71: the twin has to fail check "tuple", which the scenario does not have; known: converged, scores, images, golden`,
			`22:5: the twin has to fail check "tuple", which the scenario does not have; say which check has to fail: "fails: [...]"`,
		}},
		{"generate that is a list", "generate: {labels: all, instances: 2, networks: 8, census: 16}", "generate: [1]", []string{`13:11: "generate" has to be a mapping, not a list`}},
		{"an alias of a check", "- converged: {}", "- &c {converged: {}}\n  - *c", []string{
			"15:5: an anchor (&c); write the value out where it is needed",
			"16:5: an alias (*c); write the value out",
		}},
		{"a tagged check", "- converged: {}", "- !!str converged: {}", []string{"15:5: a tag (!!str); leave it out: every key knows the type of its value"}},
		{"a tagged section", "data: {set", "data: !d {set", []string{"7:7: a tag (!d); leave it out: every key knows the type of its value"}},
		{"seeds with a tag", "seed: {from", "seed: !s {from", []string{"10:9: a tag (!s); leave it out: every key knows the type of its value"}},
		{"a range of lists", "{from: 1, count: 4}", "{from: [1], count: {}}", []string{
			`10:16: "from" has to be a whole number, not a list`,
			`10:28: "count" has to be a whole number, not a mapping`,
		}},
		{"a range that is empty", "{from: 1, count: 4}", "{from: 1, count: 0}", []string{`10:26: "count" has to be a whole number from 1 to 1000000, not 0`}},
		{"seeds that refer to each other", "{from: 1, count: 4}", "[&a 1, *a]", []string{
			"10:10: an anchor (&a); write the value out where it is needed",
			"10:16: an alias (*a); write the value out",
		}},
		{"a kind outside a list", "fails: [tuple, images]", "fails: tuple", []string{`22:70: "fails" has to be a list, not the text "tuple"`}},
		{"a twin that is a word", "- rank: 3", "- gaussian", []string{`23:5: "twin" has to be a mapping, not the text "gaussian"`}},
		{"a twin with a list for data", "rank: 3", "count: [1, 2]", []string{`23:12: "count" takes one value, not a list: a scenario is about one data set`}},
		{"a flag that is a list", "  start: [uniform", "  warm: [[true]]\n  start: [uniform", []string{`11:10: "warm" has to be true or false, not a list`}},
		{"a tolerance beyond float64", "tuple: {tolerance: 1e-5", "tuple: {tolerance: 1e999", []string{`16:24: "tolerance" has to be a number that is finite, not 1e999`}},
		{"a whole number with an exponent that is none", "rank: [20, 5]", "rank: [1e400]", []string{`8:18: "rank" has to be a whole number, not the text "1e400"`}},
		{"a label with a tag", "labels: all", "labels: [!!str 1]", []string{"13:21: a tag (!!str); leave it out: every key knows the type of its value"}},
		{"labels with an anchor", "labels: all", "labels: &all all", []string{"13:20: an anchor (&all); write the value out where it is needed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := c.new
			if c.old != "" {
				src = replaced(t, c.old, c.new)
			}
			s, err := ParseScenario("x.yaml", []byte(src), formSubjects("form"))
			var e *ScenarioError
			if !errors.As(err, &e) || s != nil {
				t.Fatalf("ParseScenario with %q = %v, %v, want a *ScenarioError", c.new, s, err)
			}
			var got []string
			for _, p := range e.Problems {
				text := fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Text)
				if p.Suggestion != "" {
					text += "; " + p.Suggestion
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("ParseScenario with %q (-want +got):\n%s", c.new, diff)
			}
		})
	}
}
