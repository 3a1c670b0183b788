package main

import (
	"fmt"
	"strings"

	"github.com/opencasework/casework/examples/internal/cli"
	"github.com/opencasework/casework/icare"
)

func templates(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "templates")
	newer := editionFlag(f)
	list := f.String("list", "", "the `name` of a list, to see its labels")
	keys, code, ok := cli.Parse(f, args)
	if !ok {
		return code
	}
	spec, err := edition(*newer)
	switch {
	case err != nil:
		return cli.Fail(s, err)
	case len(keys) > 1 || *list != "" && len(keys) > 0:
		return cli.Fail(s, fmt.Errorf("name one template, or one list, or none"))
	case *list != "":
		return labels(s, spec, *list)
	case len(keys) == 1:
		return columns(s, spec, keys[0])
	}
	for _, t := range spec.Templates {
		mandatory := 0
		for _, c := range t.Columns {
			if c.Mandatory {
				mandatory++
			}
		}
		fmt.Fprintf(s.Out, "%-28s %s: %d columns, %d mandatory\n", t.Key, t.Title, len(t.Columns), mandatory)
	}
	return cli.Good
}

// columns shows a template in detail.
func columns(s cli.Streams, spec *icare.Spec, key string) int {
	t := spec.Template(key)
	if t == nil {
		return cli.Fail(s, fmt.Errorf("there is no such template; icarefile templates lists them"))
	}
	for _, c := range t.Columns {
		what := string(c.Kind)
		if c.List != "" && c.Kind == icare.Code {
			what = "list " + c.List
		}
		if c.Mandatory {
			what += ", mandatory"
		}
		fmt.Fprintf(s.Out, "%-3s %s (%s) %s\n", c.Letter, c.ID, what, c.Label)
		if c.Condition != "" {
			fmt.Fprintf(s.Out, "    %s\n", c.Condition)
		}
	}
	fmt.Fprintf(s.Err, "icarefile templates -list NAME shows the labels of a list\n")
	return cli.Good
}

// labels shows the labels of a list, as they are to be written.
func labels(s cli.Streams, spec *icare.Spec, name string) int {
	l := spec.List(name)
	if l == nil {
		return cli.Fail(s, fmt.Errorf("there is no such list; there are %s", strings.Join(spec.ListNames(), ", ")))
	}
	for _, v := range l.Values {
		fmt.Fprintln(s.Out, v.Label)
	}
	return cli.Good
}
