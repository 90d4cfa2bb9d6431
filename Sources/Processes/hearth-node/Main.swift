import EventLoop
import NodeAgent

@main
enum Main {
  static func main() {
    ProcessGuard.runIfAsked()
    NodeDaemon.run()
  }
}
