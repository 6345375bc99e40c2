// Package auth reads what SMB clients prove themselves with: NTLMSSP ([MS-NLMP]
// section 2.2.1) and Kerberos tickets (RFC 4120 section 5.5.1) in SPNEGO (RFC 4178).
//
// It stands below the SMB parser: pure functions over borrowed octets.
//
// Ownership: slices that are returned lie in what was given.
//
// Concurrency: pure.
//
// Limits: lists within SPNEGO and Kerberos are read to maxItems elements.
package auth
