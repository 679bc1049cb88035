// Options and training settings that one layer of a manifest gives, and how an inner layer replaces an outer one.
import Settings

/// Values by name with where each was given, in the order in which they were given.
struct SettingsLayer: Sendable, Equatable {
  private struct Entry: Sendable, Equatable {
    let schema: OptionSchema
    let value: OptionValue
    let position: SourcePosition
  }

  private var entries: [Entry] = []

  /// The value of this name.
  subscript(name: String) -> OptionValue? { entries.first { $0.schema.name == name }?.value }

  /// Where each value was given, by name.
  var positions: [String: SourcePosition] {
    Dictionary(entries.map { ($0.schema.name, $0.position) }, uniquingKeysWith: { first, _ in first })
  }

  /// The names given, in order.
  var names: [String] { entries.map(\.schema.name) }

  /// Gives a value; a value of the same name and values that it excludes go.
  mutating func set(_ schema: OptionSchema, to value: OptionValue, at position: SourcePosition) {
    entries.removeAll { $0.schema.name == schema.name || schema.excludes.contains($0.schema.name) }
    entries.append(Entry(schema: schema, value: value, position: position))
  }

  /// These values, with those of an inner layer in place of what they replace.
  func overridden(by inner: SettingsLayer) -> SettingsLayer {
    var result = self
    for entry in inner.entries { result.set(entry.schema, to: entry.value, at: entry.position) }
    return result
  }

  static func == (first: SettingsLayer, second: SettingsLayer) -> Bool {
    first.names == second.names
      && first.entries.map(\.value) == second.entries.map(\.value)
  }
}

/// Settings with further settings for single tasks.
struct TaskSettings: Sendable, Equatable {
  /// For every task.
  var common = SettingsLayer()
  /// For one task, in the order written.
  var byTask: [(task: String, settings: SettingsLayer)] = []

  /// All that is given for a task.
  func settings(for task: String) -> SettingsLayer {
    byTask.filter { $0.task == task }.reduce(common) { $0.overridden(by: $1.settings) }
  }

  /// These settings, with those of an inner layer in place of what they replace, task by task.
  func overridden(by inner: TaskSettings) -> TaskSettings {
    TaskSettings(common: common.overridden(by: inner.common), byTask: byTask + inner.byTask)
  }

  static func == (first: TaskSettings, second: TaskSettings) -> Bool {
    first.common == second.common && first.byTask.map(\.task) == second.byTask.map(\.task)
      && first.byTask.map(\.settings) == second.byTask.map(\.settings)
  }
}
