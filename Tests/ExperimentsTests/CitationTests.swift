// CITATION.cff says of the program and the papers what stands elsewhere.
import Foundation
import Manifests
import Records
import TestSupport
import Testing

@testable import Experiments

@Suite("The citation")
struct CitationTests {
  @Test("names this version and the three papers")
  func current() throws {
    let text = try String(contentsOf: Repository.root.appending(path: "CITATION.cff"), encoding: .utf8)
    #expect(text.contains("\nversion: \(ProgramVersion.number)\n"))
    let papers = try ExperimentFolder(path: Repository.root.appending(path: "experiments").path).papers()
    for id in ["aflora", "loradrop", "prilora"] {
      let paper = try #require(papers.first { $0.id == id })
      #expect(text.contains("title: \"\(paper.title)"), "\(paper.title)")
      #expect(text.contains("value: \"arXiv:\(paper.arxiv ?? "")\""), "\(paper.title)")
    }
  }
}
