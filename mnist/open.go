package mnist

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNotFetched is what [Open] wraps when the examples are neither embedded
// nor in the cache.
var ErrNotFetched = errors.New("not in the cache: run `verify data fetch`")

// Settings say where [Open], [Fetch] and [Status] look. A nil *Settings is the
// same as the zero value.
type Settings struct {
	// Dir is the cache folder. Empty means [CacheDir].
	Dir string
	// Go is the go command that Fetch asks for [Module]. Empty means the "go"
	// that PATH finds.
	Go string
}

func (s *Settings) dir() (string, error) {
	if s == nil || s.Dir == "" {
		return CacheDir()
	}
	return s.Dir, nil
}

func (s *Settings) goCommand() string {
	if s == nil || s.Go == "" {
		return "go"
	}
	return s.Go
}

// CacheDir returns the folder that holds the full files: the environment
// variable CONCORD_DATA if it is set and not empty, else concord/mnist in
// [os.UserCacheDir]. The folder need not exist. It is an error if there is no
// such variable and no user's cache folder.
func CacheDir() (string, error) {
	if dir := os.Getenv("CONCORD_DATA"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("mnist: no cache folder, set CONCORD_DATA: %w", err)
	}
	return filepath.Join(dir, "concord", "mnist"), nil
}

// Open returns count examples of the split from offset on, in file order: out
// of the binary if it has them all, else out of the cache.
//
// It is an error if the split is neither [Train] nor [Test], if count is less
// than one, or if the split has fewer than offset+count examples. If the cache
// is needed and lacks a file the error wraps [ErrNotFetched]; if a file there
// is not the original one it wraps a [*DigestError], and none of it is used.
// The set may share memory with a larger one, but with none of another call.
func Open(ctx context.Context, split Split, offset, count int, settings *Settings) (*Set, error) {
	h, err := split.half()
	if err != nil {
		return nil, err
	}
	if err := checkRange(offset, count, h.total); err != nil {
		return nil, fmt.Errorf("mnist: %s images: %w", split, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if offset+count <= h.embedded {
		return Embedded(split, offset, count)
	}

	dir, err := settings.dir()
	if err != nil {
		return nil, err
	}
	var names []string
	var files [][]byte
	for _, src := range Sources() {
		if src.Split != split {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		path := filepath.Join(dir, src.Name)
		b, err := readVerified(path, src)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("mnist: %s images %d to %d need %s: %w", split, offset, offset+count-1, path, ErrNotFetched)
		}
		if _, damaged := errors.AsType[*DigestError](err); damaged {
			return nil, fmt.Errorf("mnist: damaged file in the cache, `verify data fetch` replaces it: %w", err)
		}
		if err != nil {
			return nil, fmt.Errorf("mnist: cache: %w", err)
		}
		names = append(names, path)
		files = append(files, b)
	}
	set, err := decode(names[0], files[0], names[1], files[1])
	if err != nil {
		return nil, err
	}
	return set.Slice(offset, count)
}

// A Place is where an original file was found.
type Place string

// The places.
const (
	InBinary Place = "embedded" // the binary carries the whole file
	InCache  Place = "cached"   // the cache folder has it, and its digest is right
	Damaged  Place = "damaged"  // the cache folder has a file of this name with other content
	Absent   Place = "absent"   // neither
)

// A FileStatus says of one original file where it is.
type FileStatus struct {
	Source
	Embedded int    // examples of it, from the first on, that the binary carries
	Place    Place  // where the whole file is
	Path     string // where the cache has it, or would have it
	Got      string // SHA-256 of a damaged file, else empty
}

// Status reports where the files of [Sources] are, in that order. It reads
// those in the cache to compare their digests; for a file that is both cached
// and embedded the place is the cache. It is an error if a file exists and
// cannot be read.
func Status(ctx context.Context, settings *Settings) ([]FileStatus, error) {
	dir, err := settings.dir()
	if err != nil {
		return nil, err
	}
	var list []FileStatus
	for _, src := range Sources() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h, err := src.Split.half()
		if err != nil {
			return nil, err
		}
		st := FileStatus{Source: src, Embedded: h.embedded, Path: filepath.Join(dir, src.Name)}
		_, err = readVerified(st.Path, src)
		damage, isDamage := errors.AsType[*DigestError](err)
		switch {
		case err == nil:
			st.Place = InCache
		case isDamage:
			st.Place, st.Got = Damaged, damage.Got
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("mnist: cache: %w", err)
		case h.embedded == src.Examples:
			st.Place = InBinary
		default:
			st.Place = Absent
		}
		list = append(list, st)
	}
	return list, nil
}
