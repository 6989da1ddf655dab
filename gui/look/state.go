package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"enrollbench/core/finding"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// State is what the user sees of a thing at a glance: an icon, a word and a colour, always all three.
type State uint8

const (
	Ready State = iota
	Notice
	Warning
	Failed
	Stranger // not what was looked for, and set aside
	LeftOut  // set aside by the user
	Running
	states int = iota
)

var stateLook = [states]struct {
	icon       string
	color      fyne.ThemeColorName
	importance sheet.Importance
}{
	Ready:    {"ready", theme.ColorNameSuccess, sheet.Success},
	Notice:   {"notice", ColorInfo, sheet.Normal},
	Warning:  {"warning", theme.ColorNameWarning, sheet.Warning},
	Failed:   {"error", theme.ColorNameError, sheet.Danger},
	Stranger: {"stranger", theme.ColorNameWarning, sheet.Warning},
	LeftOut:  {"excluded", ColorMuted, sheet.Muted},
	Running:  {"running", theme.ColorNamePrimary, sheet.Info},
}

// Icon is the state's drawing in the state's colour.
func (s State) Icon() fyne.Resource { return ColoredIcon(stateLook[s].icon, stateLook[s].color) }

// Color is the name of the state's colour.
func (s State) Color() fyne.ThemeColorName { return stateLook[s].color }

// Signal is the name of the colour of an area that shows the state across a room, and of the text on it. Ready, Warning
// and Failed have one of their own.
func (s State) Signal() (area, on fyne.ThemeColorName) {
	switch s {
	case Ready:
		return ColorGreen, ColorOnGreen
	case Warning:
		return ColorAmber, ColorOnAmber
	case Failed:
		return ColorRed, ColorOnRed
	}
	return theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
}

// SignalIcon is the state's drawing on such an area.
func (s State) SignalIcon() fyne.Resource {
	_, on := s.Signal()
	return ColoredIcon(stateLook[s].icon, on)
}

// PracticeIcon is the state's drawing on the area of practice, which is violet whatever the state is.
func (s State) PracticeIcon() fyne.Resource { return ColoredIcon(stateLook[s].icon, ColorOnViolet) }

// Importance is the state's colour in a sheet.
func (s State) Importance() sheet.Importance { return stateLook[s].importance }

// Word names the state. It looks the word up: keep it where it is needed for each row.
func (s State) Word() string {
	switch s {
	case Ready:
		return words.T("state.ready")
	case Notice:
		return words.T("state.notice")
	case Warning:
		return words.T("state.warning")
	case Failed:
		return words.T("state.error")
	case Stranger:
		return words.T("state.stranger")
	case LeftOut:
		return words.T("state.left-out")
	}
	return words.T("state.running")
}

// OfSeverity is the state that a finding of this severity puts its place in.
func OfSeverity(s finding.Severity) State {
	switch s {
	case finding.Error:
		return Failed
	case finding.Warning:
		return Warning
	}
	return Notice
}
