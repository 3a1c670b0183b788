package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/opencasework/casework/adapters/bunstore"
)

// maintain carries out the commands that look after a database as it is, and says
// whether it was one: backup, restore and check. They migrate nothing, so that they can be
// used beside a running server, also an older one.
func maintain(ctx context.Context, o options, args []string, stdout io.Writer) (bool, error) {
	switch {
	case len(args) == 2 && args[0] == "backup":
		return true, backup(ctx, o, args[1], stdout)
	case len(args) == 2 && args[0] == "restore":
		return true, restore(ctx, o, args[1], stdout)
	case len(args) == 1 && args[0] == "check":
		return true, check(ctx, o, stdout)
	}
	return false, nil
}

// withStore calls do with the store of an existing database.
func withStore(ctx context.Context, o options, do func(*bunstore.Store) error) error {
	if o.dsn == "" {
		if _, err := os.Stat(o.data); err != nil {
			return fmt.Errorf("there is no database: %w", err)
		}
	}
	db, _, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer db.Close()
	store, err := bunstore.New(db, bunstore.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	return do(store)
}

func backup(ctx context.Context, o options, file string, stdout io.Writer) error {
	err := withStore(ctx, o, func(s *bunstore.Store) error { return s.Backup(ctx, file) })
	if errors.Is(err, bunstore.ErrNoBackup) {
		return errors.New("PostgreSQL is backed up by its own programs, beside running servers: pg_dump -Fc -f FILE DSN; see docs/operations.md")
	}
	if err == nil {
		_, err = fmt.Fprintf(stdout, "the backup is in %s\n", file)
	}
	return err
}

// errDamaged says that check found something, which it has printed.
var errDamaged = errors.New("the database is damaged; restore a backup, and keep this one for whoever looks into it")

func check(ctx context.Context, o options, stdout io.Writer) error {
	return withStore(ctx, o, func(s *bunstore.Store) error { return tell(ctx, s, stdout) })
}

func tell(ctx context.Context, s *bunstore.Store, stdout io.Writer) error {
	found, err := s.Check(ctx)
	if err != nil {
		return err
	}
	for _, d := range found {
		fmt.Fprintln(stdout, d)
	}
	if len(found) > 0 {
		return errDamaged
	}
	_, err = fmt.Fprintln(stdout, "the database is whole")
	return err
}

// restore makes the data file of a backup that is whole. It puts nothing in the place of
// a database that is there.
func restore(ctx context.Context, o options, file string, stdout io.Writer) error {
	if o.dsn != "" {
		return errors.New("PostgreSQL is restored by its own programs into an empty database: pg_restore -d DSN FILE; see docs/operations.md")
	}
	for _, name := range []string{o.data, o.data + "-wal", o.data + "-shm"} {
		if _, err := os.Stat(name); err == nil {
			return fmt.Errorf("%s is there: stop the server, and move it away first", name)
		}
	}
	part := o.data + ".part"
	if err := copyFile(file, part); err != nil {
		return err
	}
	own := o
	own.data = part
	err := withStore(ctx, own, func(s *bunstore.Store) error { return tell(ctx, s, stdout) })
	for _, name := range []string{part + "-wal", part + "-shm"} {
		_ = os.Remove(name)
	}
	if err != nil {
		_ = os.Remove(part)
		return fmt.Errorf("the backup was not restored: %w", err)
	}
	if err := os.Rename(part, o.data); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(o.data))
	if err != nil {
		return err
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s is restored\n", o.data)
	return err
}

// copyFile copies a file to the disk.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
