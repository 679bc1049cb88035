// swift-tools-version: 6.1
import PackageDescription

// Kernels of every instruction set are to give the same bits: no contraction of their own.
let kernelFlags = ["-O3", "-ffp-contract=off", "-fno-math-errno"]

// The targets in the order data flows; arrows point one way (README, "How the code is laid out").
let package = Package(
  name: "lowrank",
  products: [.executable(name: "lowrank", targets: ["lowrank"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(
      name: "CSentencePiece",
      linkerSettings: [.linkedLibrary("sentencepiece"), .linkedLibrary("sentencepiece_train")]),
    .target(
      name: "CKernels",
      cSettings: [.unsafeFlags(kernelFlags)]),
    .target(name: "CSignals"),
    .target(name: "Tensors", dependencies: ["COpenBLAS", "CKernels"]),
    .target(name: "Layers", dependencies: ["Tensors"]),
    .target(name: "Storage", dependencies: ["CHDF5", "CCrypto"]),
    .target(name: "Models", dependencies: ["Layers", "Storage"]),
    .target(name: "Settings"),
    .target(name: "Adapters", dependencies: ["Layers", "Settings"]),
    .target(name: "Interchange", dependencies: ["Models", "Adapters", "Storage"]),
    .target(name: "Tokenizers", dependencies: ["CSentencePiece"]),
    .target(name: "Datasets", dependencies: ["Tokenizers", "Metrics"]),
    .target(name: "Metrics"),
    .target(
      name: "Training", dependencies: ["Models", "Adapters", "Datasets", "Metrics", "Storage"]),
    .target(name: "Manifests", dependencies: ["Settings", .product(name: "Yams", package: "Yams")]),
    .target(name: "Records"),
    .target(name: "Experiments", dependencies: ["Settings", "Training", "Manifests", "Records", "CSignals"]),
    .target(
      name: "Parity",
      dependencies: ["Settings", "Models", "Storage", "Training", "Interchange", "Tokenizers", "Metrics"]),
    .target(name: "Reporting", dependencies: ["Settings", "Records", "Manifests", "Storage", "Metrics"]),
    .executableTarget(
      name: "lowrank",
      dependencies: [
        "Experiments", "Reporting", "Parity", "Interchange",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "TestSupport", dependencies: ["Models", "Tensors"], path: "Tests/TestSupport"),
    .target(
      name: "KernelVariants", dependencies: ["CKernels"], path: "Tests/KernelVariants",
      cSettings: [.unsafeFlags(kernelFlags)]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "CKernels", "KernelVariants", "TestSupport"]),
    .testTarget(name: "LayersTests", dependencies: ["Layers"]),
    .testTarget(name: "ModelsTests", dependencies: ["Models", "Parity", "TestSupport"]),
    .testTarget(name: "StorageTests", dependencies: ["Storage", "TestSupport"]),
    .testTarget(name: "TokenizersTests", dependencies: ["Tokenizers", "TestSupport"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Metrics", "TestSupport"]),
    .testTarget(name: "MetricsTests", dependencies: ["Metrics"]),
    .testTarget(name: "ManifestsTests", dependencies: ["Settings", "Manifests"]),
    .testTarget(name: "RecordsTests", dependencies: ["Records", "TestSupport"]),
    .testTarget(name: "AdaptersTests", dependencies: ["Settings", "Adapters", "Models", "Training", "TestSupport"]),
    .testTarget(name: "InterchangeTests", dependencies: ["Settings", "Interchange", "Training", "TestSupport"]),
    .testTarget(name: "ParityTests", dependencies: ["Parity", "TestSupport"]),
    .testTarget(name: "ReportingTests", dependencies: ["Settings", "Reporting", "Records", "Manifests", "Storage", "TestSupport"]),
    .testTarget(name: "TrainingTests", dependencies: ["Settings", "Training"]),
    .testTarget(name: "CommandLineTests", dependencies: ["TestSupport"]),
    .testTarget(name: "ExperimentsTests", dependencies: ["Settings", "Experiments", "TestSupport"]),
  ]
)
