package httpapi

import "github.com/opencasework/casework/casemgmt/attach"

// attachmentRoutes are the files of clients.
func attachmentRoutes(a *attach.Service) []*route {
	return []*route{
		op("POST /attachments", "addAttachment", "Add a file to a client (ATT-01)", a.Add),
		op("GET /clients/{id}/attachments", "listAttachments", "The files of a client (ATT-02)", whole(byID(a.Of))),
	}
}
