namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>Every policy by its name.</summary>
internal static class Policy
{
    public static readonly IReadOnlyDictionary<string, Func<Cluster, IEnumerable<string>>> All = new Func<Cluster, IEnumerable<string>>[]
    {
        PodPolicies.ImagesArePinned, PodPolicies.NobodyIsRoot, PodPolicies.RootFileSystemsAreReadOnly, PodPolicies.WhatIsWrittenIsAVolume, PodPolicies.NoCapabilities,
        PodPolicies.ResourcesAreSet, PodPolicies.NoPodHoldsAToken, PodPolicies.ProbesExist, PodPolicies.ReplicasAreSpread, PodPolicies.GraceExceedsTheDrain,
        ServicePolicies.PortsAreWhereTheServicesListen, ServicePolicies.SettingsFitTheOptions, ServicePolicies.ReplicasStayWithinThePartitions, ServicePolicies.ScalersMeasureTheServicesGroup,
        ClusterPolicies.EveryDeploymentHasADisruptionBudget, ClusterPolicies.TrafficIsDeniedByDefault, ClusterPolicies.TopicsAreAsSetupMakesThem,
        ClusterPolicies.UsersMayDoWhatTheirCodeDoes, ClusterPolicies.WhatIsReferredToExists, Scalars.StringsAreStrings,
    }.ToDictionary(policy => policy.Method.Name, StringComparer.Ordinal);
}
