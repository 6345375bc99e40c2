package configs

import _ "embed"

// Classification lists the rule classes: name, description, priority.
//
//go:embed classification.config
var Classification []byte

// References lists the kinds of references and their prefixes.
//
//go:embed reference.config
var References []byte
