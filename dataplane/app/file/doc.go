// Package file follows files through transactions: their octets as rules look
// at them, their names, sizes and digests, and what became of them.
//
// It stands between the parsers of protocols that carry files (HTTP, SMTP, FTP,
// SMB, NFS) and detection (file.data, file.name, filesize), and makes the
// fileinfo object of events. A parser opens a file from the worker's Pool,
// appends octets as they come, closes it, and lists it in its transaction; the
// worker logs it when its state is no longer Opened.
//
// Ownership: a File belongs to the transaction that opened it, which gives it
// back with Pool.Put in Release. Octets and names are copied into the worker's
// memory; a View stays valid until that memory's Flush.
//
// Concurrency: one Pool a worker, no locks.
//
// Limits: Options.Files files and Options.Hashers digests at a time; a file
// keeps at most Options.Keep octets of what was seen in earlier calls, and never
// more than 1 MiB. Without memory the file ends in state Error.
package file
