package memory_test

import (
	"testing"

	"isthmus/storage"
	"isthmus/storage/memory"
	"isthmus/storage/storagetest"
)

func TestMemory(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storage.Store {
		s := memory.New()
		t.Cleanup(func() { s.Close() })
		return s
	})
}
