using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Todo.Api.Files;

/// <summary>The configuration section <c>Files</c>.</summary>
public sealed class FilesOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "Files";

    /// <summary>The largest file, in bytes.</summary>
    [Range(1, 5L * 1024 * 1024 * 1024)]
    public long MaxFileBytes { get; init; } = 25 * 1024 * 1024;

    /// <summary>What all files of a tenant may be, in bytes.</summary>
    [Range(0, long.MaxValue / 2)]
    public long QuotaBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary>How long a file may take on its way, in or out. An upload that is older than twice this has died.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan TransferTime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How many files of a tenant are on their way at once, at one process. They take no turn of their tenant's and hold no connection to the database.</summary>
    [Range(1, 1000)]
    public int TransfersPerTenant { get; init; } = 16;

    /// <summary>Out of it the signatures of links are made, at every replica the same; nobody makes links while it is empty. Another one ends all that there are.</summary>
    [MinLength(32)]
    public string? LinkKey { get; init; }

    /// <summary>Where files are kept if there is no bucket: a folder, which replicas have to share. If it is not absolute, it is below the content root; none: <c>.todo/files</c> there.</summary>
    public string? Folder { get; init; }

    /// <summary>A bucket to keep them in, instead of the folder.</summary>
    public S3Options S3 { get; init; } = new();

    /// <summary>How often it is looked for what uploads that died and deleted todos left behind.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan CleanUpInterval { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How often all that is kept is listed, to find what belongs to nobody.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "7.00:00:00")]
    public TimeSpan OrphanInterval { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How old something must be before it is taken for one that belongs to nobody.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>A bucket that is spoken to as Amazon's S3 is. Who may is up to the SDK's own sources of credentials: the environment, a profile, the machine's role.</summary>
public sealed class S3Options
{
    /// <summary>Its name; none: files are in the folder.</summary>
    public string? Bucket { get; init; }

    /// <summary>What names of objects begin with. Two services that share a bucket need different ones, or each takes the other's files for nobody's.</summary>
    [RegularExpression("^([A-Za-z0-9._-]+/)*$", ErrorMessage = "A prefix is letters, digits, '.', '_' and '-', and ends with '/'.")]
    public string Prefix { get; init; } = "";

    /// <summary>Where it is, if not at Amazon's.</summary>
    [Url]
    public string? ServiceUrl { get; init; }

    /// <summary>In which region; what requests are signed for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Whether the bucket is in the path and not in the host name, as most servers other than Amazon's want it.</summary>
    public bool PathStyle { get; init; }
}

/// <summary>What annotations on the parts are not asked for by themselves.</summary>
internal sealed class FilesOptionsRules : IValidateOptions<FilesOptions>
{
    public ValidateOptionsResult Validate(string? name, FilesOptions options)
    {
        var failures = new List<ValidationResult>();
        return Validator.TryValidateObject(options.S3, new ValidationContext(options.S3), failures, validateAllProperties: true)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"'{FilesOptions.Section}:{nameof(FilesOptions.S3)}': {failure.ErrorMessage}"));
    }
}
