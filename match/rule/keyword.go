package rule

import "sort"

// Keyword is one row of the language.
type Keyword struct {
	Name    string
	Group   string
	Doc     string
	Aliases []string
	// NeedsValue and NoValue say whether a value must, or may not, stand behind it.
	NeedsValue, NoValue bool
	parse               func(p *parser, name, value string) error
}

// tables are the rows by family; each family is a file.
var tables = [][]Keyword{metaKeywords, contentKeywords, byteKeywords, bufferKeywords, transformKeywords,
	packetKeywords, stateKeywords, numericKeywords, txKeywords, dnp3Keywords, nfsKeywords, dcerpcKeywords, fileKeywords, tlsKeywords, anomalyKeywords}

var index map[string]*Keyword

func init() {
	index = map[string]*Keyword{}
	for _, t := range tables {
		for i := range t {
			index[t[i].Name] = &t[i]
			for _, a := range t[i].Aliases {
				index[a] = &t[i]
			}
		}
	}
}

func keywordOf(name string) *Keyword { return index[name] }

func keywordNames() []string {
	out := make([]string, 0, len(index))
	for n := range index {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// Keywords are all rows, by group and name.
func Keywords() []Keyword {
	var out []Keyword
	for _, t := range tables {
		out = append(out, t...)
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Group != out[j].Group {
			return out[i].Group < out[j].Group
		}
		return out[i].Name < out[j].Name
	})
	return out
}
