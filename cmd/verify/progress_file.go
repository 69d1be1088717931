package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// progressName is the file in the folder of a report in the making that says how far the run is.
const progressName = "progress.json"

// How often progress.json is written: not more often than the first, and without any news as often as the second.
const (
	shareLeast = 500 * time.Millisecond
	shareMost  = 5 * time.Second
)

// A progressDoc is the content of progress.json.
type progressDoc struct {
	Started  time.Time `json:"started"` // the run
	Updated  time.Time `json:"updated"` // this file
	Scenario string    `json:"scenario"`
	Problem  string    `json:"problem"`
	Phase    string    `json:"phase"`
	Done     int       `json:"done"` // of Total units of the phase
	Total    int       `json:"total"`
	Rate     float64   `json:"rate"`  // units in a second, 0 while there is no telling
	Left     float64   `json:"left"`  // seconds until the phase is done, 0 while there is no telling
	Known    string    `json:"known"` // what is known so far, in words
}

// bulletin writes progress.json for whoever watches a run from elsewhere. What goes wrong there is no concern of the run.
// A nil bulletin writes nothing.
type bulletin struct {
	dir     string
	started time.Time
	written time.Time
	content progressDoc // without times
}

// update writes doc, unless it has just been written, or says nothing new.
func (b *bulletin) update(doc progressDoc, now time.Time) {
	if b == nil {
		return
	}
	age := now.Sub(b.written)
	if age < shareLeast || doc == b.content && age < shareMost {
		return
	}
	b.written, b.content = now, doc
	doc.Started, doc.Updated = b.started.UTC(), now.UTC()
	_ = b.write(doc) //nolint:errcheck // see bulletin
}

// write replaces the file. It is not synced: nobody needs it after a power cut.
func (b *bulletin) write(doc progressDoc) error {
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(b.dir, "."+progressName+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(b.dir, progressName))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// remove removes the file.
func (b *bulletin) remove() {
	if b != nil {
		_ = os.Remove(filepath.Join(b.dir, progressName)) //nolint:errcheck // see bulletin
	}
}

// watchedBeside is watched for what has no folder that is locked: it makes one beside place, and removes it when it is
// told that all is done.
func (p *progress) watchedBeside(place string) (done func()) {
	clearStale(place)
	stage, lock, err := newStage(place)
	if err != nil {
		return func() {}
	}
	p.watched(stage)
	return func() {
		p.stop()
		_ = os.RemoveAll(stage) //nolint:errcheck // see bulletin
		unlock(lock)
	}
}
