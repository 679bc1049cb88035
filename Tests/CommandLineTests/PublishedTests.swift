// `lowrank published`: what papers print without any run, beside the plan.
import Foundation
import TestSupport
import Testing

@Suite("lowrank published")
struct PublishedTests {
  private func published(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
    let tiny = try TinyProgram()
    let call = try execute(
      tiny.program, ["published"] + arguments + ["--root", Repository.root.path], in: tiny.project.root, apart: true)
    return (call.status, call.output, call.errors)
  }

  @Test("the tables that there are")
  func list() throws {
    let found = try published([])
    #expect(found.status == 0 && found.errors.isEmpty)
    let ids = found.output.split(separator: "\n").map { $0.prefix { $0 != " " } }
    #expect(
      ids == ["aflora-2-parameters", "aflora-3-parameters", "aflora-4", "aflora-5", "aflora-6-parameters"], "\(found.output)")
    #expect(found.output.contains("aflora-5             hyper-parameters (aflora, Table 5)\n"), "\(found.output)")
  }

  @Test("AFLoRA's hyper-parameters are the recipe's")
  func hyperparameters() throws {
    let found = try published(["aflora-5"])
    #expect(found.status == 0 && found.errors.isEmpty, "\(found)")
    #expect(found.output.contains("|  | cola | sst2 | mrpc | qnli | stsb | rte | mnli | qqp |\n"), "\(found.output)")
    #expect(found.output.contains("| head learning rate | 0.04 | 0.004 | 0.08 | 0.004 | 0.02 | 0.04 | 0.004 | 0.004 |\n"))
    #expect(found.output.hasSuffix("All 72 printed numbers can be roundings of these.\n"), "\(found.output)")
  }

  @Test("the data's sizes, all but one as printed")
  func data() throws {
    let found = try published(["aflora-4"])
    #expect(found.output.contains("| validation rows | 1,043 | 872 | 408 | 5,463 | 1,500 | 277 | 9,815/9,832 | 40,430 |\n"))
    #expect(
      found.output.hasSuffix(
        "23 of 24 printed numbers can be roundings of these. The others: training rows, cola: 8.5k, but 8,551.\n"),
      "\(found.output)")
  }

  @Test("the parameters of each task, and the two cells that the schedule cannot give")
  func parameters() throws {
    let found = try published(["aflora-3-parameters"])
    #expect(
      found.output.contains(
        "| attention | 0.1169M | 0.1278M | 0.1170M | 0.1278M | 0.1169M | 0.1171M | 0.1206M |\n"), "\(found.output)")
    #expect(
      found.output.hasSuffix(
        "19 of 21 printed numbers can be roundings of these. The others: attention, cola: 0.11M, but 0.1169M; feed-forward, sst2: "
          + "0.18M, but 0.1394M (0.1322M to 0.1466M).\n"), "\(found.output)")
  }

  @Test("a table that is none, and a project without any")
  func mistakes() throws {
    let found = try published(["aflora-55"])
    #expect(found.status == 1 && found.output.isEmpty)
    #expect(
      found.errors.contains("'aflora-55' is no table without scores in published.yaml. Did you mean 'aflora-5'?"), "\(found.errors)"
    )
    let tiny = try TinyProgram(), none = try tiny.lowrank(["published"], apart: true)
    #expect(none.status == 0 && none.output.isEmpty && none.errors.isEmpty)
  }
}
