module github.com/opencasework/casework

go 1.26.0

require (
	github.com/google/uuid v1.6.0
	github.com/hbollon/go-edlib v1.6.0
	golang.org/x/text v0.43.0
)
