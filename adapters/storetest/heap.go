package storetest

import (
	"runtime"
	"sync"
	"time"
)

// PeakHeap is how far the heap grows beyond what it was while a call runs, in bytes.
func PeakHeap(call func()) uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, peak := m.HeapInuse, m.HeapInuse
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
		}
	})
	call()
	close(done)
	wait.Wait()
	return peak - min(before, peak)
}
