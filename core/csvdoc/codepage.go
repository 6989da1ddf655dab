package csvdoc

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A file in an 8-bit encoding does not say which one. guessEncoding reads its words in each and takes the reading that is
// the shortest to describe, in bits: a letter costs little where it is frequent in a language of that encoding, much where
// the language does not have it, and more where its place is odd, such as a capital within a word. Names in columns are short,
// so detectors made for pages of text, which count bytes and pairs of bytes, fail on them (docs/ARCHITECTURE.md has the
// figures).

// language is what a text in one of some encodings may be written in.
type language struct {
	letters string  // beyond ASCII, the most frequent first
	prior   float64 // bits: how seldom it is met
	in      []Encoding
}

var (
	western  = []Encoding{Windows1252, MacRoman, ISO885915, ISO88591, IBM850, IBM437}
	central  = []Encoding{Windows1250, ISO88592, IBM852}
	cyrillic = []Encoding{Windows1251, KOI8R, ISO88595, IBM866}
)

var languages = []language{
	{"üäöß", 0, western},                 // German
	{"éèàêçôûîâùïëœæÿ", 0, western},      // French
	{"óíáéñúü", 0, western},              // Spanish
	{"ãçáéíóêâúàôõ", 0.5, western},       // Portuguese
	{"àèòùìé", 0.5, western},             // Italian
	{"äöåéü", 0.5, western},              // Swedish, Finnish
	{"øåæéöü", 0.5, western},             // Danish, Norwegian
	{"ëéïèöüç", 1, western},              // Dutch
	{"áðíéóúþöýæ", 3, western},           // Icelandic
	{"łóżęąśćźń", 0, central},            // Polish
	{"íáěéžýřčšůúňťďó", 0, central},      // Czech
	{"áíéžčýšľúťňôóďäĺŕě", 0.5, central}, // Slovak
	{"éáöóőüíúű", 0, central},            // Hungarian
	{"ăâîţş", 1.5, central},              // Romanian
	{"čšžćđ", 1, central},                // Croatian, Slovenian
	{"ıüşçöğİâî", 0.5, []Encoding{Windows1254}},
	{"оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", 0, cyrillic}, // Russian
	{"оаниеівртслкудмпзьябгчйхцжїшюєщфґ", 1, []Encoding{Windows1251, KOI8U}}, // Ukrainian
	{"аиеонрстувдклмпјзгбчшњжцљхћђџф", 2, []Encoding{Windows1251, ISO88595}},
	{"αοιετσνηυρπκμλςωόίγάδήέχθφβύώξζψ", 0, []Encoding{Windows1253, ISO88597}},
	{"šžėųūįąčęāīēņļģķõäöü", 1, []Encoding{Windows1257}}, // Lithuanian, Latvian, Estonian
	{"יוהלארתבמשנםדקחפעסטכגןזצךףץ", 0, []Encoding{Windows1255}},
	{"اليمونرتبةعدسفهكقأحجشطصخىإذزثئضغءظؤآ", 0, []Encoding{Windows1256}},
	{"านรกอเงมย่ลว้ดทสตะปบคหแจพชขใไผโซถฟศธัิีึืุู์็ฟฐณญภ", 0, []Encoding{Windows874}},
}

// priors are bits by which an encoding is less likely than the most frequent one.
var priors = [...]float64{
	Windows1252: 0, Windows1250: 1, Windows1251: 1, Windows1254: 1.5, Windows1253: 2, MacRoman: 4, ISO88592: 3, ISO88595: 5, ISO885915: 4, ISO88591: 4,
	KOI8R: 3, ShiftJIS: 2, GB18030: 2, Big5: 2.5, EUCJP: 6, IBM850: 5, IBM437: 5.5, IBM852: 6, IBM866: 4, EUCKR: 2.5,
	Windows1255: 3, Windows1256: 3, Windows1257: 2.5, Windows874: 3, ISO88597: 4, KOI8U: 4, Windows1258: math.MaxFloat32,
}

