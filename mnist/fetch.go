package mnist

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Fetch copies the four original files into the cache folder, which it creates
// if need be, and returns the paths of those that it wrote.
//
// They come from the folder from, or, if from is empty, from [Module], which
// the go command downloads unless it already has it. All four are compared
// with their digests before the first is stored: a file that is not the
// original is a [*DigestError], and the cache stays as it was. Files that the
// cache has already are left alone; a damaged one is replaced. If from is
// empty and the cache is complete, nothing is run and nothing is read from
// elsewhere.
//
// Each file is written under another name, flushed to the disk and renamed, so
// that at any time the cache holds a file whole or not at all.
func Fetch(ctx context.Context, from string, settings *Settings) (stored []string, err error) {
	dir, err := settings.dir()
	if err != nil {
		return nil, err
	}
	var wanted []Source
	for _, src := range Sources() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		// Whatever is wrong with the cached file, the answer is a new one; if
		// that cannot be written either, the error comes from there.
		if _, err := readVerified(filepath.Join(dir, src.Name), src); err != nil {
			wanted = append(wanted, src)
		}
	}
	if from == "" {
		if len(wanted) == 0 {
			return nil, nil
		}
		root, err := moduleDir(ctx, settings.goCommand())
		if err != nil {
			return nil, err
		}
		from = filepath.Join(root, "data")
	}
	content := make(map[string][]byte)
	for _, src := range Sources() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b, err := readVerified(filepath.Join(from, src.Name), src)
		if err != nil {
			return nil, fmt.Errorf("mnist: fetch: %w", err)
		}
		content[src.Name] = b
	}
	stored, err = store(ctx, dir, wanted, content)
	if err != nil {
		return stored, fmt.Errorf("mnist: fetch: %w", err)
	}
	return stored, nil
}

// store writes content[src.Name] to dir for every src of files. All are on the
// disk under temporary names before the first gets its own.
func store(ctx context.Context, dir string, files []Source, content map[string][]byte) (stored []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var temps []string
	defer func() {
		for _, t := range temps[len(stored):] {
			err = errors.Join(err, os.Remove(t))
		}
	}()
	for _, src := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := os.CreateTemp(dir, src.Name+".*.tmp")
		if err != nil {
			return nil, err
		}
		temps = append(temps, f.Name())
		if err := fill(f, content[src.Name]); err != nil {
			return nil, err
		}
	}
	for i, src := range files {
		path := filepath.Join(dir, src.Name)
		if err := os.Rename(temps[i], path); err != nil {
			return stored, err
		}
		stored = append(stored, path)
	}
	return stored, nil
}

// fill writes b to f, waits until it is on the disk, and closes f.
func fill(f *os.File, b []byte) error {
	_, err := f.Write(b)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// moduleDir returns the folder of Module in the module cache. It runs the go
// command in an empty folder, where no go.mod or go.work can change what it
// does or be changed by it.
func moduleDir(ctx context.Context, goCommand string) (dir string, err error) {
	empty, err := os.MkdirTemp("", "concord-fetch-*")
	if err != nil {
		return "", fmt.Errorf("mnist: fetch: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(empty)) }()

	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, goCommand, "mod", "download", "-json", Module)
	cmd.Dir = empty
	cmd.Env = append(cmd.Environ(), "GO111MODULE=on", "GOWORK=off")
	cmd.Stdout = &stdout
	cmd.Stderr = &stderr
	cmd.WaitDelay = 5 * time.Second // for what a cancelled go command leaves running
	runErr := cmd.Run()
	if err := ctx.Err(); err != nil {
		return "", err
	}

	// A go command that fails says why in Error, or, before it comes to the
	// module, on its standard error.
	var answer struct{ Dir, Error string }
	jsonErr := json.Unmarshal(stdout.Bytes(), &answer)
	switch {
	case jsonErr == nil && answer.Error != "":
		return "", fmt.Errorf("mnist: fetch: %s mod download: %s", goCommand, answer.Error)
	case runErr != nil:
		return "", fmt.Errorf("mnist: fetch: %s mod download: %w%s", goCommand, runErr, tail(stderr.Bytes()))
	case jsonErr != nil:
		return "", fmt.Errorf("mnist: fetch: %s mod download: answer: %w", goCommand, jsonErr)
	case answer.Dir == "":
		return "", fmt.Errorf("mnist: fetch: %s mod download: answer has no Dir", goCommand)
	}
	return answer.Dir, nil
}

// tail returns what a command wrote to its standard error as the end of an
// error message.
func tail(stderr []byte) string {
	if s := bytes.TrimSpace(stderr); len(s) > 0 {
		return ": " + string(s)
	}
	return ""
}
