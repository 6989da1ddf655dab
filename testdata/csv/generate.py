#!/usr/bin/env python3
"""Writes the corpus of CSV dialects and, beside it, what each file holds.

Every file is made from rows by Python's csv module, or by the bytes of a form that the module does not write, and its
rows and dialect go to corpus.json as they were put in: what core/csvdoc finds is compared with that, never with itself.
Run by generate.sh; needs nothing beyond Python 3.
"""
import csv
import io
import json
import os
import sys
import zipfile

OUT = sys.argv[1]
CASES = []

CSR = (
    "-----BEGIN CERTIFICATE REQUEST-----\n"
    "MHswIwIBADAAMBMGByqGSM49AgEGCCqGSM49AwEHAwIABKAAMAoGCCqGSM49BAMC\n"
    "A0gAMEUCIQDd0000000000000000000000000000000000000000000000000000\n"
    "-----END CERTIFICATE REQUEST-----"
)
ROWS = [
    ["subject.common_name", "subject.organization_name", "san.dns_name"],
    ["device-0001", "Example Devices", "device-0001.example.com"],
    ["device-0002", "Example Devices", "device-0002.example.com"],
    ["device-0003", "Example Devices", "device-0003.example.com"],
]
DAMAGE = [
    ["unique_identifier", "mac", "part"],
    ["0042", "00:1a:c2:7b:00:00", "1-2"],
    ["007", "1.23E+11", "03/04/2025"],
    [" 5 ", "#REF!", "TRUE"],
]
GERMAN = [
    ["Gerät", "Straße", "Größe"],
    ["Lötstation 4", "Münchner Straße 1", "5,5"],
    ["Prüfgerät", "Äußerer Ring", "10,25"],
]
NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def text(rows, delimiter=",", quoting=csv.QUOTE_MINIMAL, newline="\n", escape=None, final=True):
    """The text that Python's csv module writes for rows."""
    out = io.StringIO()
    if escape:
        writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=newline, doublequote=False, escapechar="\\")
    else:
        writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=newline)
    writer.writerows(rows)
    s = out.getvalue()
    if not final:
        assert s.endswith(newline)
        s = s[: -len(newline)]
    return s


def case(name, data, rows, encoding="UTF-8", delimiter=",", newline="LF", escape="doubled", bom=False, findings=(), member=None, free=()):
    """One file. `free` names what is not to be compared, since the file itself does not say it (a delimiter of one column)."""
    with open(os.path.join(OUT, name), "wb") as f:
        f.write(data)
    CASES.append({
        "file": name, "encoding": encoding, "bom": bom, "delimiter": delimiter, "newline": newline, "escape": escape,
        "findings": sorted(findings), "member": member or "", "free": sorted(free), "rows": rows,
    })


def plain(name, rows, delimiter=",", newline="\n", python="utf-8", encoding="UTF-8", bom=b"", **more):
    newlines = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
    final = more.pop("final", True)
    quoting = more.pop("quoting", csv.QUOTE_MINIMAL)
    s = text(rows, delimiter, quoting, newline, more.get("escape") == "backslash", final)
    case(name, bom + s.encode(python), rows, encoding, delimiter, newlines[newline], bom=bool(bom), **more)


def by_hand(name, s, rows, **more):
    case(name, s.encode("utf-8") if isinstance(s, str) else s, rows, **more)


# Delimiters, newlines and quoting, each with each as Python writes them.
for word, delimiter in NAMES.items():
    for newline in ("\n", "\r\n"):
        end = {"\n": "lf", "\r\n": "crlf"}[newline]
        plain(f"python.{word}.{end}.csv", ROWS, delimiter, newline)
        plain(f"python.{word}.{end}.all-quoted.csv", ROWS, delimiter, newline, quoting=csv.QUOTE_ALL)
for word, delimiter in NAMES.items():
    plain(f"python.{word}.damage.csv", DAMAGE, delimiter, "\r\n")
plain("python.comma.cr.csv", ROWS, newline="\r")
plain("python.semicolon.cr.all-quoted.csv", ROWS, ";", "\r", quoting=csv.QUOTE_ALL)
plain("python.comma.nonnumeric.csv", ROWS, quoting=csv.QUOTE_NONNUMERIC)

