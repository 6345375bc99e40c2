// Package line takes lines off the octets of protocols that speak in them: SMTP,
// FTP, POP3.
//
// It stands between the layer, which gives a parser what it left and what came
// behind it, and the parser.
//
// Ownership: lines are borrowed from the octets.
//
// Concurrency: a Reader is one flow's.
//
// Limits: a line longer than what is asked for is cut, and its rest is skipped
// without being held.
package line
