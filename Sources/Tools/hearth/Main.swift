import AdminCLI

@main
enum Main {
  static func main() async { await HearthCommand.start() }
}
