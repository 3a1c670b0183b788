package httpapi_test

// formExamples are those of what forms are made of; see world.examples.
func (w *world) formExamples() map[string]example {
	return map[string]example{
		"listDefinitions": {get("/form-definitions"), all},
		"getDefinition":   {get("/form-definitions/io?definition=1"), all},
		"getFormSchema":   {get("/form-definitions/io/schema?stage=funder&funder=icare&lang=fr"), all},
		"listLists":       {get("/lists"), all},
		"getList":         {get("/lists/language"), all},
		"getCodes":        {get("/codes"), all},
		"getSetting":      {get("/setting"), all},
	}
}
