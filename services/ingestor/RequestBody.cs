using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Driftline.Ingestor;

/// <summary>A request's JSON, one element or an array of them, over a pooled buffer: dispose it when the elements have been read.</summary>
internal sealed class RequestBody : IDisposable
{
    /// <summary>Parsing does not recurse: an element that nests too deeply is refused by itself (<see cref="Nesting"/>), and its neighbours are read.</summary>
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 1 << 20 };

    /// <summary>A body's buffer at first: it grows with what has come, not with what was announced, so that slow senders hold little.</summary>
    private const int FirstBytes = 64 * 1024;

    private readonly JsonDocument _document;
    private readonly byte[]? _rented;

    private RequestBody(JsonDocument document, byte[]? rented) => (_document, _rented) = (document, rented);

    public bool IsArray => _document.RootElement.ValueKind == JsonValueKind.Array;

    public int Count => IsArray ? _document.RootElement.GetArrayLength() : 1;

    /// <summary>The elements in request order, each with its RFC 6901 pointer.</summary>
    public IEnumerable<(JsonElement Element, string Pointer)> Elements =>
        IsArray ? _document.RootElement.EnumerateArray().Select((element, i) => (element, $"/{i}")) : [(_document.RootElement, "")];

    /// <exception cref="BadRequestException">The request as a whole cannot be taken.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, IngestorOptions options, TimeProvider time)
    {
        RequireJson(request);
        if (request.ContentLength > options.MaxRequestBytes) throw TooLarge(options);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = 2L * options.MaxRequestBytes; // bounded below; beyond this the server does not even read it away
        var aborted = request.HttpContext.RequestAborted;
        using var late = new CancellationTokenSource(options.BodyTimeout, time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(aborted, late.Token);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.ContentLength ?? FirstBytes, FirstBytes));
        var length = 0;
        try
        {
            while (length != request.ContentLength && await request.Body.ReadAsync(buffer.AsMemory(length), stopping.Token) is var read and > 0)
            {
                length += read;
                if (length > options.MaxRequestBytes) throw TooLarge(options);
                if (length == buffer.Length && length != request.ContentLength) Grow();
            }

            return Parse(buffer.AsMemory(0, length), options.MaxBatchEvents, buffer);
        }
        catch (Exception e)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (e is not OperationCanceledException || aborted.IsCancellationRequested || !late.IsCancellationRequested) throw;
            request.HttpContext.Response.Headers.Connection = "close"; // what still comes of the body is nobody's
            throw TooSlow(options);
        }

        void Grow()
        {
            var larger = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
            buffer.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
    }

    /// <inheritdoc cref="ReadAsync" path="/exception"/>
    public static RequestBody Parse(ReadOnlyMemory<byte> utf8, int maxElements, byte[]? rented = null)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        if (utf8.IsEmpty) throw new BadRequestException(StatusCodes.Status400BadRequest, "Empty body", "Send one JSON object or an array of them.");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, Json);
        }
        catch (JsonException e)
        {
            throw BadRequestException.Malformed(e);
        }

        var body = new RequestBody(document, rented);
        var fault = body.Count switch
        {
            0 => "The array is empty: send at least one element.",
            _ when body.Count > maxElements => $"The array has {body.Count} elements: send at most {maxElements} in one request.",
            _ when !body.IsArray && document.RootElement.ValueKind != JsonValueKind.Object =>
                $"The body is {Fields.Kind(document.RootElement)}: send one JSON object or an array of them.",
            _ => null,
        };
        if (fault is null) return body;
        document.Dispose();
        throw new BadRequestException(StatusCodes.Status400BadRequest, "Wrong number or kind of elements", fault);
    }

    public void Dispose()
    {
        _document.Dispose();
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
    }

    private static void RequireJson(HttpRequest request)
    {
        if (!request.HasJsonContentType())
            throw new BadRequestException(StatusCodes.Status415UnsupportedMediaType, "Not JSON", "Send the header Content-Type: application/json.");
        if (request.GetTypedHeaders().ContentType?.Charset is { HasValue: true } charset && !HeaderUtilities.RemoveQuotes(charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            throw new BadRequestException(StatusCodes.Status415UnsupportedMediaType, "Not UTF-8", "Send the body in UTF-8.");
        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            throw new BadRequestException(StatusCodes.Status415UnsupportedMediaType, "Compressed body", "Send the body without Content-Encoding.");
    }

    private static BadRequestException TooLarge(IngestorOptions options) => new(
        StatusCodes.Status413PayloadTooLarge, "Body too large", $"The body is larger than {options.MaxRequestBytes} bytes: send fewer elements in one request.");

    private static BadRequestException TooSlow(IngestorOptions options) => new(
        StatusCodes.Status408RequestTimeout, "Body too slow", $"The body had not come within {options.BodyTimeout} (Ingestor:BodyTimeout): send fewer elements in one request.");
}
