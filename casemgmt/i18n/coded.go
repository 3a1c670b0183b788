package i18n

// Coded is a value and its texts.
type Coded struct {
	Key   string `json:"key"`
	Label Text   `json:"label"`
}
