namespace Todo.Tests.Faults;

/// <summary>What one connection has been asked and has not answered yet, in the order of the answers.</summary>
internal sealed class ExpectedAnswers
{
    private readonly Lock _lock = new();
    private readonly Queue<(ProxiedStatement? Statement, bool EndsWithReady)> _expected = new();
    private TaskCompletionSource? _settled;
    private bool _forwarding;
    private bool _skipping;

    /// <summary>The server waits for the data of a COPY.</summary>
    public bool IsCopyIn { get; private set; }

    /// <summary>No answer will come any more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>A simple query goes to the server: it may be answered in several parts, and ReadyForQuery is the last.</summary>
    public void ExpectQuery(ProxiedStatement statement) => Expect(statement, endsWithReady: true);

    /// <summary>An Execute goes to the server: it is answered by exactly one CommandComplete, or by an error.</summary>
    public void ExpectExecute(ProxiedStatement statement) => Expect(statement, endsWithReady: false);

    /// <summary>A Sync goes to the server: answered by ReadyForQuery, whatever happened before.</summary>
    public void ExpectReady()
    {
        lock (_lock)
        {
            _skipping = false;
            _expected.Enqueue((null, true));
        }
    }

    /// <summary>A part of the server's answers has come; until <see cref="EndPart"/> it is on its way to the client.</summary>
    public void BeginPart()
    {
        lock (_lock)
        {
            _forwarding = true;
        }
    }

    public void EndPart()
    {
        lock (_lock)
        {
            _forwarding = false;
            Announce();
        }
    }

    /// <summary>CommandComplete, EmptyQueryResponse or PortalSuspended.</summary>
    public void Completed()
    {
        lock (_lock)
        {
            IsCopyIn = false;
            if (!_expected.TryPeek(out var head) || head.Statement is null)
            {
                return;
            }

            head.Statement.Answer = StatementAnswer.Completed;
            if (!head.EndsWithReady)
            {
                _expected.Dequeue();
            }
        }
    }

    /// <summary>ErrorResponse: from here the server passes over everything up to the next Sync.</summary>
    public void Failed()
    {
        lock (_lock)
        {
            IsCopyIn = false;
            if (_expected.TryPeek(out var head))
            {
                head.Statement?.Answer = StatementAnswer.Failed;
                if (head.EndsWithReady)
                {
                    return;
                }

                _expected.Dequeue();
            }

            while (_expected.TryPeek(out head) && !head.EndsWithReady)
            {
                head.Statement!.Answer = StatementAnswer.Skipped;
                _expected.Dequeue();
            }

            _skipping = _expected.Count == 0;
        }
    }

    /// <summary>ReadyForQuery.</summary>
    public void Ready()
    {
        lock (_lock)
        {
            // The first ReadyForQuery of a connection answers nothing.
            _expected.TryDequeue(out _);
        }
    }

    /// <summary>CopyInResponse: the server goes on when the client has sent the data.</summary>
    public void CopyInStarted()
    {
        lock (_lock)
        {
            IsCopyIn = true;
        }
    }

    /// <summary>The client has sent all of the data, or gives up.</summary>
    public void CopyInEnded()
    {
        lock (_lock)
        {
            IsCopyIn = false;
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            IsClosed = true;
            Announce();
        }
    }

    /// <summary>Waits until everything asked is answered and on its way to the client, or the server waits for data, or is gone.</summary>
    public Task SettledAsync()
    {
        lock (_lock)
        {
            _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var settled = _settled.Task;
            Announce();
            return settled;
        }
    }

    private void Expect(ProxiedStatement statement, bool endsWithReady)
    {
        lock (_lock)
        {
            if (_skipping)
            {
                statement.Answer = StatementAnswer.Skipped;
                return;
            }

            _expected.Enqueue((statement, endsWithReady));
        }
    }

    private void Announce()
    {
        if (IsClosed || (!_forwarding && (_expected.Count == 0 || IsCopyIn)))
        {
            _settled?.TrySetResult();
            _settled = null;
        }
    }
}
