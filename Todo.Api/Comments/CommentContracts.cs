using System.ComponentModel.DataAnnotations;
using Todo.Api.Lists;
using Todo.Api.Versions;
using Todo.Data.Tenants;

namespace Todo.Api.Comments;

/// <summary>A comment to be made.</summary>
/// <param name="Text">In Markdown; <c>&lt;@id&gt;</c> with the id of somebody who may see the todo mentions that person.</param>
public sealed record NewComment(
    [Required, StringLength(Comment.MaxTextLength, MinimumLength = 1), RegularExpression(NewList.NotBlank, ErrorMessage = "The Text field needs more than white space.")] string Text);

/// <summary>A change to a comment (RFC 7396).</summary>
public sealed class CommentChange : MergePatch
{
    /// <summary>The new text, which mentions as a new one does.</summary>
    [StringLength(Comment.MaxTextLength, MinimumLength = 1)]
    [RegularExpression(NewList.NotBlank, ErrorMessage = "The Text field needs more than white space.")]
    public string Text { get; set => field = Given(value); } = null!;
}

/// <summary>A comment.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TodoId">The todo.</param>
/// <param name="AuthorId">Who wrote it; null: somebody who was deleted for good.</param>
/// <param name="Text">In Markdown.</param>
/// <param name="MentionIds">Whom the text mentions.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="EditedAt">UTC; null: it is as it was written.</param>
/// <param name="Version">One more with each change; the ETag has it.</param>
public sealed record CommentResponse(Guid Id, Guid TodoId, Guid? AuthorId, string Text, Guid[] MentionIds, DateTimeOffset CreatedAt, DateTimeOffset? EditedAt, int Version)
{
    internal static CommentResponse Of(Comment comment) =>
        new(comment.Id, comment.TodoId, comment.AuthorId, comment.Text, comment.MentionIds, comment.CreatedAt, comment.EditedAt, comment.Version);
}