# What stands inside quotes: delimiters, quotes, newlines.
INNER = [
    ["name", "value", "note"],
    ["a,b", 'say "hi"', "x;y|z"],
    ["two\nlines", '"', '""'],
    ["", ",", "end"],
]
plain("python.comma.inner.csv", INNER)
plain("python.semicolon.inner.csv", INNER, ";")
plain("python.tab.inner.csv", INNER, "\t", "\r\n")
plain("python.pipe.inner.all-quoted.csv", INNER, "|", quoting=csv.QUOTE_ALL)
PEM = [["subject.common_name", "csr"], ["device-1", CSR], ["device-2", CSR + "\n"], ["device-3", CSR.replace("\n", "")]]
plain("python.comma.pem.csv", PEM, quoting=csv.QUOTE_ALL)
plain("python.comma.pem.crlf.csv", [[c.replace("\n", "\r\n") for c in r] for r in PEM], newline="\r\n", quoting=csv.QUOTE_ALL)
plain("python.semicolon.pem.lf-in-crlf.csv", PEM, ";", "\r\n")
plain("python.comma.pem.crlf-in-lf.csv", [[c.replace("\n", "\r\n") for c in r] for r in PEM], quoting=csv.QUOTE_ALL)

# Backslashes before quotes, as MySQL and some scripts write them.
ESCAPED = [["name", "note"], ["a", 'say "hi"'], ["b", 'the "second" of "two"'], ["c", "plain, with comma"], ["d", 'ends with "']]
plain("python.comma.backslash.csv", ESCAPED, escape="backslash", quoting=csv.QUOTE_ALL)
plain("python.semicolon.backslash.csv", ESCAPED, ";", "\r\n", escape="backslash", quoting=csv.QUOTE_ALL)
PATHS = [["name", "path"], ["a", "C:\\keys\\new"], ["b", 'the "C:\\" drive'], ["c", "\\\\server\\share\\"]]
plain("python.comma.backslash-as-text.csv", PATHS, quoting=csv.QUOTE_ALL)

# Encodings.
for word, delimiter in (("comma", ","), ("semicolon", ";"), ("tab", "\t")):
    plain(f"excel.{word}.utf-8-bom.csv", GERMAN, delimiter, "\r\n", bom=b"\xef\xbb\xbf")
plain("python.comma.utf-8.csv", GERMAN)
plain("python.comma.utf-8.wide.csv", [["名前", "部品"], ["装置-1", "кириллица"], ["🔑", "é"]])
plain("excel.unicode-text.utf-16le.txt", GERMAN, "\t", "\r\n", "utf-16-le", "UTF-16LE", b"\xff\xfe")
plain("python.comma.utf-16be.csv", GERMAN, ",", "\n", "utf-16-be", "UTF-16BE", b"\xfe\xff")
plain("python.semicolon.utf-16le.pem.csv", PEM, ";", "\r\n", "utf-16-le", "UTF-16LE", b"\xff\xfe", quoting=csv.QUOTE_ALL)
plain("python.comma.utf-16le.wide.csv", [["名前", "部品"], ["装置-1", "𝄞"], ["ਊ੍", "Ĭ,ഊ"]], ",", "\n", "utf-16-le", "UTF-16LE", b"\xff\xfe")
plain("python.comma.utf-16le.no-bom.csv", ROWS, ",", "\r\n", "utf-16-le", "UTF-16LE")
plain("python.comma.utf-16be.no-bom.csv", ROWS, ",", "\n", "utf-16-be", "UTF-16BE")
plain("excel.semicolon.windows-1252.csv", GERMAN, ";", "\r\n", "cp1252", "Windows-1252", findings=["encoding-guessed"], free=["encoding"])
plain("excel.semicolon.windows-1252.euro.csv", [["Gerät", "Preis"], ["„Prüfer“", "5 €"], ["Zähler – neu", "7 €"]], ";", "\r\n", "cp1252", "Windows-1252", findings=["encoding-guessed"])
plain("excel.comma.windows-1252.csv", GERMAN, ",", "\r\n", "cp1252", "Windows-1252", findings=["encoding-guessed"], free=["encoding"])
plain("python.comma.iso-8859-1.csv", GERMAN, ",", "\n", "iso-8859-1", "ISO-8859-1", findings=["encoding-guessed"], free=["encoding"])
plain("python.tab.iso-8859-1.csv", GERMAN, "\t", "\n", "iso-8859-1", "ISO-8859-1", findings=["encoding-guessed"], free=["encoding"])

