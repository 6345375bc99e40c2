// Package ftp parses FTP (RFC 959, RFC 2228, RFC 2428) and the files on its data
// connections.
//
// It stands behind dataplane/app. On the control connection a transaction is a
// command and its replies; a reply to nothing, as the greeting is, is one without
// a command. PORT, EPRT, PASV and EPSV name the data connection, and a command
// that moves a file adds it to dataplane/app/expect; the layer gives the
// connection to FTP data when it comes, on whatever worker.
//
// Ownership: a transaction holds its text and gives it back in Release; on a data
// connection the state holds its one transaction with its file.
//
// Concurrency: one worker; expectations are shared by all.
//
// Limits: a line is read to Options.MaxLine octets, the rest is skipped; replies
// of a command are kept up to maxReplies lines; live transactions are bounded by
// Options.MaxTx, all text by Options.Memcap.
package ftp
