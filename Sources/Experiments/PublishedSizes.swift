// The sizes of published models and data sets, so that a paper's grid and its cost can be seen before anything is fetched.
import Models
import Objectives
import Settings

/// What a plan is counted by where there are no files.
enum PublishedSizes {
  /// A model by its name on the hub; nil for one that is not known.
  static func configuration(of model: String) -> (any ModelConfiguration)? { PublishedModel(rawValue: model)?.configuration }

  /// The rows of a task's official files: training, validation, and the test sets, whose labels are not public.
  static func rows(_ task: GLUETask) -> (training: Int, validation: [Int], test: [Int]) {
    switch task {
    case .cola: (8_551, [1_043], [1_063])
    case .sst2: (67_349, [872], [1_821])
    case .mrpc: (3_668, [408], [1_725])
    case .qqp: (363_846, [40_430], [390_965])
    case .stsb: (5_749, [1_500], [1_379])
    case .mnli: (392_702, [9_815, 9_832], [9_796, 9_847])
    case .qnli: (104_743, [5_463], [5_463])
    case .rte: (2_490, [277], [3_000])
    }
  }

  /// The mean tokens of a task's training rows with both sentences and special tokens, by DeBERTa-v3's vocabulary (RoBERTa's needs 5% to
  /// 15% more). Of MNLI, QNLI, QQP and RTE, the mean of their first 200 rows.
  private static func tokens(_ task: GLUETask) -> Int {
    switch task {
    case .cola: 11
    case .sst2: 12
    case .mrpc: 51
    case .qqp: 29
    case .stsb: 27
    case .mnli: 38
    case .qnli: 48
    case .rte: 66
    }
  }

  /// A task's rows, and the mean tokens of its training rows' prompts and targets by Llama 2's vocabulary; of DialogSum the mean of the
  /// first 200 rows, of DART that of 200 entries of its development set.
  private static func size(_ task: NLGTask) -> (train: Int, test: Int, prompt: Int, target: Int) {
    switch task {
    case .e2e: (42_061, 630, 36, 28)
    case .dart: (62_659, 4_159, 50, 29)
    case .dialogsum: (12_460, 500, 216, 34)
    case .gsm8k: (7_473, 1_319, 72, 99)
    }
  }

  /// As many rows of the mean length as one of the program's own tasks has, within the recipe's limits; nil for another task.
  static func objective(_ task: TaskDefinition, _ recipe: TrainingSettings) -> (any Objective)? {
    if let task = GLUETask(rawValue: task.id) { return objective(task, recipe) }
    guard let published = NLGTask(rawValue: task.id) else { return nil }
    let size = size(published), target = min(size.target, recipe.maximumLength - 1)
    let prompt = min(size.prompt, recipe.maximumLength - target)
    func rows(_ count: Int, _ limit: Int?) -> [Completed] {
      let row = Completed(tokens: [Int32](repeating: 1, count: prompt + target), promptLength: prompt)
      return Array(repeating: row, count: min(count, limit ?? count))
    }
    let held = recipe.tuningRows ?? 0, test = recipe.tuningRows ?? size.test
    let sets = CompletionSets(
      training: rows(max(1, size.train - held), recipe.trainingRows), validation: [rows(test, recipe.validationRows)])
    return Completion(sets, metrics: task.metrics, generation: recipe.generation)
  }

  private static func objective(_ task: GLUETask, _ recipe: TrainingSettings) -> any Objective {
    let counts = Self.rows(task), row = [Int32](repeating: 1, count: min(tokens(task), recipe.maximumLength))
    func rows(_ count: Int, _ limit: Int?) -> [[Int32]] { Array(repeating: row, count: min(count, limit ?? count)) }
    return task.definition.objective(
      madeUp: rows(counts.training, recipe.trainingRows), validation: counts.validation.map { rows($0, recipe.validationRows) })
  }
}
