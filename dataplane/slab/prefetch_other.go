//go:build !amd64

package slab

// prefetch does nothing where no instruction for it is at hand.
func prefetch(*uintptr, int) {}
