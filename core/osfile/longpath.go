package osfile

import "strings"

// extendedPath gives an absolute Windows path the prefix that lifts the limit of MAX_PATH (260 characters with the
// closing zero, 248 for folders). Windows then takes the path as it is: no forward slashes, no dots, no trailing blanks
// cut off; filepath.Abs has dealt with these before. Microsoft: "Maximum Path Length Limitation".
func extendedPath(abs string) string {
	const short = 248
	abs = strings.ReplaceAll(abs, "/", `\`)
	switch {
	case len(abs) < short,
		strings.HasPrefix(abs, `\\?\`), strings.HasPrefix(abs, `\\.\`), strings.HasPrefix(abs, `\??\`):
		return abs
	case strings.HasPrefix(abs, `\\`):
		return `\\?\UNC\` + abs[2:]
	case len(abs) > 2 && abs[1] == ':' && abs[2] == '\\':
		return `\\?\` + abs
	}
	return abs // a path without a drive: there is no long form of it
}
