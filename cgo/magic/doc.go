// Package magic binds libmagic: the name of a file's type from its first
// octets, as the command file(1) gives it.
//
// It stands under the filemagic condition of rules (in the engine, only where
// a loaded rule asks for it) and under the file records of control.
//
// Ownership: a Library belongs to its maker, who calls Close. Data and output
// buffers are the caller's and not kept.
//
// Concurrency: a Library belongs to one thread at a time.
//
// Limits: libmagic allocates with malloc in a lookup and frees again; what it
// may follow (indirections, names, regular expressions, ELF and archive
// headers) is bounded by its parameters, and at most MaxData octets are looked
// at. A lookup takes up to hundreds of microseconds, so it comes last among a
// rule's conditions. The type database takes megabytes for each Library.
package magic
