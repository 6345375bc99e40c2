// Package config reads weir's configuration: Suricata's YAML, so that an
// existing suricata.yaml is a valid weir configuration, plus the keys that only
// weir has.
//
// It stands before everything else: the control process loads a file once,
// turns it into typed sections and hands each part of weir its own section. A
// reload loads again and compares; nothing here is changed in place.
//
// The source is a tree of nodes, each with the place it was read from, because
// three things that people rely on need it: keys keep their case (HOME_NET),
// `yes` is true, and one element of a list can be set
// (outputs.1.eve-log.types.2.anomaly.types.stream=yes). A viper instance sits on
// the tree for everybody who wants viper's view of it.
//
// What a key means, its type, its compiled-in default and one line of
// documentation stand in one table, the files under registry/. Decoding,
// checking, the names of the environment and the warning about an unknown key
// all read that table.
//
// Without a file the profile in shipped.yaml is loaded; with a file it is not,
// and a key that the file leaves out takes its compiled-in default.
//
// Ownership: a Config owns its tree; nodes are handed out as pointers and must
// not be changed.
//
// Concurrency: a loaded Config is read only and may be shared.
//
// Limits: files up to MaxFileSize, MaxNodes nodes in all, MaxDepth levels,
// includes MaxIncludes deep; list elements can only be appended one by one.
package config
