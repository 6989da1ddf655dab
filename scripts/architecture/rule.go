package main

import (
	"fmt"
	"slices"
	"strings"
)

const (
	module = "enrollbench"
	fyne   = "fyne.io/fyne/v2"
	driver = fyne + "/app" // needs cgo and a display; whoever imports it can be tested in a real window only
)

// imports is one package of the module: what it imports itself, and all it needs in the end.
type imports struct {
	path        string
	direct, all []string
}

// layer is a floor of the building. A package may import what lies on a lower floor, and on its own floor if neighbours
// are allowed there. The order is the rule.
type layer int

const (
	base     layer = iota // what everything stands on
	format                // one file format each; they do not know of each other
	service               // acts that need several formats, a network or a database
	resource              // embedded files
	window                // gui
	program               // main, cmd/enrollctl
	tool                  // tests of the whole, benchmarks and checks; nobody imports them
)

// core names the floor of every package below core/. A package that is not named here has no place yet: giving it one is
// a decision, to be taken here and in docs/ARCHITECTURE.md.
var core = map[string]layer{
	"archive":     base,
	"atomicfile":  base,
	"attribute":   base,
	"ber":         base,
	"certificate": base,
	"csvlist":     base,
	"filelock":    base,
	"finding":     base,
	"form":        base,
	"instance":    base,
	"osfile":      base,
	"workbook":    base,
	"mldsa":       base,
	"privatekey":  base,
	"progress":    base,
	"store":       base,
	"upload":      base,
	"work":        base,

	"csr": format, "csvdoc": format, "eui48": format, "openpgp": format, "cms": format,

	"enrollment": service, "recipient": service, "delivery": service, "trustmanager": service, "practice": service,
	"keychain": service, "transcript": service, "ledger": service, "job": service, "watch": service, "traveller": service, "diagnosis": service,
}

// storeys names what lies below gui, from the ground up: what stands on a lower storey may be imported. Rooms share the
// highest and do not know of each other; only gui itself, which furnishes them, imports them all.
var storeys = map[string]int{
	"words": 0, "sight": 0, "sheet": 1, "look": 2, "widgets": 3, "files": 4, "frame": 5,
	"requests": rooms, "table": rooms, "macs": rooms, "jobs": rooms, "results": rooms, "settings": rooms, "start": rooms, "keys": rooms, "ledger": rooms, "help": rooms, "line": rooms,
}

const (
	rooms     = 6
	furnisher = 7 // gui itself
)

// storey returns where in gui a package lies and which part of gui it belongs to. The sheet and the focus in sight lie below the widgets.
func storey(path string) (height int, part string, err error) {
	rest, below := strings.CutPrefix(path, module+"/gui/")
	if !below {
		return furnisher, "", nil
	}
	if part, _, _ = strings.Cut(rest, "/"); rest == "widgets/sheet" || rest == "widgets/sight" {
		part = strings.TrimPrefix(rest, "widgets/")
	}
	height, ok := storeys[part]
	if !ok {
		return 0, "", fmt.Errorf("%s has no place in the window: give it one in scripts/architecture and docs/ARCHITECTURE.md", path)
	}
	return height, part, nil
}

// indoors returns why one package of gui must not import another, or "".
func indoors(from, to string) string {
	height, part, err := storey(from)
	toHeight, toPart, toErr := storey(to)
	switch {
	case err != nil:
		return err.Error()
	case toErr != nil || part == toPart:
		return "" // a package without a place is reported for what it imports itself
	case height == rooms && toHeight == rooms:
		return "rooms do not know of each other: gui leads from one to another"
	case toHeight == rooms && height < rooms:
		return "the frame and what lies below it know no room"
	case toHeight >= height:
		return "nothing imports upwards"
	}
	return ""
}

// place returns the floor of a package of this module and the room it lies in: core/csr and core/csr/keycheck share a room,
// core/csr and core/eui48 do not.
func place(path string) (floor layer, room string, err error) {
	rel := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
	part := strings.Split(rel, "/")
	switch part[0] {
	case "":
		return program, "main", nil
	case "cmd":
		return program, rel, nil
	case "gui":
		if rel == "gui/frame/frametest" {
			return tool, rel, nil
		}
		return window, "gui", nil
	case "resources":
		return resource, "resources", nil
	case "scripts", "bench", "windowtest":
		return tool, rel, nil
	case "core":
		if rel == "core/store/storetest" {
			return tool, rel, nil
		}
		if len(part) > 1 {
			if floor, ok := core[part[1]]; ok {
				return floor, "core/" + part[1], nil
			}
		}
	}
	return 0, "", fmt.Errorf("%s has no place in the layout: give it one in scripts/architecture and docs/ARCHITECTURE.md", path)
}

// judge returns every breach of the dependency rule among the packages, in their order.
func judge(packages []imports) (breaches []string) {
	for _, p := range packages {
		floor, room, err := place(p.path)
		if err != nil {
			breaches = append(breaches, err.Error())
			continue
		}
		for _, to := range p.direct {
			if to != module && !strings.HasPrefix(to, module+"/") {
				continue
			}
			toFloor, toRoom, err := place(to)
			if err == nil && floor == window && toFloor == window {
				if reason := indoors(p.path, to); reason != "" {
					breaches = append(breaches, fmt.Sprintf("%s imports %s: %s", p.path, to, reason))
				}
				continue
			}
			if err != nil || room == toRoom {
				continue // a package without a place is reported where it is listed itself
			}
			if reason := forbidden(floor, toFloor); reason != "" {
				breaches = append(breaches, fmt.Sprintf("%s imports %s: %s", p.path, to, reason))
			}
		}
		breaches = append(breaches, outside(p, floor)...)
	}
	return breaches
}

// forbidden returns why a package on one floor must not import one of another room, or "".
func forbidden(from, to layer) string {
	switch {
	case from == tool:
		return "" // they may look at everything
	case to == tool:
		return "nothing imports tests, benchmarks or checks"
	case to > from:
		return "nothing imports upwards"
	case from == format && to == format:
		return "formats do not import each other: what needs two belongs into a service"
	case from == program && to == program:
		return "programs do not import each other"
	default:
		return ""
	}
}

// outside returns the breaches that have to do with Fyne. What counts is all that a package needs in the end, and the
// command line counts like core: it has to run where no window can.
func outside(p imports, floor layer) (breaches []string) {
	commandLine := strings.HasPrefix(p.path, module+"/cmd/")
	if floor <= service || commandLine {
		for _, to := range p.all {
			if strings.HasPrefix(to, fyne) || strings.HasPrefix(to, module+"/gui") || to == module+"/resources" {
				return append(breaches, fmt.Sprintf("%s needs %s: core and the command line stand without the window", p.path, to))
			}
		}
	}
	if p.path != module && slices.Contains(p.all, driver) {
		breaches = append(breaches, fmt.Sprintf("%s needs %s: only main may, so that everything else is tested without a display", p.path, driver))
	}
	return breaches
}
