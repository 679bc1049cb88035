// The card that goes with weights, and the run's identity beside it.
import Foundation
import Metrics
import Records
import Settings
import Testing
import Yams

@testable import Reporting

@Suite("Model cards")
struct ModelCardTests {
  /// A task of the user's own, whose labels are in several scripts.
  private static func task(_ target: TaskDefinition.Target = .classes(["kalt: \"sehr\"", "热|", "- حار"])) -> TaskDefinition {
    TaskDefinition(
      id: "warmth", title: "warmth: \"how\" warm", columns: .init(first: .name("a"), label: .name("b")), target: target,
      metrics: target == .regression ? [.pearsonSpearmanMean] : [.accuracy])
  }

  private static func card(
    _ task: TaskDefinition = task(), label: String = "LoRA: \"r=8\" <b>", profile: Profile = .small, weights: RunFile = .best,
    form: ModelCard.Form = .adapter("LORA"), base: BaseModelName = .portable("microsoft/deberta-v3-base"),
    scores: [Double] = [0.5, 0.75, 0.625], outcome: RunOutcome = .completed, flags: [RunFlag] = []
  ) throws -> ModelCard {
    let run = RunSpecification(
      experiment: "t1", profile: profile, row: "lora-rank-8", label: label, method: "lora",
      options: MethodOptions([("rank", .integer(8)), ("targets", .texts(["query", "value"]))]),
      training: TrainingSettings(epochs: 3, batchSize: 16, learningRate: 5e-4), model: "/home/me/deberta", task: task, seed: 7)
    let record = try MadeUpExperiment().record(
      run, scores.map { [$0] }, metric: task.metrics[0].rawValue, outcome: outcome, flags: flags)
    return ModelCard(record, of: run, weights: weights, form: form, base: base)
  }

  private static func matter(_ card: ModelCard) throws -> [String: Any] {
    let parts = card.markdown.split(separator: "---\n", maxSplits: 2, omittingEmptySubsequences: false)
    try #require(parts.count == 3 && parts[0].isEmpty)
    return try #require(try Yams.load(yaml: String(parts[1])) as? [String: Any])
  }

