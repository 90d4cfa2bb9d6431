import Basics
import FleetSpec
import KVIndex
import TestSupport
