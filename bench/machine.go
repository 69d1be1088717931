package main

import (
	"bytes"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"example.org/concord/simd"
)

// A Machine is where a run took place.
type Machine struct {
	CPU        string `json:"cpu"`
	Cores      int    `json:"cores"`
	LastCache  int64  `json:"last_cache"` // bytes of the last cache
	Caches     string `json:"caches"`
	Kernel     string `json:"kernel"` // of the operating system
	Go         string `json:"go"`
	GOAMD64    string `json:"goamd64"`
	SIMD       string `json:"simd"`
	Revision   string `json:"revision"`
	LoadBefore string `json:"load_before"` // load averages when the run began: the machine should have been idle
}

func thisMachine() Machine {
	m := Machine{
		CPU: field("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(), Kernel: firstLine("/proc/sys/kernel/osrelease"),
		Go: runtime.Version(), SIMD: simd.Kernel(), Revision: "unknown", LoadBefore: firstLine("/proc/loadavg"),
	}
	var caches []string
	for _, index := range []string{"index0", "index2", "index3"} {
		dir := "/sys/devices/system/cpu/cpu0/cache/" + index + "/"
		size := firstLine(dir + "size")
		if size == "" {
			continue
		}
		caches = append(caches, "L"+firstLine(dir+"level")+" "+size)
		if kib, err := strconv.ParseInt(strings.TrimSuffix(size, "K"), 10, 64); err == nil {
			m.LastCache = kib << 10
		}
	}
	m.Caches = strings.Join(caches, ", ")
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "GOAMD64":
				m.GOAMD64 = s.Value
			case "vcs.revision":
				m.Revision = s.Value
			case "vcs.modified":
				if s.Value == "true" {
					m.Revision += "+dirty"
				}
			}
		}
	}
	return m
}

// firstLine returns the first line of a file, "" where there is none.
func firstLine(path string) string {
	text, _ := os.ReadFile(path) //nolint:errcheck // what is not there is not known
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return strings.TrimSpace(string(line))
}

// field returns the first value of a key in a file of lines "key: value", "" where there is none.
func field(path, key string) string {
	text, _ := os.ReadFile(path) //nolint:errcheck // as in firstLine
	for line := range strings.Lines(string(text)) {
		if k, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// peakRSS returns the largest resident size of this process so far in bytes; 0 where it is not known.
func peakRSS() int64 {
	kib, err := strconv.ParseInt(strings.TrimSuffix(field("/proc/self/status", "VmHWM"), " kB"), 10, 64)
	if err != nil {
		return 0
	}
	return kib << 10
}
