#!/bin/sh
# Makes the corpus of CSV dialects anew, with the table of what each file holds (corpus.json); from any folder. The files
# are in the repository; run this only to change them. Needs python3.
#
# A file is named producer.delimiter.what; those that nobody's program writes are named after what is odd in them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
command -v python3 >/dev/null || { echo "generate.sh: python3 is missing" >&2; exit 1; }
find "$here" -maxdepth 1 -type f ! -name 'generate.*' ! -name '.*' -delete
python3 "$here/generate.py" "$here"
