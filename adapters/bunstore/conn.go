package bunstore

import (
	"errors"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/casemgmt"
)

// Conn is the transaction of the unit of work whose hook is called, for the host's own
// rows: with bun as db.NewInsert().Model(&row).Conn(conn), or with plain statements in
// the placeholders of the database. It ends with the hook; the transaction is
// casework's to commit. tx is HookCall.Tx. It fails where there is none, and when it is
// not of a hook that is being called.
func Conn(tx casemgmt.Tx) (bun.IConn, error) {
	u, ok := tx.(interface{ Conn() (bun.IConn, error) })
	if !ok {
		return nil, errors.New("bunstore: Conn takes the Tx of a hook on this storage")
	}
	return u.Conn()
}
