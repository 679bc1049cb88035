import ArgumentParser

@main
struct Lowrank: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Parameter-efficient fine-tuning experiments.", subcommands: [Doctor.self])
}
