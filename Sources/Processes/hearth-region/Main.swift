import RegionAgent

@main
enum Main {
  static func main() { RegionDaemon.run() }
}
