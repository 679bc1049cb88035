// The run's `tensors.h5`: its history, and what the method recorded.
import Adapters
import Objectives
import Records
import Storage
import Training

enum RunTensors {
  /// The tree of groups, diagnostics at their paths, all names in order.
  static func tree(
    _ run: PlannedRun, _ history: TrainingHistory, of objective: any Objective, diagnostics: [Diagnostic]
  ) -> HDF5Group {
    var root = history.tensors(of: objective)
    root.attributes = attributes(of: run)
    for diagnostic in diagnostics {
      let parts = diagnostic.path.split(separator: "/").map(String.init)
      root.insert(dataset(diagnostic), at: parts[...])
    }
    return root.sorted
  }

  /// What tells whose tensors these are, where the file lies alone. It holds nothing that does not follow from the run's identity, so that
  /// the same run leaves the same bytes wherever, whenever and for whichever table it is made.
  private static func attributes(of run: PlannedRun) -> [(name: String, attribute: HDF5Attribute)] {
    let specification = run.specification, text = specification.identityJSON
    // an attribute has room for 64 KB, which only a task of very many labels passes; the record holds all of it
    let whole: [(name: String, attribute: HDF5Attribute)] = text.utf8.count < 60_000 ? [("specification", .string(text))] : []
    // a reader that asks for `seed` of a run whose axes differ must not take one of them for both
    let seed = specification.seed
    let seeds: [(name: String, attribute: HDF5Attribute)] =
      seed.isApart
      ? [("seed_init", .integer(Int64(seed.initialization))), ("seed_order", .integer(Int64(seed.order)))]
      : [("seed", .integer(Int64(seed.order)))]
    let place: [(name: String, attribute: HDF5Attribute)] = [
      ("data", .string(run.digests.data)), ("identity", .string(run.identity)), ("method", .string(specification.method)),
      ("metric", .string(specification.task.primaryMetric.rawValue)), ("model", .string(run.digests.model)),
      ("numerics_version", .integer(Int64(Numerics.version))),
    ]
    return place + seeds
      + [("task", .string(specification.task.id)), ("tokenizer", .string(run.digests.tokenizer))] + whole
  }

  private static func dataset(_ diagnostic: Diagnostic) -> HDF5Dataset {
    HDF5Dataset(
      shape: diagnostic.shape, values: HDF5Dataset.Values(diagnostic.values), dimensionLabels: diagnostic.dimensions,
      attributes: diagnostic.names.keys.sorted().map { ($0, .strings(diagnostic.names[$0] ?? [])) })
  }
}

extension HDF5Group {
  fileprivate mutating func insert(_ dataset: HDF5Dataset, at path: ArraySlice<String>) {
    guard let first = path.first else { return }
    guard path.count > 1 else {
      datasets.append((first, dataset))
      return
    }
    let index = groups.firstIndex { $0.name == first }
    var group = index.map { groups[$0].group } ?? HDF5Group()
    group.insert(dataset, at: path.dropFirst())
    if let index { groups[index].group = group } else { groups.append((first, group)) }
  }

  fileprivate var sorted: HDF5Group {
    HDF5Group(
      groups: groups.sorted { $0.name < $1.name }.map { ($0.name, $0.group.sorted) },
      datasets: datasets.sorted { $0.name < $1.name }, attributes: attributes)
  }
}
