package csvdoc

import (
	"strings"
	"testing"
)

// samples are names as they stand in columns: places, people, companies.
var samples = []struct {
	in    string // encodings
	words string
}{
	{"Windows-1252 ISO-8859-1 Macintosh IBM850 IBM437", "Müller GmbH|Köln|Düsseldorf|Straße|Österreich|Gerät 7|Prüfstand"},
	{"IBM850", "François|Société Générale|Évry|Hôpital|Besançon|Orléans"},
	{"Windows-1252 Macintosh", "François|Société Générale|Évry|Hôpital|Côte d’Azur|Besançon|Orléans"},
	{"Windows-1252 IBM850", "España|Muñoz|Málaga|León|Núñez|Córdoba"},
	{"Windows-1252 IBM850", "São Paulo|Conceição|Guimarães|Évora|João"},
	{"Windows-1252 IBM850", "Malmö|Göteborg|Västerås|Ångström|Jyväskylä"},
	{"Windows-1252 IBM850", "Århus|Tromsø|Ærø|Køge|Sørensen"},
	{"Windows-1250 ISO-8859-2 IBM852", "Łódź|Gdańsk|Wałęsa|Kraków|Gałązka|Świętokrzyskie|Zażółć gęślą jaźń"},
	{"Windows-1250 ISO-8859-2 IBM852", "Příbram|Dvořák|Černý|Žďár|Třebíč|Říčany|Náměstí"},
	{"Windows-1250 ISO-8859-2 IBM852", "Győr|Székesfehérvár|Fűzfő|Kőszeg|Hódmezővásárhely"},
	{"Windows-1250", "Čakovec|Šibenik|Požega|Đakovo|Varaždin|Žižić"},
	{"Windows-1250", "Ploieşti|Iaşi|Braşov|Bistriţa|Târgu Mureş"},
	{"Windows-1254", "İstanbul|Beyoğlu|Şişli|Kadıköy|Eskişehir|Çalışkan|Iğdır"},
	{"Windows-1251 KOI8-R ISO-8859-5 IBM866", "Завод Электрон|Москва|Санкт-Петербург|Иванов|Прибор 12|Счётчик|НИИ"},
	{"Windows-1251 KOI8-U", "Київ|Запоріжжя|Львів|Чернівці"},
	{"Windows-1253 ISO-8859-7", "Αθήνα|Θεσσαλονίκη|Πάτρα|Εταιρεία"},
	{"Shift_JIS EUC-JP", "東京センサー|デバイス|大阪市|計測器|テスト用"},
	{"GB18030", "北京设备|上海市|测试仪|传感器|深圳电子有限公司"},
	{"EUC-KR", "서울공장|부산광역시|온도센서|주식회사 한국전자|테스트 장비|현대모비스|삼성전자"},
	{"Windows-1257", "Šiauliai|Klaipėda|Panevėžys|Mažeikiai|Rīga|Jūrmala|Rēzekne"},
	{"Windows-1255", "ירושלים|תל אביב|חיפה|באר שבע|מכשיר בדיקה"},
	{"Windows-1256", "القاهرة|الرياض|جهاز قياس|شركة الكهرباء|دبي"},
	{"Windows-874", "กรุงเทพ|เชียงใหม่|โรงงาน|เครื่องวัด|ภูเก็ต"},
	{"Big5", "臺北市|設備|測試儀器|感測器|電子股份有限公司"},
}

// Columns of five names and more are read as they were written; of single names most are.
func TestGuessEncoding(t *testing.T) {
	right, all := 0, 0
	for _, c := range samples {
		for _, name := range strings.Fields(c.in) {
			e, ok := ParseEncoding(name)
			if !ok {
				t.Fatal(name)
			}
			encode := func(s string) []byte {
				b, err := encodings[e].text.NewEncoder().String(s)
				if err != nil {
					t.Fatalf("%s: %q: %v", e, s, err)
				}
				return []byte(b)
			}
			reads := func(text string) bool {
				got, _, _ := detectEncoding(encode(text), true) // which bytes that are UTF-8 by chance do not mislead
				d := newDecoder(nil, got)
				return string(d.decode(nil, encode(text))) == text
			}
			column := strings.ReplaceAll(c.words, "|", "\n")
			if !reads(column) {
				t.Errorf("%s: %q is read as %s", e, column, guessEncoding(encode(column)))
			}
			for word := range strings.SplitSeq(c.words, "|") {
				if ascii([]byte(word)) {
					continue
				}
				if all++; reads(word) {
					right++
				} else {
					t.Logf("%s: %q alone is read as %s", e, word, guessEncoding(encode(word)))
				}
			}
		}
	}
	if t.Logf("%d of %d single names", right, all); right*10 < all*8 {
		t.Errorf("%d of %d", right, all)
	}
}
