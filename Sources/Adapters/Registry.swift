import Settings

/// Every method, in the order of tables. A new method is one line here.
package enum MethodRegistry {
  private static var methods: [any TuningMethod.Type] {
    [
      FullFineTuning.self,
      BitFit.self,
      Houlsby.self,
      Pfeiffer.self,
      LoRA.self,
      RsLoRA.self,
      DoRA.self,
      LoRAPlus.self,
      AdaLoRA.self,
      SoRA.self,
      SparseAdapter.self,
      VeRA.self,
      TiedLoRA.self,
      AFLoRA.self,
      LoRADrop.self,
      PRILoRA.self,
      IA3.self,
      LNTuning.self,
      PiSSA.self,
      LoRAFA.self,
      PromptTuning.self,
      PrefixTuning.self,
    ]
  }

  /// What each method is.
  package static var descriptions: [MethodSchema] { methods.map { $0.description } }

  /// The method with this id or alias.
  ///
  /// - Throws: `AdapterError.unknownMethod`.
  package static func method(_ id: String) throws -> any TuningMethod.Type {
    guard let method = methods.first(where: { $0.description.id == id || $0.description.aliases.contains(id) }) else {
      throw AdapterError.unknownMethod(id, known: methods.map { $0.description.id })
    }
    return method
  }

  /// Puts a method on a model: freezes the backbone, lets the head learn, and hands over to the method.
  ///
  /// - Throws: `AdapterError` where no method has the id, or its options make no sense on this model.
  package static func attach(_ id: String, options: [String: OptionValue], to host: MethodHost) throws -> any TuningMethod {
    try attach(method(id), options: options, to: host)
  }

  /// The same with a method that need not be registered.
  static func attach(_ method: any TuningMethod.Type, options: [String: OptionValue], to host: MethodHost) throws
    -> any TuningMethod
  {
    let options = try MethodOptions(options, for: method.description)
    host.prepare()
    return try method.init(options, on: host)
  }
}

extension MethodHost {
  /// Rounds those matrices of the backbone to bfloat16 that are not; before a method attaches, which may look at them.
  package func roundMatrices() {
    for parameter in backbone where parameter.shape.count == 2 {
      parameter.isTrainable = false
      parameter.tensor.roundToHalf()
    }
  }

  /// Where every method starts from: only the head learns.
  package func prepare() {
    for parameter in backbone { parameter.isTrainable = false }
    for parameter in head { parameter.isTrainable = true }
  }
}
