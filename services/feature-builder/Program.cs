using driftline.events;
using Driftline.FeatureBuilder;
using Driftline.Hosting;
using Driftline.Schemas;
using Driftline.Sequences;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

var builder = ServiceDefaults.CreateService(args, "feature-builder", StreamingTelemetry.SourceName, FeatureBuilderMetrics.MeterName);
builder.Services.AddRedis();
builder.Services.AddStreaming("feature-builder", Topics.StorefrontEventsRejected.Name);

builder.Services.AddOptionsWithValidateOnStart<FeatureBuilderOptions>().BindConfiguration(FeatureBuilderOptions.Section).ValidateDataAnnotations();
builder.Services.AddSingleton(provider => provider.GetRequiredService<IOptions<FeatureBuilderOptions>>().Value.Sequence);
builder.Services.AddSingleton<SequenceStore>();
builder.Services.AddSingleton<SessionLinks>();
builder.Services.AddSingleton<MergeSessions>();
builder.Services.AddSingleton<FeatureBuilderMetrics>();
builder.Services.AddSingleton<ReadEvent>();
builder.Services.AddSingleton<AnnounceSequence>();
builder.Services.AddSingleton<SuppressErased>();
builder.Services.AddSingleton<BuildSequence>();
builder.Services.AddSingleton<EraseUser>();
builder.Services.AddSingleton<RebuildSequences>();
var rebuild = args.Contains("--rebuild");
if (!rebuild)
{
    builder.Services.AddConsumerLoop<StorefrontEvent, BuildSequence>(Topics.StorefrontEvents.Name, "driftline.feature-builder", "Loop");
    builder.Services.AddConsumerLoop<ErasureRequested, EraseUser>(Topics.PrivacyErasures.Name, "driftline.feature-builder.erasures", "Loop");
}

var app = builder.Build();
if (rebuild) return await app.RunOnceAsync<RebuildSequences>((command, stopping) => command.RunAsync(stopping));
app.MapServiceDefaults();
return await app.RunServiceAsync();
