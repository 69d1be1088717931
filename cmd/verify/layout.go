package main

import "example.org/concord/verify/report"

// layoutFlag is the flag of the verbs that write a page.
type layoutFlag struct {
	Layout report.Layout `help:"In how many files the page is: file for one that needs nothing else, dir for index.html with its style and pictures in assets beside it, for viewers that allow no page its own." enum:"file,dir" default:"file" placeholder:"FORM"`
}
