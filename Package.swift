// swift-tools-version: 6.1
import PackageDescription

// Kernels of every instruction set are to give the same bits: no contraction of their own.
#if arch(x86_64)
  // vectors of sixteen numbers in one register, where there are such: left to itself the compiler halves them
  let kernelFlags = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-mprefer-vector-width=512"]
#else
  let kernelFlags = ["-O3", "-ffp-contract=off", "-fno-math-errno"]
#endif

let pageParts = [
  "dom.js", "data.js", "chart.js", "predictions.js", "run.js", "cell.js", "table.js", "list.js", "main.js", "page.css",
]

// The targets in the order data flows; arrows point one way (notebooks-md/guide/development.md).
let package = Package(
  name: "lowrank",
  products: [.executable(name: "lowrank", targets: ["lowrank"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(
      name: "CSentencePiece",
      linkerSettings: [.linkedLibrary("sentencepiece"), .linkedLibrary("sentencepiece_train")]),
    .target(
      name: "CKernels",
      cSettings: [.unsafeFlags(kernelFlags)]),
    .target(name: "CSignals"),
    .target(name: "Metrics", dependencies: ["CKernels"]),
    .target(name: "Settings", dependencies: ["Metrics"]),
    .target(name: "Tensors", dependencies: ["CKernels"]),
    .target(name: "CPUBackend", dependencies: ["CKernels", "Tensors"]),
    .target(name: "Layers", dependencies: ["Tensors"]),
    .target(name: "Storage", dependencies: ["CCrypto", "CHDF5"]),
    .target(name: "Records", dependencies: ["Settings", "Storage"]),
    .target(name: "Models", dependencies: ["CKernels", "Layers", "Storage", "Tensors"]),
    .target(name: "Adapters", dependencies: ["Layers", "Settings", "Tensors"]),
    .target(name: "Generation", dependencies: ["CKernels", "Layers", "Models", "Tensors"]),
    .target(name: "Interchange", dependencies: ["Adapters", "Layers", "Models", "Settings", "Storage", "Tensors"]),
    .target(name: "Tokenizers", dependencies: ["CSentencePiece", "Storage"]),
    .target(name: "Datasets", dependencies: ["CKernels", "Settings", "Storage", "Tokenizers"]),
    .target(
      name: "Objectives",
      dependencies: ["Datasets", "Generation", "Layers", "Metrics", "Models", "Settings", "Tensors", "Tokenizers"]),
    .target(
      name: "Manifests", dependencies: ["Metrics", "Records", "Settings", "Storage", .product(name: "Yams", package: "Yams")]),
    .target(
      name: "Training",
      dependencies: [
        "Adapters", "Datasets", "Layers", "Metrics", "Models", "Objectives", "Records", "Settings", "Storage", "Tensors",
      ]),
    .target(name: "Devices", dependencies: ["CPUBackend", "Records", "Tensors"]),
    .target(
      name: "Pocket",
      dependencies: [
        "CKernels", "Datasets", "Devices", "Layers", "Manifests", "Metrics", "Models", "Objectives", "Records", "Settings",
        "Storage", "Tensors", "Tokenizers", "Training",
      ]),
    .target(
      name: "Experiments",
      dependencies: [
        "Adapters", "CKernels", "CSignals", "Datasets", "Devices", "Generation", "Layers", "Manifests", "Metrics", "Models",
        "Objectives",
        "Pocket", "Records", "Settings", "Storage", "Tensors", "Tokenizers", "Training",
      ]),
    .target(
      name: "Parity",
      dependencies: [
        "Adapters", "Datasets", "Generation", "Interchange", "Layers", "Metrics", "Models", "Objectives", "Settings", "Storage",
        "Tensors", "Tokenizers", "Training",
      ]),
    .target(
      name: "Reporting", dependencies: ["Manifests", "Metrics", "Records", "Settings", "Storage"],
      // the report page's script and style, which are in the program
      resources: pageParts.map { .embedInCode("Page/Script/\($0)") }),
    .executableTarget(
      name: "lowrank",
      dependencies: [
        "Adapters", "CHDF5", "CPUBackend", "Datasets", "Devices", "Experiments", "Interchange", "Manifests", "Metrics", "Parity",
        "Pocket", "Records", "Reporting", "Settings", "Storage", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(
      name: "TestSupport",
      dependencies: ["CPUBackend", "Layers", "Metrics", "Models", "Objectives", "Storage", "Tensors"], path: "Tests/TestSupport"),
    .target(
      name: "KernelVariants", dependencies: ["CKernels"], path: "Tests/KernelVariants",
      cSettings: [.unsafeFlags(kernelFlags)]),
    .executableTarget(
      name: "torture",
      dependencies: [
        "Adapters", "CPUBackend", "Datasets", "Experiments", "Interchange", "Layers", "Manifests", "Metrics", "Models", "Parity",
        "Pocket", "Records", "Reporting", "Settings", "Storage", "Tensors", "TestSupport", "Tokenizers", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Torture"),
    .testTarget(name: "TensorsTests", dependencies: ["CKernels", "CPUBackend", "KernelVariants", "Tensors", "TestSupport"]),
    .testTarget(name: "SettingsTests", dependencies: ["Metrics", "Settings"]),
    .testTarget(name: "LayersTests", dependencies: ["CPUBackend", "Layers", "Tensors"]),
    .testTarget(name: "StorageTests", dependencies: ["Storage", "TestSupport"]),
    .testTarget(
      name: "ModelsTests",
      dependencies: ["CPUBackend", "Layers", "Models", "Parity", "Storage", "Tensors", "TestSupport"]),
    .testTarget(name: "TokenizersTests", dependencies: ["TestSupport", "Tokenizers"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Metrics", "Settings", "TestSupport"]),
    .testTarget(
      name: "ObjectivesTests",
      dependencies: [
        "CPUBackend", "Datasets", "Layers", "Metrics", "Models", "Objectives", "Settings", "Storage", "Tensors", "TestSupport",
        "Tokenizers",
      ]),
    .testTarget(name: "MetricsTests", dependencies: ["Metrics"]),
    .testTarget(name: "ManifestsTests", dependencies: ["Manifests", "Records", "Settings"]),
    .testTarget(name: "RecordsTests", dependencies: ["Records", "Settings", "Storage", "TestSupport"]),
    .testTarget(
      name: "AdaptersTests",
      dependencies: [
        "Adapters", "CPUBackend", "Datasets", "Layers", "Models", "Objectives", "Settings", "Tensors", "TestSupport",
        "Training",
      ]),
    .testTarget(
      name: "GenerationTests",
      dependencies: ["CPUBackend", "Generation", "Layers", "Models", "Tensors", "TestSupport"]),
    .testTarget(
      name: "InterchangeTests",
      dependencies: [
        "Adapters", "CPUBackend", "Generation", "Interchange", "Layers", "Models", "Settings", "Storage", "Tensors", "TestSupport",
        "Training",
      ]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Adapters", "CPUBackend", "Datasets", "Layers", "Metrics", "Models", "Objectives", "Records", "Settings", "Storage",
        "Tensors", "TestSupport", "Training",
      ]),
    .testTarget(
      name: "PocketTests",
      dependencies: [
        "CPUBackend", "Datasets", "Layers", "Manifests", "Metrics", "Models", "Objectives", "Pocket", "Records", "Settings",
        "Storage", "Tensors", "TestSupport", "Tokenizers", "Training",
      ]),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: [
        "Adapters", "CPUBackend", "Datasets", "Devices", "Experiments", "Generation", "Manifests", "Metrics", "Models",
        "Objectives", "Pocket", "Records",
        "Settings", "Storage", "Tensors", "TestSupport", "Tokenizers", "Training",
      ]),
    .testTarget(
      name: "ParityTests",
      dependencies: [
        "Adapters", "CPUBackend", "Interchange", "Models", "Parity", "Storage", "Tensors", "TestSupport", "Tokenizers", "Training",
      ]),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "Manifests", "Metrics", "Records", "Reporting", "Settings", "Storage", "TestSupport",
        .product(name: "Yams", package: "Yams"),
      ]),
    .testTarget(name: "HouseTests", dependencies: ["TestSupport"]),
    .testTarget(name: "CommandLineTests", dependencies: ["TestSupport"]),
    .testTarget(name: "TortureTests", dependencies: ["TestSupport"]),
  ]
)
