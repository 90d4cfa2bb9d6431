import Basics
import FleetSpec
import Testing

@testable import Jobs
