namespace Todo.AppHost.Embedded;

/// <summary>
/// An embedded server could not be prepared, started or stopped. The message is for the developer at the terminal: what failed,
/// which folder or port, and what to do. It never holds a password.
/// </summary>
public sealed class EmbeddedServerException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public EmbeddedServerException()
    {
    }

    /// <summary>Creates the exception with a message for the developer.</summary>
    public EmbeddedServerException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message for the developer and the error behind it.</summary>
    public EmbeddedServerException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
