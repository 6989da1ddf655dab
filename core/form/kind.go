package form

// Kind is what data is once its coats are off.
type Kind uint8

// The kinds. The table below has the words for each.
const (
	Unknown Kind = iota
	Empty
	TooDeep
	Text
	Base64Text
	JSON
	HTML
	XML
	Mail
	OutlookMail

	PKCS10
	CMC
	Certificate
	CRL
	PublicKey
	Parameters
	SignedData
	CMS
	ASN1

	EnvelopedData
	AuthEnvelopedData
	PGPMessage

	PGPPublicKey
	PGPSignature
	Keybox
	SSHPublicKey

	PKCS8
	EncryptedPKCS8
	RSAKey
	ECKey
	DSAKey
	LegacyEncryptedKey
	PKCS12
	JKS
	JCEKS
	BKS
	SSHKey
	PuTTYKey
	PGPSecretKey
	AgentKey
	AgentStub
	MicrosoftKey
	JWK
	XMLKey
	OtherKey

	ZIP
	SevenZip
	RAR
	Gzip
	Bzip2
	XZ
	Zstandard
	Tar
	Cabinet
	OtherArchive
	HexDump
	Mangled

	Workbook
	OldWorkbook
	ODS
	XMLWorkbook
	HTMLWorkbook
	SymbolicLink
	Numbers
	ProtectedOffice
	OfficeDocument

	PDF
	Picture
	Program
	Database
	Shortcut
)

// What kinds have in common.
const (
	private = 1 << iota // holds private key material
	sealed              // is encrypted to somebody
	table               // is a spreadsheet
	packed              // is an archive or a compressed file
)