# How Excel and LibreOffice save.
plain("excel.semicolon.csv", [["name", "amount", "date"], ["a", "1,5", "03.04.2025"], ["b;c", "2,25", "04.04.2025"]], ";", "\r\n")
by_hand("excel.sep-line.csv", "sep=;\r\nname;amount\r\na;1,5\r\nb;2,5\r\n", [["sep=;"], ["name", "amount"], ["a", "1,5"], ["b", "2,5"]],
        delimiter=";", newline="CRLF", findings=["ragged-row"], free=["findings", "rows"])
by_hand("excel.empty-columns.csv", "name,value,,\r\na,1,,\r\nb,2,,\r\n", [["name", "value", "", ""], ["a", "1", "", ""], ["b", "2", "", ""]], newline="CRLF")
by_hand("excel.empty-rows.csv", "name,value\r\na,1\r\n,\r\n,\r\n", [["name", "value"], ["a", "1"], ["", ""], ["", ""]], newline="CRLF")
by_hand("libreoffice.quoted-text.csv", '"name","amount","note"\n"a",1,"x"\n"b",2.5,"say ""hi"""\n"c",,\n',
        [["name", "amount", "note"], ["a", "1", "x"], ["b", "2.5", 'say "hi"'], ["c", "", ""]])
by_hand("libreoffice.semicolon.csv", '"Name";"Betrag"\n"a";1,5\n"b";2,5\n', [["Name", "Betrag"], ["a", "1,5"], ["b", "2,5"]], delimiter=";")
by_hand("sqlite.quoted-some.csv", "name,value\r\n'a',\"b c\"\r\nd,\"\"\r\n", [["name", "value"], ["'a'", "b c"], ["d", ""]], newline="CRLF")
by_hand("postgres.null.csv", "name,value\na,\nb,\"\"\n", [["name", "value"], ["a", ""], ["b", ""]])
by_hand("upload-form.csv", "".join('"' + '","'.join(r) + '"\n' for r in ROWS), ROWS)

# Newlines.
by_hand("mixed.lf-crlf.csv", "a,b\r\n1,2\n3,4\r\n5,6\n", [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]], newline="mixed")
# A CR alone ends rows only in a file that has no LF: elsewhere it is a character, as RFC 4180 has it.
by_hand("mixed.stray-cr.csv", "a,b\n1,2\r\n3,4\r5\n6,7\n", [["a", "b"], ["1", "2"], ["3", "4\r5"], ["6", "7"]], newline="mixed")
plain("python.no-final-newline.csv", ROWS, final=False)
plain("python.no-final-newline.crlf.all-quoted.csv", ROWS, newline="\r\n", final=False, quoting=csv.QUOTE_ALL)
by_hand("blank-lines.csv", "a,b\n\n1,2\n\n\n3,4\n\n", [["a", "b"], [""], ["1", "2"], [""], [""], ["3", "4"], [""]], findings=["blank-row"])
by_hand("blank-lines.crlf.csv", "a;b\r\n\r\n1;2\r\n\r\n3;4\r\n", [["a", "b"], [""], ["1", "2"], [""], ["3", "4"]], newline="CRLF", delimiter=";", findings=["blank-row"])
by_hand("last-cell-empty.csv", "a,b\n1,\n3,", [["a", "b"], ["1", ""], ["3", ""]])

# Small and large.
by_hand("empty.csv", b"", [], free=["delimiter", "newline", "escape", "findings"])
by_hand("bom-only.csv", b"\xef\xbb\xbf", [], bom=True, free=["delimiter", "newline", "escape", "findings"])
by_hand("one-newline.csv", "\n", [[""]], free=["delimiter", "escape", "findings"])
by_hand("header-only.csv", "a,b,c\n", [["a", "b", "c"]])
by_hand("header-only.no-newline.csv", "a,b,c", [["a", "b", "c"]], free=["newline"])
plain("one-column.csv", [["serial"], ["0001"], ["0002"], ["0003"]], free=["delimiter"])
plain("one-column.crlf.quoted.csv", [["serial"], ["0001"], ["0,2"], ["0003"]], newline="\r\n", quoting=csv.QUOTE_ALL, free=["delimiter"])
plain("500-columns.csv", [[f"column {i}" for i in range(500)]] + [[f"{r}.{i}" for i in range(500)] for r in range(4)])
plain("long-cell.csv", [["name", "value"], ["a", "x" * 100_000], ["b", 'q" ,\n' * 5_000], ["c", "end"]])
plain("many-rows.csv", [["number", "name"]] + [[f"{i:04}", f"device-{i}"] for i in range(2_000)], newline="\r\n")

