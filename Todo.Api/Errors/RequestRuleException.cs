namespace Todo.Api.Errors;

/// <summary>A request asks for something that breaks a rule; answered with 400 and the rule.</summary>
internal sealed class RequestRuleException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>
    /// Reads something out of a request: a rule of the engine's that it breaks is the request's mistake. The same error from work that is under
    /// way would be ours, so only the reading is done here.
    /// </summary>
    /// <exception cref="RequestRuleException">With the rule that is broken.</exception>
    public static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new RequestRuleException(exception.Message, exception);
        }
    }
}
