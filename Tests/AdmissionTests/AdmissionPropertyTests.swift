import Basics
import FleetSpec
