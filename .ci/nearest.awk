# Of the words on standard input prints the one that is fewest edits away from `word`, if any is near enough to be meant.
function smaller(a, b) { return a < b ? a : b }
function distance(a, b,   i, j, row, before, corner) {
  for (j = 0; j <= length(b); j++) row[j] = j
  for (i = 1; i <= length(a); i++) {
    corner = row[0]
    row[0] = i
    for (j = 1; j <= length(b); j++) {
      before = row[j]
      row[j] = smaller(smaller(row[j], row[j - 1]) + 1, corner + (substr(a, i, 1) != substr(b, j, 1)))
      corner = before
    }
  }
  return row[length(b)]
}
{
  edits = distance(toupper(word), $0)
  if (edits <= 2 && (best == "" || edits < least)) { best = $0; least = edits }
}
END { print best }
