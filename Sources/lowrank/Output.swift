// What the program says, whatever its two streams lead to.
import Foundation
import Synchronization

/// Takes the places of the streams that whoever started the program has closed: no file that is opened later must be one of them.
func occupyStreams() {
  for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
    // it gets the lowest number that is free, this one; the wrong way around, so that what is said fails
    _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
  }
}

/// Prints text at once, so that it keeps its place among the lines of progress, into a pipe too. Where it cannot be written, the program
/// ends with status 1 and says why.
func say(_ text: String, terminator: String = "\n") {
  let error = put(text + terminator, to: STDOUT_FILENO)
  if error == 0 { return }
  complain("standard output cannot be written: \(String(cString: strerror(error)))")
  // not exit(): its clean-up would take libraries from under threads that are at work in them
  _exit(1)
}

/// How the program speaks of what it does, on stderr.
enum Voice: String, CaseIterable {
  case text
  /// Every line a JSON object.
  case json

  /// Nil where it says nothing.
  static let current = Mutex<Voice?>(.text)

  /// A text with its line's end; as JSON nothing of no text.
  fileprivate func line(_ text: String, as event: String) -> String {
    guard self == .json else { return text + "\n" }
    guard !text.isEmpty, let line = try? JSONEncoder().encode(["event": event, "message": text]) else { return "" }
    return String(decoding: line, as: UTF8.self) + "\n"
  }
}

/// Says on stderr what a person should know beside the results.
func tell(_ text: String) {
  if let voice = Voice.current.withLock({ $0 }) { show(voice.line(text, as: "note")) }
}

/// Says on stderr what went wrong, also where nothing else is said.
func complain(_ text: String) {
  show((Voice.current.withLock { $0 } ?? .text).line(text, as: "error"))
}

/// Writes text to stderr as it is.
func show(_ text: String) {
  // where this fails too there is nobody to say it to
  _ = put(text, to: STDERR_FILENO)
}

/// Writes all of a text; returns 0, or the error's number.
private func put(_ text: String, to descriptor: Int32) -> Int32 {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count >= 0 {
      rest = rest.dropFirst(count)
    } else if errno == EAGAIN {
      // whoever reads it does not want writers to wait, but there is nothing else to do
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&waiting, 1, -1)
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}
