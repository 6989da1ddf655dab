package sheet

// Mark is how bad a cell, or a part of the sheet, is. Each mark has a shape of its own beside its colour.
type Mark uint8

const (
	Unmarked    Mark = iota
	MarkWarning      // amber: a half-width notch in the strip, a small corner at the cell
	MarkError        // red: the strip's full width, a large corner and a line beneath the cell's text
)

// Sign is the glyph before a column's title.
type Sign uint8

const (
	NoSign      Sign = iota
	Required         // ● must be filled
	Unknown          // ? a column that the profile does not know
	DeviceField      // ◇ a field of the device, not of the certificate
)
