package casemgmt_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
)

// source is the code of a package as far as the tests of events need it.
type source struct {
	t   *testing.T
	set *token.FileSet
	// functions and methods by their names; kernel has those of package casemgmt.
	functions, methods map[string][]*ast.FuncDecl
	kernel             *source
	says               map[*ast.FuncDecl]bool
}

func readSource(t *testing.T, dir string, kernel *source) *source {
	t.Helper()
	s := &source{t: t, set: token.NewFileSet(), functions: map[string][]*ast.FuncDecl{}, methods: map[string][]*ast.FuncDecl{}, kernel: kernel, says: map[*ast.FuncDecl]bool{}}
	names, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatal(dir, err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(s.set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				of := s.functions
				if fn.Recv != nil {
					of = s.methods
				}
				of[fn.Name.Name] = append(of[fn.Name.Name], fn)
			}
		}
	}
	return s
}

// Every exported method of a service is a change or a reading, but for those that
// are neither; and the unit of work of a change is a named function which says on
// every way to success that is to be seen in its code what it has done, or that
// nothing was to be done. What cannot be seen the kernel refuses: a change that
// says nothing of itself (TestChangeWithoutEvent).
func TestEveryChangeSaysWhatItDid(t *testing.T) {
	kernel := readSource(t, "casemgmt", nil)
	changes := 0
	for _, dir := range storetest.ServicePackages(t, "..") {
		s := kernel
		if dir != "casemgmt" {
			s = readSource(t, dir, kernel)
		}
		for name, list := range s.methods {
			for _, fn := range list {
				if ast.IsExported(name) && receiver(fn) == "Service" && s.change(dir, fn) {
					changes++
				}
			}
		}
	}
	if changes < 50 {
		t.Errorf("only %d changes are found", changes)
	}
}

func receiver(fn *ast.FuncDecl) string {
	return strings.TrimLeft(types.ExprString(fn.Recv.List[0].Type), "*")
}

// change judges a method of a service, and says whether it makes a change.
func (s *source) change(dir string, fn *ast.FuncDecl) bool {
	changes, reads := false, false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch types.ExprString(call.Fun) {
		case "Change", "casemgmt.Change", "answered": // answered is Change of package batch
			changes = true
			s.unit(dir, fn, call.Args[3])
		case "Read", "casemgmt.Read", "ReadMany", "casemgmt.ReadMany":
			reads = true
		}
		return true
	})
	if !changes && !reads && !s.delegates(fn) {
		s.t.Errorf("%s: %s is neither a change nor a reading", dir, fn.Name.Name)
	}
	return changes
}

// delegates says whether a method needs no unit of work of its own: it is made of
// other methods of its package, or opens none.
func (s *source) delegates(fn *ast.FuncDecl) bool {
	if slices.Contains([]string{"On", "Forms", "Formats", "Systems"}, fn.Name.Name) {
		return true
	}
	found := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			name := last(call.Fun)
			found = found || len(s.methods[name]) > 0 || len(s.functions[name]) > 0
		}
		return true
	})
	return found
}

// unit judges the function of a unit of work.
func (s *source) unit(dir string, fn *ast.FuncDecl, do ast.Expr) {
	name := last(do)
	list := s.functions[name]
	if _, ok := do.(*ast.SelectorExpr); ok {
		list = slices.DeleteFunc(slices.Clone(s.methods[name]), func(m *ast.FuncDecl) bool { return receiver(m) == "Service" })
		if len(list) == 0 && s.kernel != nil {
			s.kernel.unit(dir, fn, do)
			return
		}
	}
	if len(list) == 0 {
		s.t.Errorf("%s: the unit of work of %s is no named function", dir, fn.Name.Name)
	}
	for _, f := range list {
		if !s.always(f) {
			s.t.Errorf("%s: %s may succeed without a word of what it did", s.set.Position(f.Pos()), f.Name.Name)
		}
	}
}

// last is the name of a function or method as it is called.
func last(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		return last(e.X)
	}
	return ""
}

