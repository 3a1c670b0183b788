// Command icarefile writes, reads and checks bulk upload workbooks of Canada's
// iCARE, for people who have only a file.
package main

import "github.com/opencasework/casework/examples/internal/cli"

const name = "icarefile"

var program = cli.Program{Name: name, Commands: []cli.Command{
	{Name: "check", Args: "[flags] FILE...", Text: "check workbooks or tables that are sent together", Run: check},
	{Name: "templates", Args: "[TEMPLATE]", Text: "list the templates, or the columns of one", Run: templates},
	{Name: "new", Args: "TEMPLATE -o FILE.xlsx", Text: "write an empty workbook", Run: newBook},
	{Name: "fill", Args: "-base DOWNLOADED.xlsx -in ROWS.csv -o OUT.xlsx", Text: "fill a workbook that was downloaded from iCARE, keeping all its parts", Run: fill},
	{Name: "fromcsv", Args: "ROWS.csv -o OUT.xlsx", Text: "make a workbook of a table, or several when it has more than 2,500 rows", Run: fromCSV},
	{Name: "tocsv", Args: "FILE.xlsx", Text: "write the records of a workbook as a table", Run: toCSV},
	{Name: "returned", Args: "[-sent SENT.xlsx] FILE.xlsx", Text: "list the records that iCARE returned, with what it says", Run: returned},
}}

func main() { program.Main() }
