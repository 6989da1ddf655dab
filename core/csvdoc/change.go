package csvdoc

// Change says what an edit, an undo or a redo changed, so that what depends on it can be done again for that only.
type Change struct {
	Label     string
	Rows      []RowID    // whose cells changed, those added included; nil where AllRows
	AllRows   bool       // more rows changed than are worth a list, or all
	Columns   []ColumnID // whose cells changed; nil where whole rows did
	Structure bool       // rows or columns were added, removed, moved or renamed
	Edits     uint64     // the number of this step; see Document.Acknowledged
}

// listedRows is how many rows a change lists before it says "all".
const listedRows = 1 << 16

// step is one entry of the history. Snapshots share what is equal, so it costs what it changed.
type step struct {
	before, after *Snapshot
	change        Change
}

// history is what can be undone: steps[:at]; and redone: steps[at:].
type history struct {
	steps []step
	at    int
}

func (h *history) push(s step) {
	clear(h.steps[h.at:]) // let go of what can never be redone
	h.steps = append(h.steps[:h.at], s)
	h.at++
}
