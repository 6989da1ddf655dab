package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

func sorted(f file) []string { return slices.Sorted(maps.Keys(f)) }

var opening = regexp.MustCompile(`{{\.\w+}}`)

// unlike says why a translation cannot stand for its English: it is empty, has other forms, or other places.
func unlike(english, other any) string {
	if e, ok := english.(map[string]any); ok {
		o, ok := other.(map[string]any)
		if !ok || o["other"] == nil {
			return `it has no form "other"`
		}
		for form, text := range o {
			whole := e[form]
			if whole == nil {
				whole = e["other"]
			}
			// "one" may spell its number out, so that {{.Number}} may be missing there, and only there.
			if why := unlikeText(whole.(string), text, form != "other"); why != "" {
				return form + ": " + why
			}
		}
		return ""
	}
	return unlikeText(english.(string), other, false)
}

func unlikeText(english string, other any, numberMayLack bool) string {
	text, ok := other.(string)
	if !ok || strings.TrimSpace(text) == "" {
		return "it is no text"
	}
	places := func(s string) []string {
		all := slices.Compact(slices.Sorted(slices.Values(opening.FindAllString(s, -1))))
		if numberMayLack {
			all = slices.DeleteFunc(all, func(p string) bool { return p == "{{.Number}}" })
		}
		return all
	}
	if a, b := places(english), places(text); !slices.Equal(a, b) {
		return fmt.Sprintf("it leaves %v open, the English %v", b, a)
	}
	if opening.MatchString(english) {
		return ""
	}
	if a, b := verbsOf(english), verbsOf(text); !maps.Equal(a, b) {
		return fmt.Sprintf("its places are %v, those of the English %v", b, a)
	}
	return ""
}
