package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/concord/verify/report"
)

// site answers requests: the index at /, what goes on at /.events, and files of reports under their names.
type site struct {
	shelf *shelf
	done  context.Context //nolint:containedctx // ends the streams of events when the server ends
	hosts []string        // under which it may be asked for
	seats chan struct{}   // one for each stream of events
}

// maxStreams bounds how many streams of events there are at a time.
const maxStreams = 32

func newSite(done context.Context, s *shelf, port int) *site {
	at := ":" + strconv.Itoa(port)
	hosts := []string{"localhost" + at, "127.0.0.1" + at, "[::1]" + at}
	if port == 80 {
		hosts = append(hosts, "localhost", "127.0.0.1", "[::1]")
	}
	return &site{shelf: s, done: done, hosts: hosts, seats: make(chan struct{}, maxStreams)}
}

// filePolicy is the content-security-policy of files. A report pins its own style and script and keeps within this; a
// page that is no report may run scripts, but in an origin of its own, without a way to the other reports or out.
const filePolicy = "default-src 'none'; img-src 'self' data: blob:; media-src 'self' data: blob:; font-src data:; " +
	"style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; sandbox allow-scripts allow-downloads allow-modals allow-popups allow-popups-to-escape-sandbox"

// ServeHTTP implements http.Handler.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	// A page from elsewhere whose name was made to point here must not read reports.
	if !slices.ContainsFunc(s.hosts, func(host string) bool { return strings.EqualFold(host, r.Host) }) {
		s.notice(w, http.StatusForbidden, "Not served under this name", "Reports are served to this machine alone, as "+s.hosts[0]+" or "+s.hosts[1]+".")
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		s.notice(w, http.StatusMethodNotAllowed, "Nothing can be changed here", "Only GET and HEAD are answered.")
		return
	}
	switch r.URL.Path {
	case "/":
		s.index(w)
	case "/.events":
		s.events(w, r)
	case "/favicon.ico": // browsers ask for it, and there is none
		w.WriteHeader(http.StatusNoContent)
	default:
		s.file(w, r)
	}
}

// index sends the index.
func (s *site) index(w http.ResponseWriter) {
	page, policy, err := report.IndexHTML(s.shelf.look().index)
	if err != nil {
		http.Error(w, "the index could not be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, http.StatusOK, page, policy)
}

// notice sends a page that says what is wrong.
func (s *site) notice(w http.ResponseWriter, code int, title, text string) {
	page, policy, err := report.NoticeHTML(title, text)
	if err != nil {
		http.Error(w, title+": "+text, code)
		return
	}
	send(w, code, page, policy)
}

// send sends a page of the server's own. To a HEAD, net/http sends no more than the header.
func send(w http.ResponseWriter, code int, page []byte, policy string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy+"; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(code)
	_, _ = w.Write(page) //nolint:errcheck // who asked has gone
}

// file sends a file as it is.
func (s *site) file(w http.ResponseWriter, r *http.Request) {
	name, inside := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/")
	info, err := s.shelf.stat(name)
	if err == nil && info.IsDir() {
		if !inside { // so that what the page links to is found
			http.Redirect(w, r, (&url.URL{Path: "/" + name + "/"}).EscapedPath(), http.StatusMovedPermanently)
			return
		}
		name = path.Join(name, "index.html")
		info, err = s.shelf.stat(name)
	} else if inside {
		err = fs.ErrNotExist
	}
	if err != nil || !info.Mode().IsRegular() {
		s.notice(w, http.StatusNotFound, "There is no such file", "It may have been removed, or replaced by a newer report.")
		return
	}
	f, err := s.shelf.root.Open(name)
	if err != nil {
		code := http.StatusInternalServerError
		if errors.Is(err, fs.ErrNotExist) {
			code = http.StatusNotFound
		}
		s.notice(w, code, "The file cannot be read", "It may have been removed, or replaced by a newer report.")
		return
	}
	defer f.Close() //nolint:errcheck // nothing was written
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("Content-Security-Policy", filePolicy)
	http.ServeContent(w, r, "", info.ModTime(), f)
}

// contentType says what kind of file a name stands for. What is in it has no say.
func contentType(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".json":
		return "application/json"
	case ".xml":
		return "application/xml"
	case ".txt", ".log", ".yaml", ".md":
		return "text/plain; charset=utf-8"
	case ".png":
		return "image/png"
	case ".svg":
		return "image/svg+xml"
	case ".mp4":
		return "video/mp4"
	default:
		return "application/octet-stream"
	}
}

// events sends what goes on, whenever it changes, until the reader or the server ends it.
func (s *site) events(w http.ResponseWriter, r *http.Request) {
	select {
	case s.seats <- struct{}{}:
		defer func() { <-s.seats }()
	default:
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	stream := http.NewResponseController(w)
	ticker := time.NewTicker(max(s.shelf.patience, shelfLook/20))
	defer ticker.Stop()
	var last []byte
	var sent time.Time
	for now := time.Now(); ; {
		if state := s.shelf.look().state; !bytes.Equal(state, last) || now.Sub(sent) >= keepAlive {
			last, sent = state, now
			text := slices.Concat([]byte("event: state\ndata: "), state, []byte("\n\n"))
			if stream.SetWriteDeadline(time.Now().Add(keepAlive)) != nil {
				return
			}
			if _, err := w.Write(text); err != nil || stream.Flush() != nil {
				return
			}
		}
		select {
		case <-s.done.Done():
			return
		case <-r.Context().Done():
			return
		case now = <-ticker.C:
		}
	}
}

// keepAlive is how often something is sent even if it is nothing new, so that those who have gone are noticed.
const keepAlive = 15 * time.Second
