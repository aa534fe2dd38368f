using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Driftline.Integration.Tests;

/// <summary>An authority of the test's own with a certificate for a server on this machine and one for a client; and an authority that nobody trusts, with a client of its own.</summary>
internal sealed class TestCertificates : IDisposable
{
    public const string Password = "of-the-test";

    private readonly string _folder = Directory.CreateTempSubdirectory("driftline-tls-").FullName;

    public TestCertificates()
    {
        Authority = NewAuthority("authority");
        Stranger = NewAuthority("stranger");
        Server = New("server", Authority);
        New("client", Authority);
        New("intruder", Stranger);
    }

    public X509Certificate2 Authority { get; }

    public X509Certificate2 Stranger { get; }

    public X509Certificate2 Server { get; }

    /// <summary>PEM of <c>authority</c>, <c>stranger</c>, <c>server</c>, <c>client</c> or <c>intruder</c>.</summary>
    public string Certificate(string name) => Path.Combine(_folder, name + ".crt");

    public string Key(string name) => Path.Combine(_folder, name + ".key");

    /// <summary>Certificate and key in one, under <see cref="Password"/>.</summary>
    public string Pkcs12(string name) => Path.Combine(_folder, name + ".p12");

    public void Dispose()
    {
        foreach (var certificate in (X509Certificate2[])[Authority, Stranger, Server]) certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private X509Certificate2 NewAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Certificate(name), authority.ExportCertificatePem());
        return authority;
    }

    private X509Certificate2 New(string name, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        File.WriteAllText(Certificate(name), whole.ExportCertificatePem());
        File.WriteAllText(Key(name), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(Pkcs12(name), whole.Export(X509ContentType.Pkcs12, Password));
        return X509CertificateLoader.LoadPkcs12FromFile(Pkcs12(name), Password);
    }
}
