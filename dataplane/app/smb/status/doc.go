// Package status names what SMB servers answer: NT status values ([MS-ERREF] section
// 2.3) and the codes of the DOS and SRV classes of SMB1 ([MS-CIFS] section 2.2.2.4).
//
// It stands beside the SMB parser, which writes the names into records.
//
// Ownership: tables of constants, made at start.
//
// Concurrency: read-only.
//
// Limits: a search among some 2,500 values.
package status
