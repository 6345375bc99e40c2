// Package api is the local control API: HTTP with JSON over a unix socket that
// only its owner may open. `weir status`, `weir reload` and `weir block` are its
// clients; so is curl --unix-socket.
//
// It stands beside the packet's way, in control: requests become calls of a
// Control, which the supervisor is.
//
// Ownership: Serve owns the socket's file and removes it at the end.
//
// Concurrency: requests are served concurrently; a Control takes that.
//
// Limits: a request's body has at most maxBody octets; a request may take as
// long as a reload does.
package api
