package slab

// prefetch asks for the cache line at each address.
//
//go:noescape
func prefetch(addr *uintptr, n int)
