// Texts from outside, made fit for a message.

/// Text from a file in quotes, cut after 60 characters and with control characters spelt out, so that it cannot disturb a terminal.
package func quoted(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(60) {
    let isControl = scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
    shown += isControl ? scalar.escaped(asASCII: true) : String(scalar)
  }
  return text.unicodeScalars.count > 60 ? "'\(shown)...'" : "'\(shown)'"
}
