using Driftline.Schemas;

namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>One service and what belongs to it, in the smallest form that keeps every policy.</summary>
internal static class RightManifests
{
    public static string Yaml { get; } = Service + string.Concat(Topics.All.Select(topic => $$"""
        ---
        apiVersion: kafka.strimzi.io/v1
        kind: KafkaTopic
        metadata: { name: {{topic.Name}} }
        spec: { partitions: 12, replicas: 3, config: { {{(topic.Retention is { } kept ? $"cleanup.policy: delete, retention.ms: {kept.TotalMilliseconds}" : "cleanup.policy: compact")}} } }

        """));

    private const string Service = """
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: feature-builder, labels: { app.kubernetes.io/version: "1" } }
        data:
          Urls: http://+:8080
          Kafka__BootstrapServers: kafka:9093
          Kafka__Client__SecurityProtocol: Ssl
          SchemaRegistry__Url: http://schema-registry:8081
          FeatureBuilder__MaxLateness: 7.00:00:00
        ---
        apiVersion: v1
        kind: Secret
        metadata: { name: driftline }
        stringData: { Redis__ConnectionString: "redis:6379" }
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: { name: feature-builder }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: feature-builder }
        spec: { selector: { app: feature-builder }, ports: [ { name: http, port: 80, targetPort: http } ] }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: feature-builder }
        spec:
          strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }
          selector: { matchLabels: { app: feature-builder } }
          template:
            metadata: { labels: { app: feature-builder } }
            spec:
              serviceAccountName: feature-builder
              automountServiceAccountToken: false
              enableServiceLinks: false
              terminationGracePeriodSeconds: 40
              securityContext: { runAsNonRoot: true, runAsUser: 1654, seccompProfile: { type: RuntimeDefault } }
              topologySpreadConstraints:
                - { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: { matchLabels: { app: feature-builder } } }
              containers:
                - name: feature-builder
                  image: driftline/feature-builder:0.1.0
                  ports: [ { name: http, containerPort: 8080 } ]
                  envFrom: [ { configMapRef: { name: feature-builder } }, { secretRef: { name: driftline } } ]
                  startupProbe: { httpGet: { path: /health/live, port: http } }
                  livenessProbe: { httpGet: { path: /health/live, port: http } }
                  readinessProbe: { httpGet: { path: /health/ready, port: http } }
                  lifecycle: { preStop: { sleep: { seconds: 5 } } }
                  resources: { requests: { cpu: 500m, memory: 256Mi }, limits: { memory: 512Mi } }
                  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ ALL ] } }
                  volumeMounts: [ { name: tmp, mountPath: /tmp } ]
              volumes: [ { name: tmp, emptyDir: {} } ]
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: { name: feature-builder }
        spec: { maxUnavailable: 1, selector: { matchLabels: { app: feature-builder } } }
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: { name: default-deny }
        spec: { podSelector: {}, policyTypes: [ Ingress, Egress ] }
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: { name: feature-builder }
        spec: { podSelector: { matchLabels: { app: feature-builder } }, policyTypes: [ Egress ], egress: [ { ports: [ { port: 9093 } ] } ] }
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: { name: setup }
        spec: { podSelector: { matchLabels: { app: setup } }, policyTypes: [ Egress ], egress: [ { ports: [ { port: 9093 } ] } ] }
        ---
        apiVersion: batch/v1
        kind: Job
        metadata: { name: setup }
        spec:
          template:
            metadata: { labels: { app: setup } }
            spec:
              automountServiceAccountToken: false
              restartPolicy: OnFailure
              securityContext: { runAsNonRoot: true, runAsUser: 1654, seccompProfile: { type: RuntimeDefault } }
              containers:
                - name: setup
                  image: driftline/local:0.1.0
                  args: [ setup, --partitions, "12", --replication-factor, "3" ]
                  resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }
                  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ ALL ] } }
                  volumeMounts: [ { name: tmp, mountPath: /tmp } ]
              volumes: [ { name: tmp, emptyDir: {} } ]
        ---
        apiVersion: kafka.strimzi.io/v1
        kind: KafkaUser
        metadata: { name: feature-builder }
        spec:
          authentication: { type: tls }
          authorization:
            type: simple
            acls:
              - { resource: { type: topic, name: storefront.events, patternType: literal }, operations: [ Read, Describe ] }
              - { resource: { type: group, name: driftline.feature-builder, patternType: literal }, operations: [ Read ] }
              - { resource: { type: topic, name: privacy.erasures, patternType: literal }, operations: [ Read, Write, Describe ] }
              - { resource: { type: group, name: driftline.feature-builder.erasures, patternType: literal }, operations: [ Read ] }
              - { resource: { type: group, name: driftline.table, patternType: literal }, operations: [ Read ] }
              - { resource: { type: topic, name: sequence.updates, patternType: literal }, operations: [ Write ] }
              - { resource: { type: topic, name: storefront.events.rejected, patternType: literal }, operations: [ Write ] }
        ---
        apiVersion: keda.sh/v1alpha1
        kind: ScaledObject
        metadata: { name: feature-builder }
        spec:
          scaleTargetRef: { name: feature-builder }
          pollingInterval: 15
          cooldownPeriod: 300
          minReplicaCount: 2
          maxReplicaCount: 12
          fallback: { failureThreshold: 3, replicas: 2 }
          advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 600 } } } }
          triggers:
            - type: kafka
              metadata: { topic: storefront.events, consumerGroup: driftline.feature-builder, lagThreshold: "2000" }
              authenticationRef: { name: kafka }

        """;
}