# Damage that must open, be told, and be saved as it is.
by_hand("ragged.csv", "a,b,c\n1,2\n1,2,3,4\n1\n1,2,3\n", [["a", "b", "c"], ["1", "2"], ["1", "2", "3", "4"], ["1"], ["1", "2", "3"]], findings=["ragged-row"])
by_hand("ragged.trailing-comma.csv", "a,b\n1,2,\n3,4,\n", [["a", "b"], ["1", "2", ""], ["3", "4", ""]], findings=["ragged-row"])
by_hand("stray-quote.inside.csv", 'a,b\n5" pipe,x\ny,2" z\nend,"ok"\n', [["a", "b"], ['5" pipe', "x"], ["y", '2" z'], ["end", "ok"]], findings=["stray-quote"])
by_hand("stray-quote.behind.csv", 'a,b\n"x"y,2\n3,4\n', [["a", "b"], ["xy", "2"], ["3", "4"]], findings=["shifted-cells"])
by_hand("stray-quote.blank-before.csv", 'a,b\n1, "x"\n2, "y"\n', [["a", "b"], ["1", "x"], ["2", "y"]], findings=["space-around-quotes"])
# Python takes all that follows an unclosed quote for one cell, which hides the rows below it; here the quote is a character.
by_hand("unclosed-quote.csv", 'a,b\n1,2\n3,"never closed\n5,6\n', [["a", "b"], ["1", "2"], ["3", '"never closed'], ["5", "6"]], findings=["unclosed-quote"])
by_hand("unclosed-quote.at-end.csv", 'a,b\n1,"', [["a", "b"], ["1", '"']], findings=["unclosed-quote"])
by_hand("unclosed-quote.first.csv", '"a,b\n1,2\n', [['"a', "b"], ["1", "2"]], findings=["unclosed-quote"])
by_hand("nul-character.csv", b"a,b\n1,x\x00y\n\x00,4\n", [["a", "b"], ["1", "x\0y"], ["\0", "4"]], findings=["nul"])
by_hand("bad-utf-8.csv", b"\xef\xbb\xbfa,b\n1,x\xffy\n\xc3\xa4,4\n", [["a", "b"], ["1", "x\ufffdy"], ["ä", "4"]], bom=True, findings=["undecodable"])
by_hand("bom-twice.csv", b"\xef\xbb\xbf\xef\xbb\xbfa,b\n1,2\n", [["\ufeffa", "b"], ["1", "2"]], bom=True)
by_hand("control-characters.csv", b"a,b\n1,x\x0by\n2,\x1f\n", [["a", "b"], ["1", "x\x0by"], ["2", "\x1f"]])
by_hand("only-quotes.csv", '"","",""\n"","",""\n', [["", "", ""], ["", "", ""]])
by_hand("odd-utf-16.csv", b"\xff\xfe" + "a,b\n1,2\n".encode("utf-16-le") + b"x", [["a", "b"], ["1", "2"]], encoding="UTF-16LE", bom=True, free=["findings"])


def archived(name, member, s, rows, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        info = zipfile.ZipInfo(member, (2024, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        z.writestr(info, s)
    case(name, out.getvalue(), rows, member=member, **more)


archived("zip.comma.zip", "orders.csv", text(ROWS).encode(), ROWS)
archived("zip.semicolon.utf-8-bom.zip", "export/geräte.csv", b"\xef\xbb\xbf" + text(GERMAN, ";", newline="\r\n").encode(), GERMAN, delimiter=";", newline="CRLF", bom=True)

with open(os.path.join(OUT, "corpus.json"), "w", encoding="utf-8") as f:
    f.write("[\n" + ",\n".join(json.dumps(c, ensure_ascii=True) for c in CASES) + "\n]\n")
assert len(CASES) >= 60 and len({c["file"] for c in CASES}) == len(CASES)
print(f"{len(CASES)} CSV files")
