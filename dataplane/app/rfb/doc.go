// Package rfb parses the handshake of the Remote Framebuffer protocol (VNC,
// RFC 6143): versions, authentication, the screen's size and name.
//
// It stands behind dataplane/app. A flow is one transaction, complete with the
// server's initialisation; what follows is not looked at.
//
// Ownership: the state holds its one transaction and the octets of either side
// whose turn did not come yet, in Env.Mem.
//
// Concurrency: one worker.
//
// Limits: either side is held to maxHeld octets, a name or a reason is kept to
// maxText.
package rfb