  @Test("the front matter is what the hub takes, whatever labels and titles hold")
  func frontMatter() throws {
    let matter = try Self.matter(Self.card())
    #expect(
      Set(matter.keys) == ["library_name", "base_model", "model_name", "pipeline_tag", "tags", "metrics", "labels"])
    #expect(matter["library_name"] as? String == "peft" && matter["base_model"] as? String == "microsoft/deberta-v3-base")
    #expect(matter["model_name"] as? String == "LoRA: \"r=8\" <b>: warmth: \"how\" warm")
    #expect(matter["pipeline_tag"] as? String == "text-classification" && matter["tags"] as? [String] == ["lowrank", "lora"])
    #expect(matter["labels"] as? [String] == ["kalt: \"sehr\"", "热|", "- حار"] && matter["metrics"] as? [String] == ["accuracy"])
    // what the hub would refuse is left out
    for base in [BaseModelName.path("/home/me/deberta"), .portable("my own model")] {
      #expect(try Self.matter(Self.card(base: base))["base_model"] == nil)
    }
    let stsb = try Self.matter(Self.card(GLUETask.stsb.definition, form: .merged))
    #expect(stsb["library_name"] as? String == "transformers" && stsb["datasets"] as? [String] == ["nyu-mll/glue"])
    #expect(stsb["metrics"] as? [String] == ["pearsonr", "spearmanr"] && stsb["labels"] == nil)
    let pocket = try Self.matter(Self.card(GLUETask.rte.definition, profile: .pocket, form: .adapter("ADALORA")))
    #expect(pocket["datasets"] == nil && pocket["tags"] as? [String] == ["lowrank", "lora", "adalora"])
    let texts = try Self.matter(Self.card(NLGTask.gsm8k.definition))
    #expect(texts["pipeline_tag"] as? String == "text-generation" && texts["datasets"] as? [String] == ["openai/gsm8k"])
    #expect(texts["metrics"] as? [String] == ["exact_match"])
  }

  @Test("the card says which epoch, by which score, and where all came from")
  func text() throws {
    let best = try Self.card().markdown
    #expect(best.contains("\n# LoRA: \"r=8\" &lt;b&gt;: warmth: \"how\" warm\n"))
    #expect(best.contains("Labels, in the order of the outputs: kalt: \"sehr\", 热\\|, - حار.\n"))
    #expect(best.contains("| validation | accuracy | 0.7500 |\n"))
    #expect(best.contains("**The weights are those of the best epoch** (2 of 3), chosen by its accuracy on the very rows that"))
    #expect(
      best.contains("| rank | 8 |\n| targets | \\[\"query\",\"value\"\\] |\n") && best.contains("| learning\\_rate | 0.0005 |\n"))
    for (name, value) in [
      ("run", MadeUpExperiment.digest("a")), ("commit", "4f2c1ab, modified"), ("program", "lowrank 0.1.0"),
      ("version of the numerics", "\(Numerics.version)"), ("model", MadeUpExperiment.digest("d")),
      ("tokenizer", MadeUpExperiment.digest("e")), ("data", MadeUpExperiment.digest("f")),
    ] { #expect(best.contains("| \(name) | \(value) |\n"), "\(name)") }
    #expect(
      best.contains("Base model: microsoft/deberta-v3-base.\n") && !best.contains("/home/me") && !best.contains("Pocket profile"))
    #expect(try best == Self.card().markdown)
    let last = try Self.card(profile: .pocket, weights: .last).markdown
    #expect(last.contains("**The weights are those of the last epoch** (3 of 3)") && last.contains("| accuracy | 0.6250 |\n"))
    #expect(last.contains("**Pocket profile**: "))
    let path = try Self.card(base: .path("/home/me/deberta")).markdown
    #expect(path.contains("Base model: /home/me/deberta. That is a path of the machine that wrote this; `--base-name` gives"))
    let bad = try Self.card(scores: [.nan], outcome: .diverged(step: 9), flags: [.collapsed]).markdown
    #expect(bad.contains("| accuracy | undefined |\n") && bad.contains("**The run diverged** at step 9"))
    #expect(bad.contains("**The run collapsed**"))
  }

  @Test("how it is loaded follows from what it is")
  func loading() throws {
    #expect(
      try Self.card().markdown.contains(
        """
        base, folder = "microsoft/deberta-v3-base", "path/of/this/folder"
        model = PeftModel.from_pretrained(AutoModelForSequenceClassification.from_pretrained(base, num_labels=3), folder)

        """))
    #expect(try Self.card(Self.task(.regression)).markdown.contains("from_pretrained(base, num_labels=1), folder)\n"))
    #expect(try Self.card(NLGTask.e2e.definition).markdown.contains("(AutoModelForCausalLM.from_pretrained(base), folder)\n"))
    let merged = try Self.card(form: .merged).markdown
    #expect(merged.contains("model = AutoModelForSequenceClassification.from_pretrained(folder)\n") && !merged.contains("peft"))
    #expect(try Self.card(base: .path("a\"\n```b")).markdown.contains("base, folder = \"a\\\"\\n```b\", "))
  }

  @Test("lowrank.json says the same to programs, and no path of this machine where the base model has a name")
  func json() throws {
    let data = try #require(try Self.card().files["lowrank.json"])
    let read = try JSONDecoder().decode(JSONValue.self, from: data)
    #expect(read["run"] == .text(MadeUpExperiment.digest("a")) && read["numerics_version"] == .integer(Numerics.version))
    #expect(read["weights"] == .object(["epoch": .integer(2), "of": .text("best"), "sha256": .null]))
    #expect(read["specification"]?["model"] == .text("microsoft/deberta-v3-base") && read["specification"]?["seed"] == .integer(7))
    #expect(
      read["scores"]
        == .array([.object(["metric": .text("accuracy"), "split": .text("validation"), "value": .number(0.75)])]))
    #expect(read["program"]?["commit"] == .text("4f2c1ab") && read["digests"]?["data"] == .text(MadeUpExperiment.digest("f")))
    #expect(!String(decoding: data, as: UTF8.self).contains("/home/me"))
    #expect(try Self.card().files["lowrank.json"] == data)
    let undefined = try #require(try Self.card(scores: [.nan]).files["lowrank.json"])
    let scores = try JSONDecoder().decode(JSONValue.self, from: undefined)["scores"]
    #expect(scores == .array([.object(["metric": .text("accuracy"), "split": .text("validation"), "value": .null])]))
  }
}
