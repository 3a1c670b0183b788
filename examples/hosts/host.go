// Package hosts shows casework in programs that are built on GORM and on sqlx: their
// rows and casework's are written in one transaction, theirs. Its tests run it.
package hosts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"gorm.io/gorm"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/casemgmt"
)

// Ticket is the hosts' own row.
type Ticket struct {
	ID     int64  `db:"id"`
	Client string `db:"client"`
}

// GormHost is a host on GORM.
type GormHost struct {
	DB    *gorm.DB
	Store *bunstore.Store
	Cases *casemgmt.Service
}

// Receive registers a client and gives a ticket, or nothing of it.
func (h GormHost) Receive(ctx context.Context, cmd casemgmt.RegisterClient) error {
	return h.DB.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		own, ok := tx.Statement.ConnPool.(*sql.Tx) // what GORM has begun
		if !ok {
			return errors.New("hosts: GORM prepares statements: PrepareStmt must be off to join its transaction")
		}
		client, err := h.Cases.On(h.Store.Join(own).Cases()).RegisterClient(ctx, cmd)
		if err != nil {
			return err
		}
		return tx.Create(&Ticket{Client: client.ID.String()}).Error
	})
}

// SqlxHost is a host on sqlx.
type SqlxHost struct {
	DB    *sqlx.DB
	Store *bunstore.Store
	Cases *casemgmt.Service
}

// Receive registers a client and gives a ticket, or nothing of it.
func (h SqlxHost) Receive(ctx context.Context, cmd casemgmt.RegisterClient) error {
	tx, err := h.DB.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after the commit
	client, err := h.Cases.On(h.Store.Join(tx.Tx).Cases()).RegisterClient(ctx, cmd)
	if err != nil {
		return err
	}
	if _, err := tx.NamedExecContext(ctx, "INSERT INTO tickets (client) VALUES (:client)", Ticket{Client: client.ID.String()}); err != nil {
		return err
	}
	return tx.Commit()
}

// ByAgeBand is a report of the host's own: it reads through a service, which checks what
// the caller may see, and counts in the host's words.
func ByAgeBand(ctx context.Context, cases *casemgmt.Service, year int) (map[string]int, error) {
	out := map[string]int{}
	p := casemgmt.PageRequest{Limit: 200}
	for {
		page, err := cases.SearchClients(ctx, casemgmt.ClientQuery{}, p)
		if err != nil {
			return nil, err
		}
		for _, c := range page.Items {
			decade := (year - c.BirthDate.Year) / 10 * 10
			out[fmt.Sprintf("%d-%d", decade, decade+9)]++
		}
		if p.After = page.Next; p.After == "" {
			return out, nil
		}
	}
}