// Costs in bits. A letter costs rank 2.5 at least; the others say how odd what they stand for is.
const (
	costForeign   = 12.0 // a letter that the language does not have
	costSymbol    = 9.0  // a sign that stands in texts, at the end of a word or alone
	costInWord    = 16.0 // such a sign within a word, or any other
	costNoText    = 40.0 // a control character, or no character at all
	costCase      = 8.0  // a capital behind a small letter
	costMixed     = 12.0 // letters of two alphabets in one word
	costCrowded   = 3.0  // Latin letters beyond ASCII side by side
	costConsonant = 4.0  // three consonants
	costVowels    = 2.0  // two vowels
	guessTokens   = 500  // are looked at
)

// isBreak tells the bytes that end a cell in every encoding.
func isBreak(c byte) bool { return strings.IndexByte(",;\t\"\r\n", c) >= 0 }

// tokensOf cuts text into pieces with bytes beyond ASCII, each once.
func tokensOf(text []byte) (tokens [][]byte) {
	seen := map[string]bool{}
	for len(text) > 0 && len(tokens) < guessTokens {
		end := slices.IndexFunc(text, isBreak)
		if end < 0 {
			end = len(text)
		}
		if piece := text[:end]; !ascii(piece) && len(piece) < 1<<10 && !seen[string(piece)] {
			seen[string(piece)] = true
			tokens = append(tokens, piece)
		}
		text = text[min(end+1, len(text)):]
	}
	return tokens
}

// guessEncoding finds the encoding in which text, which is not UTF-8, makes the most sense.
func guessEncoding(text []byte) Encoding {
	tokens := tokensOf(text)
	best, least := Windows1252, math.Inf(1)
	for e := Windows1252; int(e) < len(encodings); e++ {
		cost := math.Inf(1)
		if e.wide() {
			cost = wideCost(e, tokens)
		} else {
			words := make([][]rune, len(tokens))
			for i, t := range tokens {
				for _, c := range t {
					words[i] = append(words[i], e.single().DecodeByte(c))
				}
			}
			for i := range languages {
				if slices.Contains(languages[i].in, e) {
					cost = min(cost, languages[i].cost(words))
				}
			}
		}
		if cost += priors[e]; cost < least {
			best, least = e, cost
		}
	}
	return best
}

// cost is how many bits describe the characters beyond ASCII as words of the language.
func (l *language) cost(words [][]rune) float64 {
	bits := l.prior
	rank := map[rune]float64{}
	for i, r := range []rune(l.letters) {
		rank[r] = 1.5 + math.Log2(float64(i)+2)
	}
	latin := unicode.In([]rune(l.letters)[0], unicode.Latin)
	for _, w := range words {
		for i, r := range w {
			if r < utf8.RuneSelf {
				continue
			}
			before, behind := ' ', ' '
			if i > 0 {
				before = w[i-1]
			}
			if i+1 < len(w) {
				behind = w[i+1]
			}
			known, ok := rank[r]
			if !ok {
				known, ok = rank[unicode.ToLower(r)]
			}
			switch {
			case ok:
				bits += known
			case r == utf8.RuneError || unicode.IsControl(r):
				bits += costNoText
				continue
			case unicode.IsLetter(r):
				bits += costForeign
			default:
				bits += symbolCost(r, before, behind)
				continue
			}
			bits += placeCost(r, before, behind, latin)
		}
	}
	return bits
}

func symbolCost(r, before, behind rune) float64 {
	opens := strings.ContainsRune("‘“„«¿¡©§€\u00A0", r) && !unicode.IsLetter(before)
	closes := strings.ContainsRune("’“”–—…€°®™»ºª\u00A0", r) && !unicode.IsLetter(behind)
	if opens || closes || r == '’' {
		return costSymbol
	}
	return costInWord
}

const vowels = "aeiouyáéíóúýäëïöüàèìòùâêîôûãõåæøœąęěůőűăı"

