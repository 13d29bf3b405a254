package main

import (
	"context"
	"fmt"
	"runtime"
)

// version is set by make build.
var version = "dev"

func printVersion(_ context.Context, w world, _ map[string]string) error {
	_, err := fmt.Fprintf(w.out, "isthmus %s (%s)\n", version, runtime.Version())
	return err
}
