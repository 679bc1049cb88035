// GLUE's test files in their official layouts, made up: a few rows each.
import Datasets
import Foundation
import Settings

enum TestFiles {
  /// The header and two rows of each test file, by its path; columns are apart by tabs.
  static let texts: [String: String] = [
    "CoLA/test.tsv": "index\tsentence\n0\tBill whistled past the house.\n1\tThe car honked its way down the road.\n",
    "SST-2/test.tsv": "index\tsentence\n0\tuneasy mishmash of styles and genres . \n1\tby the end .\n",
    "MRPC/test.tsv": "\u{FEFF}index\t#1 ID\t#2 ID\t#1 String\t#2 String\n"
      + "0\t1089874\t1089925\tPCCW 's \"chief\" officer\tCurrent Chief Officer\n1\t3019446\t3019327\tThe world 's two\tDomestic\n",
    "STS-B/test.tsv": "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\n"
      + "0\tmain-captions\tMSRvid\t2012test\t0024\tnone\tnone\tA girl is styling her hair.\tA girl is brushing her hair.\n"
      + "1\tmain-captions\tMSRvid\t2012test\t0033\tnone\tnone\tMen play soccer.\tBoys play soccer.\n",
    "QQP/test.tsv": "id\tquestion1\tquestion2\n0\tWhy me?\tWhy not me?\n1\tHow?\tWhen?\n",
    "MNLI/test_matched.tsv": mnli("travel"), "MNLI/test_mismatched.tsv": mnli("verbatim"),
    "QNLI/test.tsv": "index\tquestion\tsentence\n0\tWhat?\tThat.\n1\tWho?\tThey.\n",
    "RTE/test.tsv": "index\tsentence1\tsentence2\r\n0\tMangla was summoned.\tMangla died.\r\n1\tAuthorities.\tNone.\r\n",
  ]

  private static func mnli(_ genre: String) -> String {
    let header = "index promptID pairID genre sentence1_binary_parse sentence2_binary_parse sentence1_parse sentence2_parse"
    func row(_ index: Int) -> String {
      "\(index)\t31493\t31493\t\(genre)\t( a )\t( b )\t(ROOT a)\t(ROOT b)\tpremise \(index) \(genre)\thypothesis \(index)\n"
    }
    return header.replacing(" ", with: "\t") + "\tsentence1\tsentence2\n" + row(0) + row(1)
  }

  /// The folder of them all.
  static func folder() throws -> TaskFolder {
    let folder = try TaskFolder()
    for (path, text) in texts { try folder.write(text, to: path) }
    return folder
  }
}
