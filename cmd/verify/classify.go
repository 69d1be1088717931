package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"example.org/concord/model"
	"example.org/concord/verify"
)

// classifyCmd is verify classify.
type classifyCmd struct {
	Files  []string `arg:"" name:"file" help:"PNG of any size; - is standard input."`
	Ink    string   `help:"Whether the ink is dark or light; auto asks what stands out from the border of the picture." enum:"auto,dark,light" default:"auto"`
	Save   string   `help:"Write what was scored, 28×28 pixels, to this PNG, or into this folder when there are several pictures." placeholder:"PATH"`
	Format string   `help:"What goes to standard output: text or json." enum:"text,json" default:"text"`
}

// Help is what --help says after the first line.
func (*classifyCmd) Help() string {
	return `Brings each picture, a drawing or a photo, into the form of an image of MNIST and says how: which way round
the ink is, how the paper is lit and that the light was taken out, what counts as a stroke and what as a
speck, where the digit is cropped, how it is scaled to fit 20×20 and centred in 28×28. Then trains the
reference network, which is small and right for about six test images in ten, and scores the picture for
each digit. The scores do not depend on the picture's contrast.

A picture is none when its largest score lies below a threshold that 99 % of the test images reach, when it
is of one colour, when nothing stands out from the noise of the paper, or when more than a quarter of its
border is ink. The threshold tells digits from noise; a letter or a filled square may well reach it.

With --save the image that was scored is written as a PNG, so that you see what the network saw.

Examples:

    verify classify digit.png
    verify classify --ink dark --save seen.png digit.png

Exit codes: 0 all are digits, 1 one is none, 2 usage, 4 one cannot be read, 130 interrupted.`
}

// A verdictOn is what was found for one file.
type verdictOn struct {
	File   string    `json:"file"`
	Digit  *int      `json:"digit"`            // null when it is none
	Reason string    `json:"reason,omitempty"` // why it is none
	Error  string    `json:"error,omitempty"`  // why it could not be read
	Source string    `json:"source,omitempty"`
	Steps  []string  `json:"steps,omitempty"`
	Saved  string    `json:"saved,omitempty"`  // where what was scored is
	Scores []float64 `json:"scores,omitempty"` // by digit
}

// answer is all that verify classify has to say.
type answer struct {
	Network   string      `json:"network"`
	Threshold float64     `json:"threshold"` // 0 when no picture had to be scored
	Rule      string      `json:"rule"`      // where the threshold comes from
	Files     []verdictOn `json:"files"`
}

// Run is called by kong.
func (c *classifyCmd) Run(ctx context.Context, a *app) error {
	places, err := c.places()
	if err != nil {
		return err
	}
	out := answer{Files: make([]verdictOn, len(c.Files))}
	var images []verify.Image
	var of []int
	for i, name := range c.Files {
		f := &out.Files[i]
		f.File = name
		p, err := a.picture(name, c.Ink)
		if err != nil {
			f.Error = err.Error()
			continue
		}
		f.Source, f.Steps, f.Reason = p.source, p.steps, p.unfit
		if p.unfit == "" {
			images, of = append(images, p.image), append(of, i)
			if places != nil {
				if err := saveImage(places[i], p.image); err != nil {
					return fmt.Errorf("--save: %w", err)
				}
				f.Saved = places[i]
			}
		}
	}
	if len(images) > 0 {
		if err := a.classify(ctx, &out, images, of); err != nil {
			return err
		}
	}
	if c.Format == "json" {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(out); err != nil {
			return err
		}
	} else {
		out.print(a)
	}
	return out.exit(a)
}

// picture reads and prepares one file.
func (a *app) picture(name, ink string) (prepared, error) {
	src, err := a.read(name)
	if err != nil {
		return prepared{}, err
	}
	return decode(src, ink)
}

// decode prepares a PNG.
func decode(src []byte, ink string) (prepared, error) {
	const most = 64 << 20 // pixels: more are no picture of a digit
	head, err := png.DecodeConfig(bytes.NewReader(src))
	if err != nil {
		return prepared{}, fmt.Errorf("not a PNG: %w; make one of it first", err)
	}
	if head.Width > most/head.Height {
		return prepared{}, fmt.Errorf("%d×%d pixels are too many: %d million is the most", head.Width, head.Height, most>>20)
	}
	m, err := png.Decode(bytes.NewReader(src))
	if err != nil {
		return prepared{}, fmt.Errorf("not a whole PNG: %w", err)
	}
	return prepare(m, ink), nil
}

func (a *app) read(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(a.stdin)
	}
	return os.ReadFile(name)
}

