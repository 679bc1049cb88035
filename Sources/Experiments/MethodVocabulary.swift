// What manifests may say about methods, tasks and metrics: the registries' own descriptions, handed to the validator.
import Adapters
import Datasets
import Manifests
import Metrics

extension ManifestVocabulary {
  /// Every method of the registry, GLUE's tasks and all metrics.
  public static var registered: ManifestVocabulary {
    ManifestVocabulary(
      methods: MethodCatalog(MethodRegistry.descriptions.map(MethodSchema.init)), tasks: GLUETask.allCases.map(\.rawValue),
      metrics: Metric.allCases.map(\.rawValue))
  }
}

extension MethodSchema {
  init(_ method: MethodDescription) {
    self.init(
      id: method.id, aliases: method.aliases, label: method.label, options: method.options.map(OptionSchema.init), method.source)
  }
}

extension OptionSchema {
  init(_ option: OptionDescription) {
    let type: OptionType =
      switch option.kind {
      case .integer(let range): .integer(range)
      case .number(let range): .number(range)
      case .flag: .flag
      case .choice(let values): .choice(values)
      case .list(let values): .names(values, patterns: false)
      case .modules(let roles): .names(roles, patterns: true)
      }
    self.init(
      option.name, type, default: option.defaultValue.map(Manifests.OptionValue.init), excludes: option.excludes, option.summary)
  }
}

extension Manifests.OptionValue {
  init(_ value: Adapters.OptionValue) {
    switch value {
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .flag(let value): self = .flag(value)
    case .text(let value): self = .text(value)
    case .list(let values): self = .texts(values)
    }
  }

  /// The value as a method takes it; `nil` for a list of numbers, which no method has.
  var forMethod: Adapters.OptionValue? {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .flag(let value): .flag(value)
    case .text(let value): .text(value)
    case .texts(let values): .list(values)
    case .numbers: nil
    }
  }
}
