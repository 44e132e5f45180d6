// Prints ffi/dotnet/Mynacard/Field.cs from the library's own table.
using System;
using System.IO;
using System.Text;
using Mynacard;

internal static class Program
{
    private static string Escaped(string text) { return text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;"); }

    private static int Main()
    {
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true });
        var written = new StringBuilder("// Generated from the library's table of fields; do not edit.\n\nnamespace Mynacard\n{\n" +
            "    /// <summary>The tags of an answer's fields, for <see cref=\"Answer.Text(string, int)\"/>: a misspelt one does not compile.</summary>\n    public static class Field\n    {\n");
        foreach (var field in Json.Parse(Answer.FieldsJson()).Items)
            written.AppendFormat("        /// <summary>{0}: {1}.</summary>\n        public const string {2} = \"{2}\";\n", Escaped(field["label_ja"].Text), Escaped(field["label_en"].Text), field["tag"].Text);
        Console.Write(written.Append("    }\n}\n"));
        return 0;
    }
}
