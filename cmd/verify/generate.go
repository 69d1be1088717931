package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"example.org/concord/model"
	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// generateCmd is verify generate.
type generateCmd struct {
	Out    string   `help:"Folder for the pictures, ${default} when absent." default:"generated" placeholder:"DIR"`
	Seed   uint64   `help:"Seed of the network and of the drawings, ${default} when absent." default:"1" placeholder:"N"`
	Rank   int      `help:"Rank d of the network, ${default} when absent." default:"20" placeholder:"N"`
	Start  string   `help:"Distribution that the start of training is drawn from, ${default} when absent." default:"uniform" placeholder:"KIND"`
	Digits []string `help:"Digits to draw; all when absent." placeholder:"0,1"`
	Video  string   `help:"Write the film also as a video to this file, .mp4 or .webm; needs ffmpeg." placeholder:"FILE"`
}

// Help is what --help says after the first line.
func (*generateCmd) Help() string {
	return fmt.Sprintf(`Trains one network on the first 100 training images of MNIST and lets it draw every digit twice, each
time from noise of its own. Writes each drawing as PNG, in signed colours and in grey, and images/digits.png,
the film of all ascents: an animated PNG, which every browser shows. For each digit it has the two side by
side, from their noises to the end, with how far apart they are.

With --video the film goes to a file of its own too: H.264 in .mp4, VP9 in .webm. That takes ffmpeg, which is
looked for before anything is trained.

Says for each digit the scores of both drawings, their sign patterns, and how far they are from each other:
the norm of their difference up to sign, both having norm 1. Drawings with the same sign pattern belong to
the same basin and should agree to many digits; others should only look alike.

Starts: %s.

Examples:

    verify generate
    verify generate --digits 3,8 --rank 10 --out digits
    verify generate --video digits.mp4

Exit codes: 0 all drawn, 2 usage, 3 something did not converge, 4 error, such as no ffmpeg, 130 interrupted.`, strings.Join(model.StartNames(), ", "))
}

// Validate is called by kong.
func (c *generateCmd) Validate() error {
	if _, err := model.ParseStart(c.Start); err != nil {
		return fmt.Errorf("--start: %w", err)
	}
	if c.Rank < 1 || c.Rank > 784 {
		return fmt.Errorf("--rank %d: want 1 to 784", c.Rank)
	}
	for i, d := range c.Digits {
		if len(d) != 1 || d[0] < '0' || d[0] > '9' {
			return fmt.Errorf("--digits: %q is no digit", d)
		}
		if slices.Contains(c.Digits[:i], d) {
			return fmt.Errorf("--digits: %s appears twice", d)
		}
	}
	if c.Video != "" && encoders()[filepath.Ext(c.Video)] == nil {
		return fmt.Errorf("--video %s: the name has to end in .mp4 or .webm", c.Video)
	}
	return nil
}

// Run is called by kong.
func (c *generateCmd) Run(ctx context.Context, a *app) (err error) {
	s, err := a.reference(c.Seed, c.Rank, c.Start, c.Digits)
	if err != nil {
		return err
	}
	ffmpeg := ""
	if c.Video != "" {
		if ffmpeg, err = findFFmpeg(); err != nil {
			return err
		}
	}
	out, err := newFolder(c.Out, "drawings.txt")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.drop()) }()
	show := a.progress(false)
	r, err := verify.Run(ctx, s, a.subjects(), &verify.RunSettings{Environment: a.environment(), Progress: show.event, Clock: a.now})
	show.stop()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	p := &r.Problems[0]
	if p.Error != "" {
		return errors.New(p.Error)
	}
	text, complete := drawings(p, c.Start)
	if err := errors.Join(out.save("drawings.txt", bytesTo(text)), report.WriteImages(out.stage, r)); err != nil {
		return err
	}
	if err := out.commit(); err != nil {
		return err
	}
	a.printf("%s\npictures:  %s\n", text, filepath.Join(c.Out, "images"))
	film, err := report.NewFilm(p)
	if err != nil {
		return err
	}
	if film == nil {
		a.printf("animation: none, because nothing was drawn\n")
		return status(verify.ExitUndecided)
	}
	a.printf("animation: %s\n", filepath.Join(c.Out, "images", "digits.png"))
	if c.Video != "" {
		if err := writeVideo(ctx, ffmpeg, c.Video, film); err != nil {
			return err
		}
		a.printf("video:     %s\n", c.Video)
	}
	if !complete {
		return status(verify.ExitUndecided)
	}
	return nil
}

// drawings says what was drawn, and whether everything converged.
func drawings(p *verify.ProblemResult, start string) (text []byte, complete bool) {
	var b bytes.Buffer
	t := &p.Trials[0]
	complete = t.Status == verify.Converged
	fmt.Fprintf(&b, "rank %v, seed %d, start %s: %s after %s, fitness %.12f\n",
		p.Settings["rank"], t.Seed, start, t.Status, plural(t.Steps, "step"), float64(t.Fitness))
	if t.Error != "" {
		fmt.Fprintf(&b, "training failed: %s\n", t.Error)
	}
	for _, d := range p.Digests {
		if d.Detail != "" {
			fmt.Fprintf(&b, "%s, sha-256 %s\n  %s\n", d.Name, d.SHA256, d.Detail)
		}
	}
	if len(p.Drawings) > 0 {
		fmt.Fprintf(&b, "\n%-5s  %-23s  %-12s  %s\n", "digit", "scores", "patterns", "distance")
	}
	for _, d := range p.Drawings {
		if d.Converged < d.Count {
			complete = false
			for _, m := range d.Instances {
				fmt.Fprintf(&b, "%-5s  instance %d: %s after %s\n", d.Label, m.Instance, m.Status, plural(m.Steps, "step"))
			}
			continue
		}
		m, n := d.Instances[0], d.Instances[1]
		same := "another basin"
		if m.Pattern == n.Pattern {
			same = "the same basin"
		}
		fmt.Fprintf(&b, "%-5s  %.8f  %.8f   %-5s %-5s   %-9.3g  %s\n", d.Label, float64(m.Score), float64(n.Score), m.Pattern, n.Pattern, float64(d.Difference), same)
	}
	return b.Bytes(), complete
}
