// Builds of OpenBLAS that differ from the one at hand: each is a library made here that stands before the real one.
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Experiments

@Suite("Other builds of OpenBLAS", .requires(.avx512))
struct OtherBLASBuildTests {
  /// What the public interface forwards to the real library.
  private static let interface = """
    FORWARD(void, openblas_set_num_threads, (int n), (n))
    FORWARD(int, openblas_get_num_threads, (void), ())
    FORWARD(int, openblas_get_parallel, (void), ())
    FORWARD(char *, openblas_get_config, (void), ())
    FORWARD(void, cblas_sgemm, (int o, int s, int t, int m, int n, int k, float f, const float *a, int p, const float *b, int q,
      float g, float *c, int r), (o, s, t, m, n, k, f, a, p, b, q, g, c, r))
    """
  private static let corename = "FORWARD(char *, openblas_get_corename, (void), ())"

  /// Takes its core when it is loaded and then never again.
  private static let fixed = [corename]
  /// Has one core.
  private static let single = ["char *openblas_get_corename(void) { return \"Generic\"; }"]
  /// Can switch, but has no Haswell: asked for it, it takes what it would by itself.
  private static let withoutHaswell = [
    corename, "FORWARD(void, gotoblas_dynamic_quit, (void), ())",
    """
    void gotoblas_dynamic_init(void) {
      const char *core = getenv("OPENBLAS_CORETYPE");
      if (core && !strcmp(core, "Haswell")) setenv("OPENBLAS_CORETYPE", "Sandybridge", 1);
      ((void (*)(void))dlsym(library, "gotoblas_dynamic_init"))();
    }
    """,
  ]

  /// Makes the library and returns its folder.
  private func library(_ name: String, _ parts: [String], for tiny: TinyProgram) throws -> URL {
    let linked = try execute(URL(filePath: "/usr/bin/env"), ["ldd", tiny.program.path]).output
    let line = try #require(linked.split(separator: "\n").first { $0.contains("openblas") && $0.contains("=> /") })
    let path = String(try #require(line.split(separator: " ").first { $0.hasPrefix("/") }))
    let source = """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <stdlib.h>
      #include <string.h>
      static void *library;
      __attribute__((constructor)) static void load(void) { library = dlopen("\(path)", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND); }
      #define FORWARD(type, name, parameters, arguments) \\
        type name parameters { return ((type(*) parameters)dlsym(library, #name))arguments; }

      """
    try tiny.project.write(source + ([Self.interface] + parts).joined(separator: "\n") + "\n", to: "\(name)/forward.c")
    let folder = tiny.project.root.appending(path: name)
    let compiler = try execute(
      URL(filePath: "/usr/bin/env"),
      [
        "clang", "-shared", "-fPIC", "-Wl,-soname,libopenblas.so.0", folder.appending(path: "forward.c").path, "-o",
        folder.appending(path: "libopenblas.so.0").path,
      ])
    #expect(compiler.status == 0, "\(compiler.output)")
    return folder
  }

  /// Leaves a checkpoint of core Haswell, made with the real library.
  private func stopOnHaswell(_ tiny: TinyProgram) throws {
    let stopped = try tiny.interrupt(
      ["run", "tiny", "--jobs", "1", "--checkpoint-seconds", "0", "--core", "haswell"], by: SIGTERM, when: { tiny.hasCheckpoint() })
    #expect(stopped.status == 143, "\(stopped.output)")
  }

  @Test("one that takes its core only when it is loaded: the program starts itself again")
  func fixed() throws {
    let tiny = try TinyProgram(longManifest)
    let library = try library("fixed", Self.fixed, for: tiny)
    #expect(try tiny.lowrank(["run", "tiny", "--core", "haswell"], results: "straight").status == 0)
    let run = try tiny.lowrank(["run", "tiny", "--core", "haswell"], results: "other", library: library)
    #expect(run.status == 0 && run.output.contains("core Haswell (by option)\n"), "\(run.output)")
    #expect(try tiny.outcome("other") == tiny.outcome("straight"))
    let fastest = try tiny.lowrank(["run", "tiny", "--dry-run"], library: library)
    #expect(fastest.output.contains("core SkylakeX (by processor)\n"), "\(fastest.output)")
    // what it cannot take while it runs, it says
    try stopOnHaswell(tiny)
    let other = try tiny.lowrank(["run", "tiny"], library: library)
    #expect(
      other.output.contains("computed on core Haswell, which this build of OpenBLAS cannot take now: it starts again\n"),
      "\(other.output)")
    #expect(other.status == 0)
  }

  @Test("one with a single core is used as it is, and the doctor says so")
  func single() throws {
    let tiny = try TinyProgram()
    let library = try library("single", Self.single, for: tiny)
    let generic = try tiny.lowrank(["run", "tiny", "--dry-run"], library: library)
    #expect(generic.status == 0 && generic.output.contains("core Generic (by library)\n"), "\(generic.output)")
    let asked = try tiny.lowrank(["run", "tiny", "--dry-run", "--core", "haswell"], library: library)
    #expect(asked.status == 1 && asked.output.contains("cannot take Haswell now"), "\(asked.output)")
    let doctor = try execute(tiny.program, ["doctor"], environment: Program.environment(library: library))
    #expect(doctor.status == 1 && doctor.output.contains("Install a build of OpenBLAS that has it"), "\(doctor.output)")
  }

  @Test("one without a core: what was in use stays in use, and records name it")
  func withoutCore() throws {
    let tiny = try TinyProgram(longManifest)
    let library = try library("without", Self.withoutHaswell, for: tiny)
    #expect(try tiny.lowrank(["run", "tiny"], results: "straight").status == 0)
    let asked = try tiny.lowrank(["run", "tiny", "--dry-run", "--core", "haswell"], library: library)
    #expect(asked.status == 1 && asked.output.contains("this build of OpenBLAS has no core Haswell. "), "\(asked.output)")
    try stopOnHaswell(tiny)
    let run = try tiny.lowrank(["run", "tiny"], library: library)
    #expect(
      run.output.contains("computed on core Haswell, which this build of OpenBLAS cannot take now: it starts again\n"),
      "\(run.output)")
    #expect(try tiny.project.call().record(0).environment.blasCore == "SkylakeX")
    #expect(try tiny.outcome() == tiny.outcome("straight"))
  }

  @Test("a rerun of a core that the build lacks is compared by tolerance")
  func rerun() throws {
    let tiny = try TinyProgram()
    let library = try library("without", Self.withoutHaswell, for: tiny)
    #expect(try tiny.lowrank(["run", "tiny", "--core", "haswell"]).status == 0)
    let again = try tiny.lowrank(
      ["rerun", "--experiment", "tiny", "--method", "lora", "--task", "warmth", "--seed", "0"], library: library)
    #expect(
      again.output.contains(
        "the record is of core Haswell, which this build of OpenBLAS has not: its numbers are compared by tolerance\n"),
      "\(again.output)")
    #expect(again.status == 0, "\(again.output)")
  }
}
