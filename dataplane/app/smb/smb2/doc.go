// Package smb2 reads the messages of SMB 2 and 3 ([MS-SMB2] section 2.2): header, and
// of each command that the parser follows, what it needs.
//
// It stands below the SMB parser: pure functions over borrowed octets.
//
// Ownership: slices that are returned lie in what was given.
//
// Concurrency: pure.
//
// Limits: every length is checked against what is there; a list of dialects is as long
// as its message.
package smb2
