// Package smb1 reads the messages of SMB 1 ([MS-CIFS] section 2.2, [MS-SMB] section
// 2.2): header, and of each command that the parser follows, what it needs.
//
// It stands below the SMB parser: pure functions over borrowed octets.
//
// Ownership: slices that are returned lie in what was given.
//
// Concurrency: pure.
//
// Limits: every length is checked against what is there.
package smb1
