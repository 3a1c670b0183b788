package fault

import (
	"unicode"
	"unicode/utf8"
)

// Required adds an issue when a mandatory field is empty.
func (is *Issues) Required(rule, path string, given bool) {
	if !given {
		is.Add(rule, path, "required")
	}
}

// Line checks a text of one line: whole Unicode, no control characters, at
// most max characters.
func (is *Issues) Line(path, text string, limit int) { is.text(path, text, limit, false) }

// Note checks a text of several lines.
func (is *Issues) Note(path, text string, limit int) { is.text(path, text, limit, true) }

func (is *Issues) text(path, text string, limit int, lines bool) {
	if len(text) > 4*limit || utf8.RuneCountInString(text) > limit {
		is.Add("", path, "too_long", "max", limit)
		return
	}
	for _, r := range text {
		switch {
		case r == utf8.RuneError: // a lone surrogate or broken UTF-8 was here
			is.Add("", path, "not_unicode")
			return
		case lines && (r == '\n' || r == '\t' || r == '\r'):
		case unicode.IsControl(r):
			is.Add("", path, "control_character")
			return
		}
	}
}

// OneOf checks a code; an empty one is left to Required.
func (is *Issues) OneOf(rule, path string, valid bool, text string) {
	if text != "" && !valid {
		is.Add(rule, path, "unknown_value")
	}
}
