using System.Net;
using Microsoft.OpenApi;

namespace Todo.Tests.Api;

public sealed class DocsTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task The_OpenAPI_document_describes_every_operation_and_who_may_call_it()
    {
        var read = OpenApiDocument.Parse(await api.Anonymous.GetStringAsync("/openapi/v1.json"), "json");
        read.Diagnostic!.Errors.ShouldBeEmpty();
        read.Diagnostic.Warnings.ShouldBeEmpty();
        var operations = read.Document!.Paths
            .SelectMany(path => path.Value.Operations!.Select(operation => (Name: $"{operation.Key} {path.Key}", Is: operation.Value)))
            .ToDictionary(operation => operation.Name, operation => operation.Is);

        operations.Values.ShouldAllBe(operation => !string.IsNullOrWhiteSpace(operation.Summary));
        operations.Values.Select(operation => operation.OperationId).ShouldBeUnique();
        operations.Values.ShouldAllBe(operation => !string.IsNullOrWhiteSpace(operation.OperationId));
        var calls = ApiCall.AllOf(api.App);
        var described = calls.Where(call => operations.ContainsKey(call.ToString().Replace(":guid", "", StringComparison.Ordinal))).ToArray();
        described.Length.ShouldBe(operations.Count);
        foreach (var call in described)
        {
            var schemes = operations[call.ToString().Replace(":guid", "", StringComparison.Ordinal)].Security?.SelectMany(security => security.Keys).Select(key => key.Reference.Id!) ?? [];
            schemes.ShouldBe(call.IsOperators ? ["operator"] : call.IsTenants ? ["token", "tenant"] : call.IsGuests ? ["guest"] : [], ignoreOrder: true, call.ToString());
        }

        // What is not in the document answers machines, or is the document.
        calls.Except(described).ShouldAllBe(call => call.IsAnonymous);
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/docs/index.html")]
    public async Task The_docs_page_is_there(string path)
    {
        using var response = await api.Anonymous.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        (await response.Content.ReadAsStringAsync()).ShouldContain("swagger-ui");
    }
}