// kinds is the one table of what there is: the words for people, what to do with such a file where another was expected
// ("" where only the reader of the message can say), and what it has in common with others.
var kinds = [...]struct {
	words, advice string
	traits        uint8
}{
	Unknown:     {words: "binary data of an unknown kind"},
	Empty:       {words: "an empty file", advice: "copy or download the file from its source again"},
	TooDeep:     {words: "data in too many layers of base64", advice: "decode it, then give the result"},
	Text:        {words: "a text"},
	Base64Text:  {words: "base64 around something unknown"},
	JSON:        {words: "a JSON text"},
	HTML:        {words: "a web page (HTML), often a sign-in or error page saved in place of a file", advice: "sign in and download the file again"},
	XML:         {words: "an XML text"},
	Mail:        {words: "a mail", advice: "save its attachment, then give that file"},
	OutlookMail: {words: "a mail saved by Outlook (.msg or winmail.dat)", advice: "open it in Outlook, save its attachment, then give that file"},

	PKCS10:      {words: "a certification request (CSR)"},
	CMC:         {words: "a CMC request (a PKCS#7 around a request, RFC 5272)", advice: "make a plain PKCS#10 request: set RequestType = PKCS10 in the .inf file of certreq"},
	Certificate: {words: "a certificate"},
	CRL:         {words: "a certificate revocation list (CRL)"},
	PublicKey:   {words: "a bare public key"},
	Parameters:  {words: "parameters of a key, without the key"},
	SignedData:  {words: "a PKCS#7 file (certificates or signed data)", advice: "take the certificates out of it: openssl pkcs7 -print_certs -in FILE"},
	CMS:         {words: "a CMS (PKCS#7) object of another type"},
	ASN1:        {words: "an ASN.1 structure of an unknown kind"},

	EnvelopedData:     {words: "a sealed message (CMS)", traits: sealed},
	AuthEnvelopedData: {words: "a sealed message (CMS, authenticated)", traits: sealed},
	PGPMessage:        {words: "a sealed message (OpenPGP)", traits: sealed},

	PGPPublicKey: {words: "an OpenPGP public key"},
	PGPSignature: {words: "an OpenPGP signature or signed text"},
	Keybox:       {words: "a keybox of GnuPG (.kbx)", advice: "export the key: gpg --export --armor NAME"},
	SSHPublicKey: {words: "an SSH public key"},

	PKCS8:              {words: "a PKCS#8 private key", traits: private},
	EncryptedPKCS8:     {words: "an encrypted PKCS#8 private key", traits: private},
	RSAKey:             {words: "a PKCS#1 RSA private key", traits: private},
	ECKey:              {words: "a SEC 1 private key (EC)", traits: private},
	DSAKey:             {words: "a DSA private key", traits: private},
	LegacyEncryptedKey: {words: "a private key in PEM under a passphrase", traits: private},
	PKCS12:             {words: "a PKCS#12 file (.p12, .pfx)", traits: private},
	JKS:                {words: "a Java keystore (JKS)", advice: javaAdvice, traits: private},
	JCEKS:              {words: "a Java keystore (JCEKS)", advice: javaAdvice, traits: private},
	BKS:                {words: "a Bouncy Castle keystore (BKS)", advice: javaAdvice + " with Bouncy Castle's provider", traits: private},
	SSHKey:             {words: "an OpenSSH private key", advice: "convert a copy of it: ssh-keygen -p -m PKCS8 -f FILE", traits: private},
	PuTTYKey:           {words: "a PuTTY private key (.ppk)", advice: "convert it: puttygen FILE -O private-openssh -o KEY", traits: private},
	PGPSecretKey:       {words: "an OpenPGP secret key", traits: private},
	AgentKey:           {words: "a private key file of gpg-agent", advice: "export the key: gpg --export-secret-keys --armor NAME", traits: private},
	AgentStub:          {words: "gpg-agent's note about a key on a smartcard"},
	MicrosoftKey:       {words: "a Microsoft private key (.pvk or key BLOB)", advice: "convert it: openssl rsa -inform PVK -in FILE -out key.pem", traits: private},
	JWK:                {words: "a private key as JSON (JWK)", traits: private},
	XMLKey:             {words: "a private key in XML (.NET)", advice: "export it as PEM or PKCS#12 with the program that made it", traits: private},
	OtherKey:           {words: "a private key", traits: private},

	ZIP:       {words: "a ZIP archive", traits: packed},
	SevenZip:  {words: "a 7-Zip archive (.7z)", advice: unpackAdvice, traits: packed},
	RAR:       {words: "a RAR archive", advice: unpackAdvice, traits: packed},
	Gzip:      {words: "a gzip file (.gz, .tgz)", advice: unpackAdvice, traits: packed},
	Bzip2:     {words: "a bzip2 file (.bz2)", advice: unpackAdvice, traits: packed},
	XZ:        {words: "an xz file (.xz)", advice: unpackAdvice, traits: packed},
	Zstandard: {words: "a Zstandard file (.zst)", advice: unpackAdvice, traits: packed},
	Tar:       {words: "a tar archive", advice: unpackAdvice, traits: packed},
	Cabinet:   {words: "a Windows cabinet (.cab)", advice: unpackAdvice, traits: packed},

	HexDump:      {words: "a hex dump: the bytes of a file as digits", advice: "give the file itself, or convert the dump back: xxd -r -p FILE OUT, or xxd -r FILE OUT where lines begin with an offset"},
	Mangled:      {words: "binary data that a program saved as text, which changed its bytes", advice: "copy or download the file again in binary mode"},
	OtherArchive: {words: "an archive or a compressed file", advice: unpackAdvice, traits: packed},

	Workbook:        {words: "an Excel workbook (.xlsx)", advice: tableAdvice, traits: table},
	OldWorkbook:     {words: "an old Excel workbook (.xls)", advice: tableAdvice, traits: table},
	ODS:             {words: "an OpenDocument spreadsheet (.ods)", advice: tableAdvice, traits: table},
	XMLWorkbook:     {words: "an Excel workbook in XML", advice: tableAdvice, traits: table},
	HTMLWorkbook:    {words: "a table as a web page (HTML), which programs save as .xls", advice: tableAdvice, traits: table},
	SymbolicLink:    {words: "a table in the format SYLK (.slk)", advice: tableAdvice, traits: table},
	Numbers:         {words: "a spreadsheet of Apple's Numbers", advice: "open it in Numbers and export it as CSV (UTF-8), then give the CSV", traits: table},
	ProtectedOffice: {words: "an Office file under a password", advice: "open it with its password and save a copy without one"},
	OfficeDocument:  {words: "an office document (Word, PowerPoint, OpenDocument, RTF)", advice: "copy what you need from it into a plain text file"},

	PDF:      {words: "a PDF document", advice: "ask for the data as a file instead"},
	Picture:  {words: "a picture"},
	Program:  {words: "a program"},
	Database: {words: "a database (SQLite)"},
	Shortcut: {words: "a Windows shortcut (.lnk)", advice: "give the file that it leads to"},
}

const (
	javaAdvice   = "convert it: keytool -importkeystore -srckeystore FILE -destkeystore key.p12 -deststoretype PKCS12"
	unpackAdvice = "unpack it, then give its files, their folder or a ZIP of them"
	tableAdvice  = "open it and save it as CSV (UTF-8), then give the CSV"
)

// String says what it is in words that stand after "it is": "a Java keystore (JKS)".
func (k Kind) String() string { return kinds[k].words }

// Advice says what to do with such a file where another kind was expected, as an order without full stop; "" where that
// depends on what was expected.
func (k Kind) Advice() string { return kinds[k].advice }

// Known is false where all that can be said is what the data looks like: text, base64, ASN.1 or nothing at all.
func (k Kind) Known() bool {
	switch k {
	case Unknown, Empty, TooDeep, Text, Base64Text, ASN1:
		return false
	}
	return true
}

func (k Kind) has(trait uint8) bool { return kinds[k].traits&trait != 0 }
