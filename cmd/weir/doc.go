// Command weir is an inline intrusion prevention system: one binary, one file
// per subcommand.
package main
