// Command dexfile writes, reads and checks bulk upload files of the Australian
// Data Exchange (DEX), for people who have only a file.
package main

import (
	"github.com/opencasework/casework/examples/internal/cli"
)

const name = "dexfile"

var program = cli.Program{Name: name, Commands: []cli.Command{
	{Name: "check", Args: "[flags] FILE...", Text: "check files by the rules of DEX; - is standard input", Run: check},
	{Name: "show", Args: "FILE", Text: "say what is in a file", Run: show},
	{Name: "split", Args: "FILE -o DIR", Text: "split a file into files that are small enough to upload", Run: split},
	{Name: "fromcsv", Args: "DIR -o OUT", Text: "make checked files from tables; -headers DIR writes empty tables", Run: fromCSV},
	{Name: "slk", Args: "-family NAME -given NAME -birth DATE -gender CODE", Text: "make a statistical linkage key", Run: slk},
}}

func main() { program.Main() }
