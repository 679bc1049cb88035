// Data whose answers are texts, and the definitions of such tasks.
import Datasets
import Foundation
import Manifests
import Settings

extension Format {
  static let promptFormats = [csv, dartObjects, dartMarkup, textTask]

  private static func data(
    _ folder: URL, _ format: TaskDefinition.Format, _ completion: TaskDefinition.Completion, file: String, _ text: String
  ) throws -> Subject {
    let task = TaskDefinition(
      id: "texts", title: "texts", format: format, train: file, validation: [.init(name: "test", file: file)], columns: nil,
      target: .text(completion), metrics: [.bleu])
    return Subject([try Subject.Target(folder.appending(path: file), text: text)]) { _, _ in
      let data = try TaskLoader.load(task, from: folder)
      _ = data.splitNotes
      for example in data.train.examples + data.validation[0].examples {
        guard case .texts(let texts) = example.label, !texts.isEmpty, texts.allSatisfy({ !$0.isEmpty }) else {
          throw Wrong(description: "an example without a text")
        }
      }
    }
  }

  /// E2E's kind of table.
  private static let csv = Format("csv", share: 3000) { folder in
    let text =
      "\u{FEFF}mr,ref,other\r\n\"name[The Vaults], eatType[pub], near[Café Adriatic]\",\"He said \"\"no\"\",\r\n  twice.\",\r\n"
      + "name[Giraffe],A giraffe.,x\r\n\r\n\"name[The Vaults], eatType[pub], near[Café Adriatic]\",A pub.,\"\"\r\n"
    let completion = TaskDefinition.Completion(prompt: .init("{mr} {other}\n"), references: ["ref"], rewrites: ["mr": .slots])
    return try data(folder, .csv, completion, file: "data.csv", text)
  }

  private static let entries = TaskDefinition.Completion(prompt: .init("{triples}:"), references: ["text"])

  private static let dartObjects = Format("dart-json", share: 3000) { folder in
    let text = """
      [
        {
          "tripleset": [["Mars Hill", "LOCATION", "Caf\\u00e9 \\"N\\""], ["[TABLECONTEXT]", "[TITLE]", "x"]],
          "subtree_was_extended": true,
          "annotations": [{"source": "a", "text": "Mars {a}, [b]."}, {"source": "x", "text": ""}]
        },
        {"tripleset": [["a", "B_c", "1"]], "annotations": [{"source": "e2e", "text": "One.\\n"}]}
      ]

      """
    return try data(folder, .dart, entries, file: "data.json", text)
  }

  private static let dartMarkup = Format("dart-xml", share: 3000) { folder in
    let text = """
      <?xml version='1.0' encoding='utf-8'?>
      <benchmark>
        <entries>
          <entry category="MISC" eid="Id1" size="2">
            <modifiedtripleset>
              <mtriple>Mars Hill | LOCATION | Caf&#xE9; &amp; Bar</mtriple>
              <mtriple>[TABLECONTEXT] | [TITLE] | <![CDATA[1 < 2]]></mtriple>
            </modifiedtripleset>
            <lex comment="a" lid='Id1'>Mars Hill.<!-- no text --></lex>
            <lex comment="x" lid="Id2" />
          </entry>
        </entries>
      </benchmark>

      """
    return try data(folder, .dart, entries, file: "data.xml", text)
  }

  /// A manifest with a task of texts; the task is damaged, and what is left of it reads its data.
  private static let textTask = Format("text-task", share: 1500) { folder in
    let files = [
      ("m.yaml", "id: m\nmodel: x\nrecipe: plain\ntasks: [tasks/texts.yaml]\nseeds: [0]\nmethods: [fft]\n"),
      ("recipes/plain.yaml", "defaults: {epochs: 3, batch: 16, learning_rate: 5e-4}\n"),
      ("tasks/train.jsonl", "{\"question\": \"How many?\", \"topic\": \"sums\", \"answer\": \"<<1+1=2>>2\", \"short\": \"2\"}\n"),
    ]
    for (name, text) in files { _ = try Subject.Target(folder.appending(path: name), text: text) }
    let task = """
      id: texts
      title: Sums
      train: train.jsonl
      validation: {near: train.jsonl, far: train.jsonl}
      format: jsonl
      prompt: "{{{topic}}} Question: {question}\\nAnswer:"
      references: [short, answer]
      target: answer
      rewrite: {answer: without-calculations}
      metric: [rouge-mean, rougeL]

      """
    let target = try Subject.Target(folder.appending(path: "tasks/texts.yaml"), text: task)
    return Subject([target]) { _, _ in
      let manifest = try Manifest.load(path: folder.appending(path: "m.yaml").path, methods: .registered)
      for experiment in manifest.experiments {
        for run in experiment.runs {
          _ = run.identityJSON
          // its files may be any of the machine
          let isBeside = ([run.task.train] + run.task.validation.map(\.file)).allSatisfy { $0.hasPrefix(folder.path) }
          if isBeside { _ = try TaskLoader.load(run.task, from: URL(filePath: "/")).splitNotes }
        }
      }
    }
  }
}
