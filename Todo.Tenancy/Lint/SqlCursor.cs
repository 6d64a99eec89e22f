namespace Todo.Tenancy.Lint;

/// <summary>Goes through tokens from left to right. Past the end there are only empty tokens, so that half a statement is read like any other.</summary>
internal sealed class SqlCursor(IReadOnlyList<SqlToken> tokens)
{
    private int _position;

    /// <summary>Whether all has been read.</summary>
    public bool AtEnd => _position >= tokens.Count;

    /// <summary>The token that is read next.</summary>
    public SqlToken Next => Ahead(0);

    /// <summary>Whether these words come next, in this order.</summary>
    public bool Sees(params ReadOnlySpan<string> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (!Ahead(i).Is(words[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether one of these words comes next.</summary>
    public bool SeesAny(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (Next.Is(word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads these words if they come next.</summary>
    public bool Take(params ReadOnlySpan<string> words)
    {
        if (!Sees(words))
        {
            return false;
        }

        _position += words.Length;
        return true;
    }

    /// <summary>Reads one token.</summary>
    public SqlToken Read()
    {
        var next = Next;
        _position++;
        return next;
    }

    /// <summary>Reads a name that may be qualified, and is then known by its last part, as the search path would find it.</summary>
    public string ReadName()
    {
        var name = Next.IsName ? Read().Value : "";
        while (Sees(".") && Ahead(1).IsName)
        {
            _position++;
            name = Read().Value;
        }

        return name;
    }

    /// <summary>Reads a list of names.</summary>
    public IReadOnlyList<string> ReadNames()
    {
        var names = new List<string> { ReadName() };
        while (Take(","))
        {
            names.Add(ReadName());
        }

        return names;
    }

    /// <summary>Reads what stands between a parenthesis and the one that closes it; nothing if none comes next.</summary>
    public SqlToken[] ReadParentheses()
    {
        if (!Take("("))
        {
            return [];
        }

        var inner = ReadUntil(token => token.Is(")"));
        Take(")");
        return inner;
    }

    /// <summary>Reads up to a token outside all brackets that ends it, or up to the end.</summary>
    public SqlToken[] ReadUntil(Func<SqlToken, bool> ends)
    {
        var start = _position;
        for (var depth = 0; !AtEnd && (depth > 0 || !ends(Next)); _position++)
        {
            depth += Next.Is("(") || Next.Is("[") ? 1 : Next.Is(")") || Next.Is("]") ? -1 : 0;
        }

        return [.. tokens.Skip(start).Take(_position - start)];
    }

    /// <summary>The rest, cut at the commas that are outside all brackets.</summary>
    public IEnumerable<SqlToken[]> ReadList()
    {
        while (!AtEnd)
        {
            yield return ReadUntil(token => token.Is(","));
            Take(",");
        }
    }

    private SqlToken Ahead(int count) => _position + count < tokens.Count ? tokens[_position + count] : new SqlToken(SqlTokenKind.Symbol, "");
}
