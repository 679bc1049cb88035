// What a record looks like, byte for byte, and what is refused when it is read.
import Foundation
import Settings
import Storage
import Testing

@testable import Records

@Suite struct RunRecordTests {
  private static func digest(_ digit: Character) -> String { String(repeating: digit, count: 64) }

  static func record(
    outcome: RunOutcome = .completed, values: [Double] = [0.5, 0.1 + 0.2], flops: Int = 9_007_199_254_740_993,
    tensors: String? = nil, best: String? = nil, last: String? = nil, preliminarySteps: Int? = nil, heldOut: [Double?] = []
  ) throws -> RunRecord {
    let counts = TrainableParameters(initial: 451_872, final: 83_232, average: 124_704.25)
    return RunRecord(
      identity: digest("a"),
      specification: try JSONValue(
        json: #"{"method":"aflora","options":{"beta1":0.85,"rank":4,"score":"NaN","together":false},"seed":0}"#),
      outcome: outcome, flags: [.collapsed],
      epochs: values.enumerated().map { index, value in
        EpochScores(
          epoch: index + 1, step: 32 * (index + 1),
          scores: [Score(split: "validation", metric: "accuracy", value: value)]
            + (index < heldOut.count ? heldOut[index].map { [Score(split: "test", metric: "accuracy", value: $0)] } ?? [] : []))
      },
      primary: PrimaryScore(split: "validation", metric: "accuracy"), heldOut: heldOut.isEmpty ? [] : ["test"],
      trainableParameters: counts,
      trainableParametersWithHead: counts, steps: 64, preliminarySteps: preliminarySteps, flops: flops,
      digests: RunDigests(
        specification: digest("b"), manifest: digest("c"), model: digest("d"), tokenizer: digest("e"),
        data: digest("f"), tensors: tensors, best: best, last: last),
      numericsVersion: 1, program: ProgramVersion(version: "0.1.0", commit: "4f2c1ab", isModified: true),
      environment: RunEnvironment(threads: 2, processor: "a \"processor\"", operatingSystem: "Debian 12"))
  }

  private static func text(_ record: RunRecord) throws -> String {
    String(decoding: try record.jsonData(), as: UTF8.self)
  }

  private static func read(_ text: String) -> String {
    do {
      _ = try RunRecord(jsonData: Data(text.utf8), file: "record.json")
      return ""
    } catch {
      return error.description
    }
  }

  @Test("sets that chose nothing are named, and decide nothing")
  func heldOut() throws {
    let record = try Self.record(values: [0.5, 0.7, 0.6], heldOut: [0.9, 0.4, nil])
    #expect(record.bestEpoch == 2 && record.heldOut == ["test"])
    #expect(
      record.reports("test") && !record.reports("validation") && record.chooses(by: "validation") && !record.chooses(by: "test"))
    #expect(try RunRecord(jsonData: record.jsonData(), file: "record.json") == record)
    let plain = try Self.record()
    #expect(plain.heldOut == nil && plain.reports("validation"))
    // the best epoch is checked by the sets that choose
    let text = try Self.text(record).replacing("\"best_epoch\" : 2", with: "\"best_epoch\" : 1")
    #expect(Self.read(text).contains("best_epoch"))
  }

