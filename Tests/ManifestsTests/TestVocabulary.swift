// The methods that the tests' manifests may use, and a folder of files to load them from.
import Foundation
import Settings

@testable import Manifests

extension MethodCatalog {
  private static let modules = ["query", "key", "value", "attention-output", "intermediate", "output", "all-linear"]

  private static let targets = OptionSchema(
    "targets", .names(modules, patterns: false), default: .texts(["query", "value"]), "Which linear layers.")

  /// Five methods with options of every type.
  static let test = MethodCatalog([
    MethodSchema(id: "fft", label: "Full fine-tuning", source: "Trains everything.", options: []),
    MethodSchema(
      id: "lora", label: "LoRA", source: "Low-rank adaptation.",
      options: [
        OptionSchema("rank", .integer(1...1024), default: .integer(8), "Rank."),
        OptionSchema("alpha", .numberAbove(0, atMost: 4096), default: .number(16), "Scale."),
        OptionSchema("dropout", .number(0...0.99), default: .number(0), "Dropout before A."),
        targets,
      ]),
    MethodSchema(
      id: "vera", aliases: ["elora"], label: "VeRA", source: "Vectors on shared random matrices.",
      options: [
        OptionSchema("rank", .integer(1...65_536), default: .integer(256), "Rank."),
        OptionSchema("d_initial", .number(0...1), default: .number(0.1), "First value of d."),
        targets,
      ]),
    MethodSchema(
      id: "aflora", label: "AFLoRA", source: "Adaptive freezing.",
      options: [
        OptionSchema("rank", .integer(1...1024), default: .integer(4), "Rank."),
        targets,
        OptionSchema(
          "adaptive", .names(["attention", "ffn"], patterns: false), default: .texts(["ffn"]), "What adapts."),
        OptionSchema("together", .flag, default: .flag(false), "Freezes A and B of a layer at once."),
        OptionSchema(
          "score", .choice(["gradient", "weight-gradient", "gradient-over-weight"]), default: .text("gradient"),
          "The freezing score."),
        OptionSchema("beta1", .number(0...1), default: .number(0.85), "Smoothing of sensitivity."),
        OptionSchema("beta2", .number(0...1), default: .number(0.95), "Smoothing of uncertainty."),
        OptionSchema("initial_epochs", .number(0...1000), default: .number(1), "t_i."),
        OptionSchema(
          "final_fraction", .number(0...1), default: .number(0.7), excludes: ["final_epochs"], "t_f as a share."),
        OptionSchema("final_epochs", .number(0...1000), excludes: ["final_fraction"], "t_f in epochs."),
        OptionSchema("d_initial", .number(0...1), default: .number(0.1), "First value of d."),
      ]),
    MethodSchema(
      id: "loradrop", label: "LoRA-drop", source: "Shares unimportant layers.",
      options: [OptionSchema("threshold", .number(0...1), default: .number(0.9), "T.")]),
  ])
}

/// A folder of files that goes away with its test.
final class TestFolder {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    path = NSTemporaryDirectory() + "lowrank-manifests-" + UUID().uuidString
    for (name, text) in files { try write(text, to: name) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws {
    let file = URL(fileURLWithPath: path).appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func load(_ name: String = "m.yaml") throws -> Manifest {
    try Manifest.load(path: path + "/" + name, recipes: path + "/recipes", methods: .test)
  }

  /// What loading a manifest reports, with the folder's path left out; empty where it loads.
  func complaint(_ name: String = "m.yaml") -> String {
    do {
      _ = try load(name)
      return ""
    } catch {
      return "\(error)".replacing(path + "/", with: "")
    }
  }

  /// A folder with a plain recipe and one manifest.
  static func manifest(_ text: String, recipe: String = plainRecipe) throws -> TestFolder {
    try TestFolder(["m.yaml": text, "recipes/plain.yaml": recipe])
  }

  static let plainRecipe = "defaults: {epochs: 3, batch: 16, learning_rate: 5e-4}\n"

  /// A manifest with a head that needs no more thought, and these methods.
  static func methods(_ methods: String, recipe: String = plainRecipe) throws -> TestFolder {
    try manifest(
      """
      id: m
      model: some-model
      recipe: plain
      tasks: [rte, mrpc]
      seeds: [0]
      methods:
      \(methods)

      """, recipe: recipe)
  }
}
