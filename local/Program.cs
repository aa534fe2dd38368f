using Driftline.Local;
using Driftline.Schemas;

// The backing parts alone, for services started by hand: Ctrl-C stops them.
using var broker = TestBroker.Start();
foreach (var topic in Topics.All) broker.CreateTopic(topic.Name, partitions: 4);
await using var registry = await LocalSchemaRegistry.StartAsync();
Console.WriteLine($"Kafka__BootstrapServers={broker.BootstrapServers}");
Console.WriteLine($"SchemaRegistry__Url={registry.Url}");

var stopped = new TaskCompletionSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopped.TrySetResult();
};
await stopped.Task;
