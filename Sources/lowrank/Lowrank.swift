import ArgumentParser

@main
struct Lowrank: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Parameter-efficient fine-tuning experiments.", subcommands: [Doctor.self, Pretrain.self])
}
