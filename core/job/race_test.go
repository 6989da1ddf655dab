//go:build race

package job

// raceDetector makes every process several times slower: fewer are killed then.
const raceDetector = true