  @Test func bytesAreGolden() throws {
    let a = Self.digest("a")
    let record = try Self.record()
    #expect(
      try Self.text(record) == """
        {
          "best_epoch" : 1,
          "digests" : {
            "data" : "\(Self.digest("f"))",
            "manifest" : "\(Self.digest("c"))",
            "model" : "\(Self.digest("d"))",
            "specification" : "\(Self.digest("b"))",
            "tokenizer" : "\(Self.digest("e"))"
          },
          "environment" : {
            "operating_system" : "Debian 12",
            "processor" : "a \\"processor\\"",
            "threads" : 2
          },
          "epochs" : [
            {
              "epoch" : 1,
              "scores" : [
                {
                  "metric" : "accuracy",
                  "split" : "validation",
                  "value" : 0.5
                }
              ],
              "step" : 32
            },
            {
              "epoch" : 2,
              "scores" : [
                {
                  "metric" : "accuracy",
                  "split" : "validation",
                  "value" : 0.30000000000000004
                }
              ],
              "step" : 64
            }
          ],
          "flags" : [
            "collapsed"
          ],
          "flops" : 9007199254740993,
          "identity" : "\(a)",
          "last_epoch" : 2,
          "numerics_version" : 1,
          "outcome" : {
            "status" : "completed"
          },
          "primary" : {
            "metric" : "accuracy",
            "split" : "validation"
          },
          "program" : {
            "commit" : "4f2c1ab",
            "is_modified" : true,
            "version" : "0.1.0"
          },
          "schema_version" : 1,
          "seal" : "\(try #require(record.seal))",
          "specification" : {
            "method" : "aflora",
            "options" : {
              "beta1" : 0.85,
              "rank" : 4,
              "score" : "NaN",
              "together" : false
            },
            "seed" : 0
          },
          "steps" : 64,
          "trainable_parameters" : {
            "average" : 124704.25,
            "final" : 83232,
            "initial" : 451872
          },
          "trainable_parameters_with_head" : {
            "average" : 124704.25,
            "final" : 83232,
            "initial" : 451872
          }
        }

        """)
  }

  @Test(arguments: [
    RunOutcome.completed, .diverged(step: 41), .failed(message: "the disk is full\nat \"x\""),
  ])
  func readsBack(outcome: RunOutcome) throws {
    for values in [[], [0.1], [.nan, 0.25, .infinity], [-.infinity, 5e-300, 1e300]] as [[Double]] {
      let record = try Self.record(outcome: outcome, values: values)
      let data = try record.jsonData()
      let read = try RunRecord(jsonData: data, file: "record.json")
      #expect(read == record)
      #expect(try read.jsonData() == data)
    }
  }

  @Test func updatesBeforeTrainingProperAreRecordedWhereThereAreAny() throws {
    #expect(try !Self.text(Self.record()).contains("preliminary_steps"))
    let record = try Self.record(preliminarySteps: 51), text = try Self.text(record)
    #expect(text.contains("\n  \"preliminary_steps\" : 51,\n"))
    #expect(try RunRecord(jsonData: Data(text.utf8), file: "record.json") == record)
    #expect(Self.read(text.replacing("steps\" : 51", with: "steps\" : -51")).contains("'preliminary_steps' is below zero"))
  }

  @Test func olderRecordsNameALibraryOfProductsToo() throws {
    let record = try Self.record()
    let environment = "\"environment\" : {\n", seal = "\"seal\" : "
    let library = environment + "    \"blas_configuration\" : \"OpenBLAS 0.3.21\",\n    \"blas_core\" : \"Haswell\",\n"
    func sealed(_ digest: String) throws -> String {
      try Self.text(record).replacing(environment, with: library).replacing(
        seal + "\"\(try #require(record.seal))\"", with: seal + "\"\(digest)\"")
    }
    let old = try sealed(FileDigest.sha256(of: Data(sealed(Self.digest("0")).utf8)))
    let read = try RunRecord(jsonData: Data(old.utf8), file: "record.json")
    #expect(read.environment == record.environment && read.seal != record.seal)
    #expect(Self.read(old.replacing("Haswell", with: "haswell")).contains("'seal' does not fit the rest"))
  }

  @Test func specificationMayHoldAnyJSON() throws {
    let value = try JSONValue(json: #"{"a":[1,2.5,true,null,"x",{"b":1e-08}]}"#)
    #expect(
      value["a"] == .array([.integer(1), .number(2.5), .flag(true), .null, .text("x"), .object(["b": .number(1e-8)])]))
    #expect(throws: RecordError.self) { try JSONValue(json: "{") }
  }

  @Test func bestEpochIsTheFirstOfEquals() {
    let primary = PrimaryScore(split: "v", metric: "m")
    func best(_ values: [Double]) -> Int? {
      RunRecord.bestEpoch(
        of: values.enumerated().map {
          EpochScores(epoch: $0 + 1, step: $0, scores: [Score(split: "v", metric: "m", value: $1)])
        }, by: primary)
    }
    #expect(best([]) == nil)
    #expect(best([0.1, 0.3, 0.3, 0.2]) == 2)
    #expect(best([.nan, 0.3]) == 2)
    #expect(best([0.3, .nan]) == 1)
    #expect(best([.nan, .nan]) == 1)
  }

  @Test func badRecordsAreRefusedWithAReason() throws {
    let good = try Self.text(Self.record())
    let again = " Move it away, and the run is made again."
    #expect(Self.read("") == "record.json: is not the JSON of a record of a run: it is cut short or damaged." + again)
    #expect(
      Self.read(String(good.prefix(good.count / 2)))
        == "record.json: is not the JSON of a record of a run: it is cut short or damaged." + again)
    #expect(Self.read("{}") == "record.json: is not a record of a run: 'schema_version' is missing." + again)
    #expect(
      Self.read(good.replacing("\"schema_version\" : 1", with: "\"schema_version\" : 2"))
        == "record.json: is a record of a run of schema version 2, but this program knows version 1; use a newer lowrank."
    )
    #expect(
      Self.read(good.replacing("\"schema_version\" : 1", with: "\"schema_version\" : 0"))
        == "record.json: is a record of a run of schema version 0, but this program knows version 1; "
        + "move it away, and the run is made again.")
    #expect(
      Self.read(good.replacing("\"epoch\" : 2", with: "\"epoch\" : \"two\""))
        == "record.json: is not a record of a run: 'epochs.1.epoch' is no Int." + again)
    #expect(
      Self.read(good.replacing(Self.digest("d"), with: "d"))
        == "record.json: is not a record of a run: 'digests.model' "
        + "is not a SHA-256 of 64 hexadecimal digits." + again)
    #expect(
      Self.read(good.replacing("\"best_epoch\" : 1", with: "\"best_epoch\" : 2"))
        == "record.json: is not a record of a run: 'best_epoch' does not follow from the scores." + again)
    #expect(Self.read(good.replacing("\"steps\" : 64", with: "\"steps\" : -1")).contains("'steps' is below zero"))
    #expect(
      Self.read(good.replacing("\"completed\"", with: "\"finished\"")).contains("'outcome.status' is not allowed"))
  }

  @Test func sizeAndDepthAreBounded() {
    let spaces = Data(repeating: 0x20, count: 16 * 1024 * 1024 + 1)
    #expect(throws: RecordError.tooLarge(file: "r", bytes: spaces.count, limit: spaces.count - 1)) {
      try RunRecord(jsonData: spaces, file: "r")
    }
    let deep = #"{"schema_version":1,"specification":"# + String(repeating: "[", count: 100_000)
    #expect(Self.read(deep).contains("it is cut short or damaged"))
    #expect(Self.read(deep + String(repeating: "]", count: 100_000) + "}").contains("it is cut short or damaged"))
  }

  @Test func everyShortenedRecordIsRefused() throws {
    let bytes = [UInt8](try Self.record().jsonData())
    for length in stride(from: 0, to: bytes.count - 2, by: 7) {
      #expect(throws: RecordError.self) { try RunRecord(jsonData: Data(bytes.prefix(length)), file: "r") }
    }
  }
}
