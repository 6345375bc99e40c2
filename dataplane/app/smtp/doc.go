// Package smtp parses SMTP (RFC 5321) with pipelining (RFC 2920), chunking
// (RFC 3030) and the change to TLS (RFC 3207), and hands the messages to
// dataplane/app/mime.
//
// It stands behind dataplane/app. A transaction is an envelope and its message: it
// begins with the first command behind the last one, its client's side is complete
// with the end of the message, its server's side with the reply to that.
//
// Ownership: a transaction holds its message, its files and its text, and gives
// them back in Release; the client's name is the flow's.
//
// Concurrency: one worker.
//
// Limits: a command or reply line is read to maxLine octets, the rest is skipped;
// unanswered commands are counted in maxPending runs of a kind; recipients,
// messages of one envelope and live transactions are bounded (Options, limits in
// tx.go). A message is bounded by dataplane/app/mime.
package smtp
