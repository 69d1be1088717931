package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/concord/verify"
)

// slides is a film of one colour per frame, 4×2 pixels, each shown for two tenths of a second.
type slides struct {
	colours []color.RGBA
	shown   func(k int) // called before frame k is made; nil for nothing
}

func (s *slides) Len() int          { return len(s.colours) }
func (s *slides) Size() image.Point { return image.Pt(4, 2) }
func (s *slides) Delay(int) int     { return 20 }

func (s *slides) Frame(k int) *image.Paletted {
	if s.shown != nil {
		s.shown(k)
	}
	return image.NewPaletted(image.Rect(0, 0, 4, 2), color.Palette{s.colours[k]})
}

// fakeFFmpeg writes a program into a folder of its own and returns its path. In the script, $out is the file
// that ffmpeg would write, $all its arguments, and $DIR the folder.
func fakeFFmpeg(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "ffmpeg")
	text := "#!/bin/sh\nDIR='" + dir + "'\nall=\"$*\"\nfor out; do :; done\n" + script + "\n"
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWriteVideo(t *testing.T) {
	red, blue := color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 254, 255}
	for _, c := range []struct{ kind, want string }{
		{".mp4", "-c:v libx264"},
		{".webm", "-c:v libvpx-vp9"},
	} {
		t.Run(c.kind, func(t *testing.T) {
			ffmpeg := fakeFFmpeg(t, `echo "$all" >"$DIR/arguments"; cat >"$DIR/pixels"; echo film >"$out"`)
			path := filepath.Join(t.TempDir(), "new", "digits"+c.kind)
			if err := writeVideo(t.Context(), ffmpeg, path, &slides{colours: []color.RGBA{red, blue}}); err != nil {
				t.Fatal(err)
			}
			if got := contents(t, path); got != "film\n" {
				t.Errorf("the file holds %q, want what ffmpeg wrote", got)
			}
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != 0o644 {
				t.Errorf("the file has mode %v, %v, want it readable for all", info.Mode(), err)
			}
			pixels := strings.Repeat("\xff\x00\x00", 2*8) + strings.Repeat("\x00\x00\xfe", 2*8)
			if got := contents(t, filepath.Join(filepath.Dir(ffmpeg), "pixels")); got != pixels {
				t.Errorf("ffmpeg is handed %d bytes %q, want %d: each frame twice, at ten per second", len(got), got, len(pixels))
			}
			arguments := contents(t, filepath.Join(filepath.Dir(ffmpeg), "arguments"))
			for _, want := range []string{"-f rawvideo -pixel_format rgb24 -video_size 4x2 -framerate 10 -i pipe:0", "-pix_fmt yuv420p", c.want} {
				if !strings.Contains(arguments, want) {
					t.Errorf("arguments = %s, want %q among them", arguments, want)
				}
			}
			if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
				t.Errorf("the folder has %v, %v, want the video alone", entries, err)
			}
		})
	}
}

func TestWriteVideoFails(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"ffmpeg complains", `cat >/dev/null; echo "Unknown encoder 'libx264'" >&2; exit 1`, "exit status 1; it says:\nUnknown encoder 'libx264'"},
		{"ffmpeg reads nothing and complains", `echo "no room" >&2; exit 2`, "exit status 2; it says:\nno room"},
		{"ffmpeg ends early without a word", `exit 0`, "did not take all frames"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "digits.mp4")
			if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
				t.Fatal(err)
			}
			// More than a pipe holds, so that who does not read is found out.
			err := writeVideo(t.Context(), fakeFFmpeg(t, c.script), path, &slides{colours: make([]color.RGBA, 4000)})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "--video "+path) {
				t.Errorf("writeVideo = %v, want %q in it, and the file", err, c.want)
			}
			if got := contents(t, path); got != "before" {
				t.Errorf("the file holds %q, want what it held before", got)
			}
			if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
				t.Errorf("the folder has %v, %v, want the old file alone", entries, err)
			}
		})
	}
	t.Run("the folder is a file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := writeVideo(t.Context(), fakeFFmpeg(t, "exit 0"), filepath.Join(file, "digits.mp4"), &slides{}); err == nil {
			t.Error("writeVideo into a file succeeded")
		}
	})
}

// Cancelling ends ffmpeg, and nothing is left behind.
func TestWriteVideoCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	dir := t.TempDir()
	f := &slides{colours: make([]color.RGBA, 4000), shown: func(k int) {
		if k == 1 {
			cancel()
		}
	}}
	// It would never end by itself: its input stays open as long as it does not read.
	err := writeVideo(ctx, fakeFFmpeg(t, `exec tail -f /dev/null`), filepath.Join(dir, "digits.mp4"), f)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("writeVideo = %v, want %v", err, context.Canceled)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("the folder has %v, %v, want nothing", entries, err)
	}
}

// Without ffmpeg nothing is trained, and the message says what to do.
func TestGenerateWithoutFFmpeg(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("PATH", t.TempDir())
	var stdout, stderr bytes.Buffer
	got := run(t.Context(), []string{"generate", "--video", "digits.mp4"}, strings.NewReader(""), &stdout, &stderr, noEnv)
	if got != verify.ExitError {
		t.Errorf("run = %d, want %d", got, verify.ExitError)
	}
	for _, want := range []string{"--video needs ffmpeg", "install it", "leave --video out"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("standard error = %q, want %q in it", &stderr, want)
		}
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) != 0 {
		t.Errorf("the folder has %v, %v, want nothing", entries, err)
	}
}

// contents returns what a file holds.
func contents(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
