// Package report writes a verify.Result in the forms people and machines read.
//
// A reporter is a function over io.Writer, and the tree is all it sees: the same tree gives the same
// bytes, and a report made from result.json is the report the run itself wrote. Pixels are therefore
// rounded to the six significant digits of result.json before anything is drawn from them.
//
//	WriteJSON    result.json, the tree itself; ReadJSON reads it back
//	WriteText    the summary on a terminal
//	WriteJUnit   junit.xml, for continuous integration
//	WriteHTML    index.html, one self-contained page; SaveHTML also with its style and pictures in a folder beside it
//	WriteImages  the drawings as PNG files and their ascent as an animation
//
//	WriteMarkdown, WriteAnnotations  a step summary and annotations, for continuous integration on GitHub
//	Compare, NewHistory, ExplainCell  what changed between runs, how they went over time, and why a cell came to what it did
//	ResultSchema  the JSON Schema of result.json
//
// The plots of a page are SVG written by its own templates: a plotting library would bring fonts, and colours that
// neither follow the reader's light or dark page nor print, and no titles on marks.
//
// What is missing from a tree is said in words. It is never blank and never a zero.
//
// Every reporter first looks whether the tree is consistent: indices point at something, matrices have
// the size their labels ask for, no verdict is better than what it sums up, and a verdict is the one that
// its value, its tolerance and its trials give. A tree that is not is refused with an error that names the field.
package report
