package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
	"example.org/concord/simd"
)

// concord answers jobs as the peers do, with Concord.
type concord struct {
	ascent model.Ascent
	data   *model.Data
	rank   int
}

// ascents names the ways of ascent that are compared.
func ascents(name string) (model.Ascent, error) {
	method, err := model.ParseMethod(name)
	a := model.Ascent{Method: method, MaxSteps: math.MaxInt}
	if method == model.Gradient {
		a.Rate, a.Momentum = 0.1, 0.95
	}
	return a, err
}

// serve answers jobs until there are none.
func serve(ctx context.Context, method string, in io.Reader, out io.Writer) error {
	ascent, err := ascents(method)
	if err != nil {
		return err
	}
	c := &concord{ascent: ascent}
	lines, answers := bufio.NewReader(in), json.NewEncoder(out)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		var j job
		if err := errors.Join(err, json.Unmarshal(line, &j)); err != nil {
			return err
		}
		r, err := c.do(ctx, j)
		if err != nil {
			r.Error = err.Error()
		}
		r.ID, r.PeakRSS = j.ID, peakRSS()
		if err := answers.Encode(r); err != nil {
			return err
		}
	}
}

func (c *concord) do(ctx context.Context, j job) (result, error) {
	switch j.Kind {
	case "hello":
		return result{Versions: map[string]string{"go": runtime.Version()}, BLAS: "room simd, kernel " + simd.Kernel(), Fair: true}, nil
	case "threads":
		runtime.GOMAXPROCS(j.Threads)
		return result{}, nil
	case "peak":
		return peak(j.Threads), nil
	case "load":
		images := mat.NewDense(j.N, j.Pixels, nil)
		if err := readMatrices(filepath.Join(j.Dir, "images.f64"), images); err != nil {
			return result{}, err
		}
		data, err := model.NewData(side, j.Classes, images, j.Labels, model.Modulus)
		c.data, c.rank = data, j.Rank
		return result{}, err
	case "sweep":
		return c.sweep(ctx, j)
	}
	x, err := readParams(j.Start, c.rank)
	if err != nil {
		return result{}, err
	}
	switch j.Kind {
	case "gradient":
		return c.gradient(j, x), nil
	case "probe":
		return c.probe(j, x)
	case "trial":
		return c.trial(ctx, j, x)
	case "images":
		return c.images(ctx, j, x)
	}
	return result{}, fmt.Errorf("no such job: %q", j.Kind)
}

// gradient evaluates for j.Seconds, and at least twice, and returns the median time of one evaluation.
func (c *concord) gradient(j job, start model.Params) result {
	f, x := model.NewSpanFitness(c.data, start)
	grad := make([]float64, f.Len())
	f.FuncGrad(grad, x)
	var times []float64
	for began := time.Now(); len(times) < 2 || time.Since(began).Seconds() < j.Seconds; {
		one := time.Now()
		f.FuncGrad(grad, x)
		times = append(times, time.Since(one).Seconds())
	}
	return result{Seconds: spreadOf(times).Median, Evaluations: len(times)}
}

// probe stores the gradient in full space, as (2.3) and (2.4) have it.
func (c *concord) probe(j job, x model.Params) (result, error) {
	f, grad := model.Fitness{Data: c.data}, model.NewParams(c.rank, pixels, c.data.Classes)
	f.Grad(grad, x)
	return result{Value: f.Func(x)}, writeMatrices(j.Out, grad.A, grad.B)
}

func (c *concord) trial(ctx context.Context, j job, x model.Params) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, seconds(j.Limit))
	defer cancel()
	var milestones []milestone
	decade, began := -3, time.Now()
	a := c.ascent
	a.GradTol = j.Tol
	a.Record = func(_ int, _, norm float64, _ []float64) {
		for ; norm <= math.Pow10(decade) && decade >= -12; decade-- {
			milestones = append(milestones, milestone{Exponent: decade, Seconds: time.Since(began).Seconds()})
		}
	}
	// Without what fitnesses of the same data share: each trial finds it again.
	data := &model.Data{Side: c.data.Side, Classes: c.data.Classes, D: c.data.D, R: c.data.R, Y: c.data.Y}
	x, report := model.Train(ctx, data, x, a)
	r := result{
		Seconds: time.Since(began).Seconds(), Evaluations: report.Evaluations, GradNorm: report.GradNorm,
		Status: status(ctx, report), Milestones: milestones,
	}
	return r, writeMatrices(j.Out, x.A, x.B)
}

func status(ctx context.Context, report model.Report) string {
	switch {
	case report.Status == model.Converged:
		return converged
	case ctx.Err() != nil:
		return limited
	}
	return stalled
}

// each calls do(i) for i < n on as many goroutines as there are cores to use.
func each(n int, do func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// sweep trains from every start, as `verify run` does: a goroutine a core, and what fitnesses of the same data share is
// found once.
func (c *concord) sweep(ctx context.Context, j job) (result, error) {
	starts := make([]model.Params, len(j.Starts))
	for i, path := range j.Starts {
		var err error
		if starts[i], err = readParams(path, c.rank); err != nil {
			return result{}, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, seconds(j.Limit))
	defer cancel()
	reports := make([]model.Report, len(starts))
	a := c.ascent
	a.GradTol = j.Tol
	began := time.Now()
	data, err := model.NewData(c.data.Side, c.data.Classes, c.data.D, c.data.Y, model.Modulus)
	if err != nil {
		return result{}, err
	}
	each(len(starts), func(i int) { _, reports[i] = model.Train(ctx, data, starts[i], a) })
	r := result{Seconds: time.Since(began).Seconds(), Status: converged}
	for _, report := range reports {
		r.add(report)
		if s := status(ctx, report); s != converged {
			r.Status = s
		}
	}
	return r, nil
}

func (r *result) add(report model.Report) {
	r.Evaluations += report.Evaluations
	r.GradNorm = max(r.GradNorm, report.GradNorm)
}

// images draws an image of class i modulo K from each start, on one goroutine.
func (c *concord) images(ctx context.Context, j job, x model.Params) (result, error) {
	starts := mat.NewDense(j.N, pixels, nil)
	if err := readMatrices(j.Out, starts); err != nil {
		return result{}, err
	}
	var r result
	began := time.Now()
	for i := range j.N {
		limit, cancel := context.WithTimeout(ctx, seconds(j.Limit))
		d := model.NewDrawer(x, i%x.Classes(), side, model.Modulus)
		drawing := d.Draw(limit, starts.RawRowView(i), model.Ascent{Method: model.LBFGS, GradTol: j.Tol}, 0)
		cancel()
		r.add(drawing.Report)
		r.Values = append(r.Values, drawing.Value)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
