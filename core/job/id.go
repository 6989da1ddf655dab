package job

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"time"
)

// alphabet of the random part of an id: lower case and digits without those that are taken for others when they are read
// out or typed.
const alphabet = "abcdefghjkmnpqrstuvwxyz23456789"

// idLetters of alphabet make two ids of one day and number differ but once in 900 million: several stations may send into
// one account.
const idLetters = 6

// newID makes the id of the n-th batch of a day: "2026-11-27-3-k7q2m9".
func newID(day time.Time, n int) string {
	letters := make([]byte, 0, idLetters)
	for len(letters) < idLetters {
		var c [1]byte
		_, _ = rand.Read(c[:]) // never fails
		// What lies above the largest multiple is thrown away: every letter is equally likely.
		if int(c[0]) < 256/len(alphabet)*len(alphabet) {
			letters = append(letters, alphabet[int(c[0])%len(alphabet)])
		}
	}
	return fmt.Sprintf("%s-%d-%s", day.Format(time.DateOnly), n, letters)
}

var (
	idForm   = regexp.MustCompile(`^` + idPattern + `$`)
	idWithin = regexp.MustCompile(idPattern)
)

const idPattern = `\d{4}-\d\d-\d\d-[1-9]\d{0,8}-[` + alphabet + `]{6}`

// validID says whether a text is an id as newID makes them: safe as the name of a file and a folder.
func validID(id string) bool { return idForm.MatchString(id) }
