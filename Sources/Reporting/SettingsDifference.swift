// What differs between the settings of two runs, setting by setting.
import Records
import Settings

/// A setting that two runs have not alike.
struct SettingsDifference: Sendable, Equatable, Hashable, Encodable {
  /// The setting, as `training.learning_rate`.
  let name: String
  /// Its value in the first run, as a person reads it.
  let first: String
  /// Its value in the second run.
  let second: String

  /// The first setting that differs between a record and the manifest's run, as `training.learning_rate 0.0004, now 0.0005`;
  /// nil where the record is of this run.
  static func of(_ record: RunRecord, from run: RunSpecification) -> String? {
    between(record.specification, run.identityValue).first.map { "\($0.name) \($0.first), now \($0.second)" }
  }

  /// Every setting that decides a run's numbers and is not the same in two specifications, in the order of their names.
  static func between(_ first: JSONValue, _ second: JSONValue) -> [SettingsDifference] {
    RunSpecification.decidingMembers.flatMap { differences(first[$0], second[$0], name: $0) }
  }

  private static func differences(_ first: JSONValue?, _ second: JSONValue?, name: String) -> [SettingsDifference] {
    if first == second { return [] }
    if case .object(let old)? = first, case .object(let new)? = second {
      let keys = (Array(old.keys) + new.keys.filter { old[$0] == nil }).sorted()
      return keys.flatMap { differences(old[$0], new[$0], name: name + "." + $0) }
    }
    return [SettingsDifference(name: name, first: text(first), second: text(second))]
  }

  private static func text(_ value: JSONValue?) -> String {
    switch value {
    case nil: "not given"
    case .null: "null"
    case .flag(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): value
    case .array(let values): "[" + values.map { text($0) }.joined(separator: ", ") + "]"
    case .object: "other settings"
    }
  }
}
