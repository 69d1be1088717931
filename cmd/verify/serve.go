package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// serveCmd is verify serve.
type serveCmd struct {
	Dir     string `arg:"" optional:"" help:"Folder of reports, ${default} when absent." default:"reports"`
	Port    int    `help:"Port to listen on, ${default} when absent; 0 takes one that is free." default:"8484" placeholder:"N"`
	Address string `help:"Address to listen on: 127.0.0.1 when absent, or ::1. No other is served." default:"127.0.0.1" placeholder:"IP"`
}

// Help is what --help says after the first line.
func (*serveCmd) Help() string {
	return `Serves the reports below DIR to browsers on this machine, and prints the address: an index of all runs, how
far those are that go on, whoever started them, and every file of a report as it is. Nothing can be changed:
only GET and HEAD are answered, only on a loopback address, and only to those who ask for localhost by name.
Hidden files, and what symbolic links point to, are not served. Ctrl-C, or SIGTERM, ends the server, which is
how it is meant to end.

A run under way is known by the file progress.json that verify run keeps beside its cells, and that it goes on
by the lock on that folder. A run that was killed is shown as one that goes on no more.

Exit codes: 0 ended by Ctrl-C, 2 usage, no such folder, 4 the address is taken, or the server failed.

Examples:

    verify serve
    verify serve reports --port 0`
}

// hold is how long requests may take to end once the server is told to.
const hold = 3 * time.Second

// Run is called by kong.
func (c *serveCmd) Run(ctx context.Context, a *app) error {
	if c.Address != "127.0.0.1" && c.Address != "::1" {
		return usagef("--address %s: only this machine is served, so write 127.0.0.1 or ::1; to read reports elsewhere, copy their folders, or forward the port with ssh -L", c.Address)
	}
	if c.Port < 0 || c.Port > 65535 {
		return usagef("--port %d: want 0 to 65535", c.Port)
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return usagef("looking for reports: %w; `verify run` makes them", err)
	}
	defer root.Close() //nolint:errcheck // nothing was written
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(c.Address, strconv.Itoa(c.Port)))
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("%w; --port 0 takes a port that is free", err)
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return errors.Join(fmt.Errorf("listening on %v, which is no TCP address", listener.Addr()), listener.Close())
	}
	if _, err := fmt.Fprintf(a.stdout, "http://%s/\n", address); err != nil {
		return listener.Close() // run says what is wrong with standard output
	}
	a.note("serving %s to this machine; Ctrl-C ends it", c.Dir)
	return serve(ctx, listener, newSite(ctx, newShelf(root, c.Dir), address.Port), &noteWriter{a})
}

// serve answers requests until ctx is done.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, complaints io.Writer) error {
	server := &http.Server{
		Handler: handler, ErrorLog: log.New(complaints, "", 0),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 16,
		DisableGeneralOptionsHandler: true, // it would answer whoever asks
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("the server failed: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), hold)
	defer cancel()
	err := server.Shutdown(last)
	if errors.Is(err, context.DeadlineExceeded) { // somebody does not read what they asked for
		err = server.Close()
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// noteWriter passes on what the server has to complain about.
type noteWriter struct{ a *app }

// Write implements io.Writer.
func (w *noteWriter) Write(p []byte) (int, error) {
	w.a.note("verify: serve: %s", p)
	return len(p), nil
}
