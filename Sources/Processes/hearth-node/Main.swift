import NodeAgent

@main
enum Main {
  static func main() { NodeDaemon.run() }
}
