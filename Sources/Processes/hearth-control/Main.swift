import ControlPlane

@main
enum Main {
  static func main() { ControlDaemon.run() }
}
