// Package csvdoc is a CSV file as a document that can be edited: it opens hundreds of megabytes at once, shows any row,
// takes any number of edits back, and when saving changes no byte that nobody edited.
//
// Which to call:
//
//   - Open, then Index in the background, for a file (also a ZIP with one CSV inside); New for a document without one;
//   - Document.Snapshot for reading: Cell and Row for what is on the screen, Scan for all rows, ScanBytes and
//     ScanParallel where speed counts. A snapshot never changes;
//   - the edits of Document, each one step of undo; Apply for a step of several;
//   - Save; Findings for what is wrong with the form;
//   - Recoverable and Recover at the start of the program.
//
// # How it works
//
// The file is read once to find where its rows begin; the index keeps the beginning of every sixteenth. Bytes are read
// when they are needed, by offset and not through mmap, where a file cut short by another program would end this one.
// Above the file lie three structures that never change and share what is equal: the order of rows (a tree of runs), the
// edited cells (a trie for each column), and the list of columns. An edit makes new ones at the cost of the change, so
// the history is a list of snapshots and undo is going back to one.
//
// A save writes a new file from the old bytes and the edits. The document goes on resting on the old bytes, which are
// kept under a private name until it is closed: so undo reaches past a save.
//
// # Journal
//
// Every edit is appended to a journal before it takes effect, and synced within two seconds: Acknowledged says how far.
// After a crash, Recover finds the bytes that the edits belong to and does them again. A journal is locked while its
// document is open.
//
// # The grammar
//
// RFC 4180, read as spreadsheets do where a file breaks it. A quote opens a cell only as its first byte. What follows a
// closing quote belongs to the cell. An opening quote that nothing closes is a character, and its row ends with its
// line, so that one lost quote does not swallow the file. Within a file that has LF, a CR ends a row only before it. Each
// of these is a finding, and the bytes stay as they are. No value is ever reinterpreted: a cell is text.
package csvdoc
