public import Routing

/// The policies of other routers, from what they published, to compare with.
public enum RivalPolicies {
  /// One of each.
  public static var all: [any Policy] {
    [
      DynamoPolicy(), DynamoLMetricPolicy(), LLMDPolicy(), SMGCacheAwarePolicy(),
      SMGLeastLoadPolicy(), GORGOPolicy(), PreblePolicy(), SkyWalkerPolicy(), PowerOfTwoPolicy(),
    ]
  }
}
