namespace Aspire.Hosting;

/// <summary>Something is wrong with the application model or with what it needs.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Without a word.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>With a reason.</summary>
    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    /// <summary>With a reason and a cause.</summary>
    public DistributedApplicationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
