package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// encoders are what ffmpeg is told for each kind of file.
func encoders() map[string][]string {
	return map[string][]string{
		".mp4":  {"-c:v", "libx264", "-preset", "slow", "-crf", "18", "-movflags", "+faststart"},
		".webm": {"-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0"},
	}
}

// findFFmpeg returns the path of ffmpeg.
func findFFmpeg() (string, error) {
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		return "", fmt.Errorf("--video needs ffmpeg, and there is none on PATH (%w): install it, as by apt-get install ffmpeg or brew install ffmpeg, or leave --video out: images/digits.png is a film too, which every browser shows", err)
	}
	return path, nil
}

// A film is a row of frames of one size.
type film interface {
	Len() int
	Size() image.Point
	Frame(k int) *image.Paletted
	Delay(k int) int // in hundredths of a second, a multiple of ten
}

// videoRate is the number of frames per second: each frame of a film is repeated for a whole number of them.
const videoRate = 10

// writeVideo encodes f by ffmpeg into the file path, whose extension says how. The file is there as a whole or
// not at all.
func writeVideo(ctx context.Context, ffmpeg, path string, f film) (err error) {
	dir, kind := filepath.Dir(path), filepath.Ext(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("--video %s: %w", path, err)
	}
	stage, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*"+kind)
	if err != nil {
		return fmt.Errorf("--video %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(stage.Name()))
		}
	}()
	// ffmpeg opens the file by its name; stage stays open, to be synced.
	err = errors.Join(encodeVideo(ctx, ffmpeg, stage.Name(), f), stage.Chmod(0o644), stage.Sync(), stage.Close())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		err = os.Rename(stage.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("--video %s: %w", path, err)
	}
	return nil
}

// encodeVideo runs ffmpeg and hands it the frames, three bytes a pixel.
func encodeVideo(ctx context.Context, ffmpeg, path string, f film) error {
	size := f.Size()
	args := []string{
		"-hide_banner", "-loglevel", "error", "-y",
		"-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", fmt.Sprintf("%dx%d", size.X, size.Y),
		"-framerate", strconv.Itoa(videoRate), "-i", "pipe:0",
		"-vf", "scale=out_color_matrix=bt709", "-pix_fmt", "yuv420p",
		"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
	}
	args = append(args, encoders()[filepath.Ext(path)]...)
	cmd := exec.CommandContext(ctx, ffmpeg, append(args, path)...) //nolint:gosec // the ffmpeg on the user's PATH
	var said bytes.Buffer
	cmd.Stderr = &said
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("ffmpeg: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("ffmpeg: %w", err)
	}
	piped := errors.Join(pipeFrames(pipe, f), pipe.Close())
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("ffmpeg gave up: %w; it says:\n%s", err, bytes.TrimSpace(said.Bytes()))
	}
	if piped != nil {
		return fmt.Errorf("ffmpeg did not take all frames: %w", piped)
	}
	return nil
}

// pipeFrames writes the pixels of all frames, each as often as it is to be shown.
func pipeFrames(w io.Writer, f film) error {
	for k := range f.Len() {
		m := f.Frame(k)
		pixels := make([]byte, 0, 3*len(m.Pix))
		colours := make([][3]byte, len(m.Palette))
		for i, c := range m.Palette {
			red, green, blue, _ := c.RGBA()
			colours[i] = [3]byte{byte(red >> 8), byte(green >> 8), byte(blue >> 8)} //nolint:gosec // sixteen bits each
		}
		for y := range m.Rect.Dy() {
			for _, i := range m.Pix[y*m.Stride:][:m.Rect.Dx()] {
				pixels = append(pixels, colours[i][:]...)
			}
		}
		for range f.Delay(k) * videoRate / 100 {
			if _, err := w.Write(pixels); err != nil {
				return err
			}
		}
	}
	return nil
}
