package httpapi_test

import "strings"

// attachmentExamples are those of files; see world.examples.
func (w *world) attachmentExamples() map[string]example {
	return map[string]example{
		"addAttachment": {func() call {
			return call{method: "POST", path: "/attachments", body: obj{"client": w.Client().ID, "name": "lease.pdf", "size": 12, "sum": strings.Repeat("0a", 32)}}
		}, who{201, 201, 201, 201, 422}},
		"listAttachments": {w.ofClient("GET", "/attachments", nil), who{200, 200, 200, 200, 404}},
	}
}
