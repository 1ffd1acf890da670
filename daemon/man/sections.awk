# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

# The sections at the end of --help, as an include file of help2man's: a heading and a colon begin a section,
# two spaces text, four a line that stays as it is, and a number its explanation.

function literal(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  sub(/^[.']/, "\\\\\\&&", text)
  return text
}

function end_lines() {
  if (lines) print ".RE\n.fi\n.PP"
  lines = 0
}

/^Examples:$/ { found = 1 }

!found { next }

/^[A-Z][A-Za-z ]*:$/ {
  end_lines()
  name = toupper(substr($0, 1, length($0) - 1))
  print (name == "EXAMPLES" ? "[=" : "[>") name "]"
  next
}

/^    / {
  if (!lines) print ".PP\n.nf\n.RS"
  lines = 1
  print literal(substr($0, 5))
  next
}

{ end_lines() }

/^$/ {
  print ".PP"
  next
}

/^  [0-9]+ / {
  print ".TP\n.B " $1
  sub(/^  [0-9]+ +/, "")
  print literal($0)
  next
}

{ print literal(substr($0, 3)) }
