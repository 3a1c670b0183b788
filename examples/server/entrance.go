package main

import (
	"net"
	"sync"
)

// sendBuffer is how much of an answer the kernel keeps for a connection that does
// not take it: else it is some MB.
const sendBuffer = 256 << 10

// entrance lets so many connections in at a time. Others wait before it.
type entrance struct {
	*net.TCPListener
	places chan struct{}
	closed chan struct{}
	close  func() error
}

func newEntrance(l *net.TCPListener, most int) *entrance {
	e := &entrance{TCPListener: l, places: make(chan struct{}, most), closed: make(chan struct{})}
	e.close = sync.OnceValue(func() error {
		close(e.closed)
		return l.Close()
	})
	return e
}

// Accept waits for a place, and then for a connection.
func (e *entrance) Accept() (net.Conn, error) {
	select {
	case e.places <- struct{}{}:
	case <-e.closed:
		return nil, net.ErrClosed
	}
	leave := sync.OnceFunc(func() { <-e.places })
	c, err := e.AcceptTCP()
	if err != nil {
		leave()
		return nil, err
	}
	_ = c.SetWriteBuffer(sendBuffer)
	return &guest{c, leave}, nil
}

func (e *entrance) Close() error { return e.close() }

// guest is a connection that has a place. It is a TCP connection in all else: the
// server closes those in two steps.
type guest struct {
	*net.TCPConn
	leave func()
}

func (g *guest) Close() error {
	defer g.leave()
	return g.TCPConn.Close()
}
