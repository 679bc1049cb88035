// The same run again: in this process, with more threads, read by another program, and after being killed.
import Foundation
import Records
import Storage
import TestSupport
import Testing

@testable import Experiments

@Suite("Reproduction")
struct ReproductionTests {
  @Test("a run again is equal bit for bit, with one thread and with two")
  func rerun() throws {
    let project = try TinyProject(TinyProject.manifest.replacing("seeds: [0]", with: "seeds: [0, 1]"))
    let call = try project.call()
    _ = try call.run()
    for (index, threads) in [(0, 1), (0, 2), (2, 1), (2, 2)] {
      var options = ExecutionOptions()
      options.threads = threads
      let folder = project.root.appending(path: "again-\(index)-\(threads)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let record = try RunExecutor(inputs: call.inputs, options: options).execute(call.plan[index], in: folder)
      let comparison = try RerunComparison(call.record(index), in: call.folder(index), with: record, in: folder)
      #expect(comparison.isEqual, "\(comparison)")
      #expect(comparison.firstDifference == nil && comparison.largestDistance == 0)
      #expect(comparison.environment == (threads == 1 ? [] : ["threads 2, was 1"]))
      #expect(try call.record(index).digests == record.digests)
    }
    let other = try RerunComparison(call.record(2), in: call.folder(2), with: call.record(3), in: call.folder(3))
    #expect(!other.isEqual)
    let difference = try #require(other.firstDifference)
    #expect(difference.hasPrefix("training/"), "\(difference)")
    #expect(other.largestDistance > 0)
  }

  @Test("tensors that are not those of the record")
  func foreignTensors() throws {
    let project = try TinyProject()
    let call = try project.call()
    _ = try call.run()
    let tensors = call.folder(0).appending(path: "tensors.h5")
    let expected = try FileDigest.sha256(of: tensors), found = FileDigest.sha256(of: Data("other".utf8))
    try Data("other".utf8).write(to: tensors)
    #expect(
      throws: FileDamage.altered(path: tensors.relativePath, found: found, expected: expected)
    ) { try RerunComparison(call.record(0), in: call.folder(0), with: call.record(1), in: call.folder(1)) }
  }

  @Test("a record that kept less is equal where all that it kept has the same bits, to the sign of zero")
  func added() throws {
    let project = try TinyProject()
    let call = try project.call()
    _ = try call.run()
    let again = call.folder(0).deletingLastPathComponent().appending(path: "again")
    try FileManager.default.copyItem(at: call.folder(0), to: again)
    let tensors = call.folder(0).appending(path: "tensors.h5"), whole = try HDF5File.read(tensors)
    func compare(_ change: (inout HDF5Group) -> Void) throws -> RerunComparison {
      var tree = whole
      tree.datasets.append(("zeros", HDF5Dataset(shape: [2], values: .float64([0, 1]))))
      try HDF5File.write(tree, to: again.appending(path: "tensors.h5"))
      change(&tree)
      try HDF5File.write(tree, to: tensors)
      func record(_ folder: URL) throws -> RunRecord {
        let json = unsealed(try String(contentsOf: call.folder(0).appending(path: "record.json"), encoding: .utf8))
        let digest = try FileDigest.sha256(of: folder.appending(path: "tensors.h5"))
        let own = json.replacing(/"tensors" : "[0-9a-f]{64}"/, with: "\"tensors\" : \"\(digest)\"")
        return try RunRecord(jsonData: Data(own.utf8), file: "record.json")
      }
      return try RerunComparison(record(call.folder(0)), in: call.folder(0), with: record(again), in: again)
    }
    let less = try compare { $0.datasets.removeAll { $0.name == "zeros" } }
    #expect(less.isEqual && less.added == ["zeros"] && less.firstDifference == nil)
    let signed = try compare { tree in
      tree.datasets.removeAll { $0.name == "epoch_updates" }
      tree.datasets[tree.datasets.count - 1].dataset.values = .float64([-0.0, 1])
    }
    #expect(!signed.isEqual && signed.firstDifference == "zeros has other bytes", "\(signed)")
    let shaped = try compare { $0.datasets[$0.datasets.count - 1].dataset.shape = [2, 1] }
    #expect(!shaped.isEqual)
  }

  @Test("h5py reads the tensors", .requires(.python("h5py")))
  func h5py() throws {
    let project = try TinyProject()
    let call = try project.call()
    _ = try call.run()
    let script = """
      import sys, h5py
      file = h5py.File(sys.argv[1], "r")
      def show(name, value):
          if isinstance(value, h5py.Dataset):
              print(name, value.dtype, list(value.shape), [dim.label for dim in value.dims])
      file.visititems(show)
      print(repr(float(file["training/loss"][3])))
      print(*[name.decode() if isinstance(name, bytes) else name for name in (file.attrs[key] for key in ("method", "task", "seed"))])
      print([name.decode() if isinstance(name, bytes) else str(name) for name in file["freezing/score"].attrs["matrix"]][0])
      """
    let tensors = call.folder(1).appending(path: "tensors.h5")
    let output = try PythonPeer.run(script, tensors.path)
    guard case .float64(let losses)? = try HDF5File.read(tensors).dataset("training/loss")?.values else {
      Issue.record("there are no losses")
      return
    }
    #expect(
      output == """
        epoch_loss float64 [2] ['epoch']
        epoch_updates int64 [2] ['epoch']
        evaluation/validation/accuracy float64 [2] ['epoch']
        evaluation/validation/f1 float64 [2] ['epoch']
        evaluation/validation/loss float64 [2] ['epoch']
        freezing/fraction float64 [12] ['step']
        freezing/iteration int64 [2, 4] ['layer', 'module']
        freezing/score float64 [12, 8] ['step', 'matrix']
        predictions/validation/best int64 [16] ['example']
        predictions/validation/best_logits float64 [16, 2] ['example', 'class']
        predictions/validation/best_loss float64 [1] ['entry']
        predictions/validation/gold int64 [16] ['example']
        predictions/validation/labels |S4 [2] ['class']
        predictions/validation/last int64 [16] ['example']
        predictions/validation/last_logits float64 [16, 2] ['example', 'class']
        predictions/validation/last_loss float64 [1] ['entry']
        training/floating_point_operations int64 [12] ['step']
        training/gradient_norm float64 [12] ['step']
        training/head_learning_rate float64 [12] ['step']
        training/learning_rate float64 [12] ['step']
        training/loss float64 [12] ['step']
        training/task_loss float64 [12] ['step']
        training/tokens int64 [12] ['step']
        training/trainable_parameters int64 [12] ['step']
        training/trainable_parameters_with_head int64 [12] ['step']
        \(losses[3])
        aflora warmth 0
        bert.encoder.layer.0.intermediate.dense.aflora_A

        """)
  }
}
