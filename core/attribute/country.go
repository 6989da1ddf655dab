package attribute

import "strings"

// assigned are the 249 officially assigned codes of ISO 3166-1 alpha-2.
const assigned = "" +
	"AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY " +
	"BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK " +
	"FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR " +
	"IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK " +
	"ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM " +
	"PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF " +
	"TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"

// countries has a bit for each second letter, by first letter.
var countries = func() (set [26]uint32) {
	for code := range strings.FieldsSeq(assigned) {
		set[code[0]-'A'] |= 1 << (code[1] - 'A')
	}
	return set
}()

// commonMistakes are what people write instead of a code.
var commonMistakes = map[string]string{
	"UK": "GB", "EN": "GB", "EL": "GR", "USA": "US", "GER": "DE", "DEU": "DE", "GBR": "GB", "JAP": "JP", "JPN": "JP",
	"CHN": "CN", "FRA": "FR",
}

// Country checks that s is an officially assigned two-letter code of ISO 3166-1 (RFC 5280 Appendix A.1,
// X520countryName), in upper case. A code that the standard leaves to users (AA, QM to QZ, XA to XZ, ZZ) is refused with
// an error that is ErrUserAssigned: whoever has agreed on such a code, as for Kosovo on XK, may let it pass.
func Country(s string) error {
	const use = "use the country's code, DE or US for example"
	upper := strings.ToUpper(strings.TrimSpace(s))
	switch right := commonMistakes[upper]; {
	case isAssigned(s):
		return nil
	case !isCode(upper) && right == "":
		return refuse(s, use, "not two letters")
	case right != "":
		return refuse(s, "write "+right, "not an ISO 3166-1 alpha-2 code")
	case isAssigned(strings.TrimSpace(s)):
		return refuse(s, "write "+upper, "the code has spaces around it")
	case isAssigned(upper):
		return refuse(s, "write "+upper, "the code is not in upper case")
	case userAssigned(s):
		return &Error{
			Value: s, Reason: "a code that ISO 3166-1 leaves to users, not a country's",
			Hint: "use the country's own code unless you have agreed on this one", kind: ErrUserAssigned,
		}
	}
	return refuse(s, use, "ISO 3166-1 assigns no country to this code")
}

func isCode(s string) bool { return len(s) == 2 && isUpper(s[0]) && isUpper(s[1]) }

func isAssigned(s string) bool { return isCode(s) && countries[s[0]-'A']&(1<<(s[1]-'A')) != 0 }

func userAssigned(s string) bool {
	return isCode(s) && (s == "AA" || s == "ZZ" || s[0] == 'X' || s[0] == 'Q' && s[1] >= 'M')
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
