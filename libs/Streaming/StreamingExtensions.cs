using System.Diagnostics.Metrics;
using Avro.Specific;
using Confluent.SchemaRegistry;
using Driftline.AvroBinary;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Driftline.Streaming;

public static class StreamingExtensions
{
    /// <summary>Kafka and Schema Registry clients from the sections <c>Kafka</c> and <c>SchemaRegistry</c>, the producer and the dead letters.</summary>
    /// <param name="stage">This process's name in consumer groups, CloudEvents sources and dead letters, e.g. <c>feature-builder</c>.</param>
    /// <param name="rejectedTopic">Where dead letters go.</param>
    public static IServiceCollection AddStreaming(this IServiceCollection services, string stage, string rejectedTopic)
    {
        services.AddOptionsWithValidateOnStart<KafkaOptions>().BindConfiguration(KafkaOptions.Section).ValidateDataAnnotations();
        services.AddOptionsWithValidateOnStart<SchemaRegistryOptions>().BindConfiguration(SchemaRegistryOptions.Section).ValidateDataAnnotations()
            .Validate<IConfiguration>((_, configuration) => configuration.GetValue($"{SchemaRegistryOptions.Section}:Client:MaxRetries", 1) > 0,
                "SchemaRegistry:Client:MaxRetries must be at least 1: with 0 Confluent's client asks nothing, and every record would be taken for a bad one.");
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton(provider => new StreamingTelemetry(provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton<KafkaClients>();
        services.AddSingleton<ISchemaRegistryClient>(provider =>
        {
            var config = new SchemaRegistryConfig();
            provider.GetRequiredService<IConfiguration>().GetSection($"{SchemaRegistryOptions.Section}:Client").Bind(config);
            config.Url = provider.GetRequiredService<IOptions<SchemaRegistryOptions>>().Value.Url;
            return new CachedSchemaRegistryClient(config);
        });
        services.AddSingleton<AvroCodec>();
        services.AddSingleton(provider => provider.GetRequiredService<KafkaClients>().Producer());
        services.AddSingleton<RecordProducer>();
        services.AddSingleton<IHostedService>(provider => new FaultGuard(provider.GetRequiredService<KafkaClients>().ProducerFailed));
        services.AddSingleton<TopicReplay>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DeadLetters>(provider, rejectedTopic, stage));
        services.AddHealthChecks().AddCheck<LoopsReady>("loops-ready", tags: ["ready"]).AddCheck<LoopsAlive>("loops-alive", tags: ["live"]);
        return services;
    }

    /// <summary>A consumer loop over <paramref name="topic"/> as a member of <paramref name="group"/>, feeding <typeparamref name="THandler"/>.</summary>
    /// <param name="section">Configuration section of its <see cref="ConsumerLoopOptions"/>, e.g. <c>Loop</c>.</param>
    /// <param name="joins">Completes when the handler has what it needs; the group is joined then. At once if not given.</param>
    public static IServiceCollection AddConsumerLoop<T, THandler>(this IServiceCollection services, string topic, string group, string section, Func<IServiceProvider, Task>? joins = null)
        where T : class, ISpecificRecord, IBinaryRecord<T>, new()
        where THandler : class, IBatchHandler<T>
    {
        var name = $"{topic} ({group})"; // a process may read one topic in several groups
        services.AddOptionsWithValidateOnStart<ConsumerLoopOptions>(name).BindConfiguration(section);
        services.AddSingleton<IValidateOptions<ConsumerLoopOptions>>(new ConsumerLoopOptionsValidator(name, section));
        services.TryAddSingleton<THandler>();
        var health = services.AddLoopHealth(name);
        return services.AddSingleton<IHostedService>(provider =>
        {
            var codec = provider.GetRequiredService<AvroCodec>();
            var clients = provider.GetRequiredService<KafkaClients>();
            return new ConsumerLoop<T>(
                topic, group, provider.GetRequiredService<IOptionsMonitor<ConsumerLoopOptions>>().Get(name),
                assignment => clients.GroupConsumer(group, assignment), bytes => codec.DecodeAsync<T>(topic, bytes),
                provider.GetRequiredService<THandler>(), provider.GetRequiredService<DeadLetters>(), provider.GetRequiredService<StreamingTelemetry>(),
                health(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ConsumerLoop<T>>>(),
                joins?.Invoke(provider));
        });
    }

    /// <summary>Keeps <typeparamref name="TTable"/> equal to a whole topic. Resolve <see cref="TableReader{T}"/> to await <see cref="TableReader{T}.CaughtUp"/>; where several topics feed one table, that is the first's.</summary>
    /// <param name="newest">How many of the records that the topic holds at the start are read, the newest of each partition; all of them if not given.</param>
    public static IServiceCollection AddTable<T, TTable>(this IServiceCollection services, string topic, Func<IServiceProvider, int?>? newest = null)
        where T : class, ISpecificRecord, IBinaryRecord<T>, new()
        where TTable : class, ITable<T>
    {
        services.TryAddSingleton<TTable>();
        var health = services.AddLoopHealth(topic);
        services.AddKeyedSingleton(topic, (provider, _) =>
        {
            var codec = provider.GetRequiredService<AvroCodec>();
            return new TableReader<T>(
                topic, provider.GetRequiredService<KafkaClients>(), bytes => codec.DecodeAsync<T>(topic, bytes), provider.GetRequiredService<TTable>(),
                newest?.Invoke(provider), health(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TableReader<T>>>());
        });
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<TableReader<T>>(topic));
        return services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<TableReader<T>>(topic));
    }

    private static Func<IServiceProvider, LoopHealth> AddLoopHealth(this IServiceCollection services, string name)
    {
        services.AddKeyedSingleton(name, (provider, _) => new LoopHealth(name, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<LoopHealth>(name));
        return provider => provider.GetRequiredKeyedService<LoopHealth>(name);
    }
}