// always says whether a function logs, or says that nothing was to be done, on every
// way to success.
func (s *source) always(fn *ast.FuncDecl) bool {
	if known, ok := s.says[fn]; ok {
		return known
	}
	s.says[fn] = false // while it is looked at: what calls itself shows nothing by that
	w := &walker{s: s, good: true}
	said, ends := w.block(fn.Body.List, false, false)
	s.says[fn] = w.good && (ends || said)
	return s.says[fn]
}

// walker follows the ways through a function.
type walker struct {
	s    *source
	good bool
}

// block follows statements from a state, in which something was said or not; failing
// ones stand where an error is known. It gives the state behind them, and whether
// there is any way there.
func (w *walker) block(list []ast.Stmt, said, failing bool) (after, ends bool) {
	for _, stmt := range list {
		if said, ends = w.stmt(stmt, said, failing); ends {
			return said, true
		}
	}
	return said, false
}

func (w *walker) stmt(stmt ast.Stmt, said, failing bool) (after, ends bool) {
	switch n := stmt.(type) {
	case *ast.ReturnStmt:
		if !said && !w.mentioned(n) && succeeds(n, failing) {
			w.good = false
		}
		return said, true
	case *ast.BlockStmt:
		return w.block(n.List, said, failing)
	case *ast.IfStmt:
		return w.branch(n, said, failing)
	case *ast.SwitchStmt:
		return w.cases(n.Body.List, said || w.mentioned(n.Init), failing)
	case *ast.TypeSwitchStmt:
		return w.cases(n.Body.List, said, failing)
	case *ast.ForStmt:
		w.block(n.Body.List, said, failing)
		return said, false
	case *ast.RangeStmt:
		w.block(n.Body.List, said, failing)
		return said, false
	case *ast.BranchStmt:
		return true, true // it goes on elsewhere; what follows a loop is judged with the loop left out
	}
	return said || w.mentioned(stmt), false
}

func (w *walker) branch(n *ast.IfStmt, said, failing bool) (after, ends bool) {
	said = said || w.mentioned(n.Init) || w.mentioned(n.Cond)
	in, inEnds := w.block(n.Body.List, said, failing || strings.Contains(types.ExprString(n.Cond), "err != nil"))
	out, outEnds := said, false
	if n.Else != nil {
		out, outEnds = w.stmt(n.Else, said, failing)
	}
	switch {
	case inEnds && outEnds:
		return true, true
	case inEnds:
		return out, false
	case outEnds:
		return in, false
	}
	return in && out, false
}

func (w *walker) cases(list []ast.Stmt, said, failing bool) (after, ends bool) {
	after, ends = true, true
	others := true // there may be a case that is not listed
	for _, stmt := range list {
		c := stmt.(*ast.CaseClause)
		others = others && c.List != nil
		known := failing
		for _, e := range c.List {
			known = known || strings.Contains(types.ExprString(e), "err != nil")
		}
		if s, e := w.block(c.Body, said, known); !e {
			after, ends = after && s, false
		}
	}
	if others {
		after, ends = after && said, false
	}
	return after, ends
}

// succeeds says whether a return may be one without an error.
func succeeds(n *ast.ReturnStmt, failing bool) bool {
	if len(n.Results) == 0 {
		return !failing
	}
	text := func(e ast.Expr) string { return types.ExprString(e) }
	first, err := text(n.Results[0]), text(n.Results[len(n.Results)-1])
	switch {
	case err == "nil":
		return true
	case err == "err" && failing, strings.HasPrefix(err, "fault.Err"):
		return false
	}
	return len(n.Results) == 1 || first != "nil"
}

// mentioned says whether a statement or expression calls what logs.
func (w *walker) mentioned(n ast.Node) bool {
	if n == nil || n == ast.Stmt(nil) || n == ast.Expr(nil) {
		return false
	}
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = found || w.logs(n)
		}
		return !found
	})
	return found
}

func (w *walker) logs(call *ast.CallExpr) bool {
	name := last(call.Fun)
	if _, ok := call.Fun.(*ast.SelectorExpr); ok {
		if name == "Log" || name == "Changed" || name == "Created" || name == "Unchanged" {
			return true
		}
		return w.all(w.s.methods[name])
	}
	return w.all(w.s.functions[name])
}

func (w *walker) all(list []*ast.FuncDecl) bool {
	for _, fn := range list {
		if !w.s.always(fn) {
			return false
		}
	}
	return len(list) > 0
}