// classify scores the images, which belong to the files with the numbers of.
func (a *app) classify(ctx context.Context, out *answer, images []verify.Image, of []int) error {
	const seed = 1
	n, err := a.train(ctx, seed)
	if err != nil {
		return err
	}
	test, err := n.Inputs(ctx, "test")
	if err != nil {
		return err
	}
	noise, err := n.Inputs(ctx, "noise")
	if err != nil {
		return err
	}
	top, right := n.winners(test)
	slices.Sort(top)
	below := len(top) / 100
	out.Threshold = top[below]
	noisy, _ := n.winners(noise)
	passing := 0
	for _, t := range noisy {
		if t >= out.Threshold {
			passing++
		}
	}
	out.Network = fmt.Sprintf("rank 20, trained on the first 100 images of MNIST from seed %d in %s; right for %.1f %% of the %d test images",
		seed, plural(n.steps, "step"), 100*float64(right)/float64(test.Count), test.Count)
	out.Rule = fmt.Sprintf("a largest score below %.4f is none: %d of the %d test images score less, and so do %d of %d images of noise, scored as they are",
		out.Threshold, below, test.Count, noise.Count-passing, noise.Count)
	in, err := n.InputsFrom("files", images)
	if err != nil {
		return err
	}
	scores := n.Scores(nil, n.tuple, in)
	for j, i := range of {
		f := &out.Files[i]
		f.Scores = scores[j*in.Labels : (j+1)*in.Labels]
		digit, largest := winner(f.Scores)
		if !(largest >= out.Threshold) {
			f.Reason = fmt.Sprintf("its largest score, %.4f for %d, is below the threshold %.4f", largest, digit, out.Threshold)
			if digit < 0 {
				f.Reason = "it has no score for any digit"
			}
			continue
		}
		f.Digit = &digit
	}
	return ctx.Err()
}

// winners returns the largest score of each input, and how many inputs have it at their right label.
func (n *network) winners(in *verify.Inputs) (top []float64, right int) {
	scores := n.Scores(nil, n.tuple, in)
	for i := range in.Count {
		digit, largest := winner(scores[i*in.Labels : (i+1)*in.Labels])
		top = append(top, largest)
		if in.Truth != nil && in.Truth[i] == digit {
			right++
		}
	}
	return top, right
}

// winner returns the digit that the scores name and its score; -1 and NaN when they name none.
func winner(scores []float64) (digit int, largest float64) {
	digit = model.Classify(scores)
	if digit < 0 {
		return -1, math.NaN()
	}
	return digit, scores[digit]
}

// print writes the answer for a reader.
func (x *answer) print(a *app) {
	if x.Network != "" {
		a.printf("network: %s\nrule: %s\n\n", x.Network, x.Rule)
	}
	for _, f := range x.Files {
		if f.Error != "" {
			continue
		}
		if f.Digit != nil {
			a.printf("%s: %d\n", f.File, *f.Digit)
		} else {
			a.printf("%s: none, because %s\n", f.File, f.Reason)
		}
		a.printf("  %s\n", f.Source)
		for _, s := range f.Steps {
			a.printf("  %s\n", s)
		}
		if f.Saved != "" {
			a.printf("  saved: %s\n", f.Saved)
		}
		if f.Scores != nil {
			a.printf("%s", bars(f.Scores, x.Threshold))
		}
	}
}

// bars draws the scores, one line a digit, with a mark at the threshold.
func bars(scores []float64, threshold float64) string {
	const wide = 40
	digit, largest := winner(scores)
	full := max(threshold, largest)
	if digit < 0 {
		full = threshold
	}
	place := func(v float64) int {
		if math.IsNaN(v) {
			return 0
		}
		return int(math.Round(wide * min(max(v/full, 0), 1)))
	}
	var b strings.Builder
	for k, s := range scores {
		line := []rune(strings.Repeat("█", place(s)) + strings.Repeat(" ", wide-place(s)))
		if at := max(place(threshold)-1, 0); line[at] == ' ' {
			line[at] = '┊'
		}
		fmt.Fprintf(&b, "  %d  %5.3f  %s", k, s, strings.TrimRight(string(line), " "))
		if k == digit {
			b.WriteString("  largest")
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "            %s┊ threshold %.3f\n", strings.Repeat(" ", max(place(threshold)-1, 0)), threshold)
	return b.String()
}

// exit names the files that could not be read and returns the worst that happened.
func (x *answer) exit(a *app) error {
	var err error
	for _, f := range x.Files {
		switch {
		case f.Error != "":
			a.complain(fmt.Errorf("%s cannot be read: %s", f.File, f.Error))
			err = status(verify.ExitError)
		case f.Digit == nil && err == nil:
			err = status(verify.ExitFail)
		}
	}
	return err
}
