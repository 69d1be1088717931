// Package browser reads the pages that verify writes with a real browser, Chromium, and with axe-core, which knows
// the rules of accessibility. It holds nothing but tests.
//
// Where Chromium or axe-core is missing the tests that need it are not run, and say so; where CI is set they fail.
// Under the race detector there are none, because all that runs at the same time is the browser. A variable
// CONCORD_ARTEFACTS names a folder that keeps pictures of what the browser showed.
package browser
