import EventLoop
import NodeAgent
import Workers

@main
enum Main {
  static func main() {
    ProcessGuard.runIfAsked()
    ShimProgram.runIfAsked()
    NodeDaemon.run()
  }
}