// placeCost is what makes a letter odd where it stands.
func placeCost(r, before, behind rune, latin bool) (bits float64) {
	if unicode.IsUpper(r) && unicode.IsLower(before) || unicode.IsLower(r) && unicode.IsUpper(before) && unicode.IsUpper(behind) {
		bits += costCase
	}
	asciiLetter := func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }
	if !latin {
		if asciiLetter(before) || asciiLetter(behind) {
			bits += costMixed
		}
		return bits
	}
	if !asciiLetter(before) && !asciiLetter(behind) {
		bits += costCrowded
	}
	vowel := func(r rune) bool { return strings.ContainsRune(vowels, unicode.ToLower(r)) }
	switch {
	case !unicode.IsLetter(before) || !unicode.IsLetter(behind):
	case vowel(r) && (vowel(before) || vowel(behind)):
		bits += costVowels
	case !vowel(r) && !vowel(behind) && (!vowel(before) || unicode.ToLower(r) == 'ñ'):
		bits += costConsonant
	}
	return bits
}

// wideCost is how many bits describe text as characters of East Asia. The most frequent ones lie in ranges of the first
// byte: the kana, and level 1 of the ideographs (JIS X 0208, GB 2312, Big5).
func wideCost(e Encoding, tokens [][]byte) (bits float64) {
	for _, t := range tokens {
		if e.undecodable(t) {
			bits += costNoText / 2 * float64(len(t))
			continue
		}
		before := ' ' // 'x' stands for a wide character
		for i := 0; i < len(t); {
			if t[i] < utf8.RuneSelf {
				before = rune(t[i])
				i++
				continue
			}
			n, cost := wideChar(e, t[i:])
			i += n
			switch {
			case before == wideRune:
			case unicode.IsLetter(before):
				cost += costCase
			case i >= len(t) || t[i] < utf8.RuneSelf:
				cost += costCrowded // alone
			}
			bits += cost
			before = wideRune
		}
	}
	return bits
}

const wideRune = '\u4e00'

// wideChar is the length of the first character of t, and its bits.
func wideChar(e Encoding, t []byte) (n int, bits float64) {
	c, next := t[0], byte(0)
	if len(t) > 1 {
		next = t[1]
	}
	in := func(low, high byte) bool { return c >= low && c <= high }
	switch {
	case e == ShiftJIS && in(0xA1, 0xDF):
		return 1, 10
	case e == ShiftJIS && (c == 0x82 && next >= 0x9F || c == 0x83 && next <= 0x96 || c == 0x81 && next == 0x5B), e == EUCJP && (in(0xA4, 0xA5) || c == 0xA1 && next == 0xBC):
		return 2, 7
	case e == EUCJP && c == 0x8F:
		return 3, 16
	case e == GB18030 && next >= '0' && next <= '9':
		return 4, 22
	case common[e][string(t[:min(len(t), 2)])]:
		return 2, 8.5
	case e == EUCKR && in(0xB0, 0xC8) && next >= 0xA1:
		return 2, 11.5
	case e == ShiftJIS && in(0x88, 0x97), e == EUCJP && in(0xB0, 0xCF), e == GB18030 && in(0xB0, 0xD7) && next >= 0xA1, e == Big5 && in(0xA4, 0xC6):
		return 2, 11.5
	}
	return 2, 16
}

// common are the characters that names of companies, places and devices are made of, as their encodings have them: the two bytes of a Korean
// syllable are those of an ideograph too, and only how frequent either is tells them apart.
var common = func() map[Encoding]map[string]bool {
	chinese := "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经" +
		"北京海深圳广州电限公司设备测试仪器传感科技股份南天津重庆武汉都苏东西区市省路号厂车间业智信息术网络通"
	all := map[Encoding]map[string]bool{}
	for e, letters := range map[Encoding]string{
		EUCKR: "이다의는에을가하고지로서한인기사은도를자대해리시어나정제스일전구수그라부아과주장상보원성동들비여연유경조공만신소우선무면내오중국와있되것게" +
			"었습니까관회식설계치센터장트온습속울산천광단품번호실험생산업통모듈측반호연법명차량",
		GB18030: chinese,
	} {
		all[e] = map[string]bool{}
		for _, r := range letters {
			if b, err := encodings[e].text.NewEncoder().String(string(r)); err == nil {
				all[e][b] = true
			}
		}
	}
	return all
}()
