package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/opencasework/casework/examples/internal/cli"
)

// progress shows on a terminal how much of something was read, once that takes
// more than a second.
type progress struct {
	io.Reader
	out     io.Writer // nil: nobody looks
	name    string
	all, at int64
	start   time.Time
	shown   time.Time
}

func newProgress(s cli.Streams, r io.Reader, name string, size int64) *progress {
	p := &progress{Reader: r, name: name, all: size, start: time.Now()}
	if f, ok := s.Err.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.out = f
		}
	}
	return p
}

func (p *progress) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	p.at += int64(n)
	if p.out == nil {
		return n, err
	}
	now := time.Now()
	if now.Sub(p.start) > time.Second && now.Sub(p.shown) > 100*time.Millisecond {
		p.shown = now
		p.draw()
	}
	return n, err
}

const barWidth = 30

func (p *progress) draw() {
	if p.all <= 0 {
		fmt.Fprintf(p.out, "\r%s %d MB", p.name, p.at/1_000_000)
		return
	}
	done := int(min(p.at, p.all) * barWidth / p.all)
	fmt.Fprintf(p.out, "\r%s [%s%s] %3d%%", p.name, strings.Repeat("#", done), strings.Repeat(" ", barWidth-done), min(p.at, p.all)*100/p.all)
}

// done takes the bar away.
func (p *progress) done() {
	if !p.shown.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
