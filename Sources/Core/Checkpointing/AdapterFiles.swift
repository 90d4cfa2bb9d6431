/// The files of a LoRA adapter among those that a training program saves.
public enum AdapterFiles {
  /// Those that PEFT writes, and the state of the trainer, without which a resumed run differs.
  ///
  /// Source: PEFT, "Checkpoint format"; Transformers, `trainer.py`.
  public static let names: Set<String> = [
    "adapter_config.json", "adapter_model.bin", "adapter_model.safetensors", "optimizer.bin",
    "optimizer.pt", "rng_state.pth", "scaler.pt", "scheduler.pt", "trainer_state.json",
    "training_args.bin",
  ]

  /// Whether the file at `path` belongs to an adapter's checkpoint.
  public static func includes(_ path: some StringProtocol) -> Bool {
    guard let name = path.split(separator: "/").last else { return false }
    return names.contains(String(name)) || name.hasPrefix("rng_state_") && name.hasSuffix(".pth")
  }
}
