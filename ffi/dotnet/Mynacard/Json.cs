// What the library writes as JSON, read without a package: .NET Framework and netstandard2.0 have no common reader.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Mynacard
{
    /// <summary>One value of a JSON document that the library wrote; a member that is absent is a value without content.</summary>
    public sealed class Json
    {
        private const int Deepest = 64;
        private static readonly Json Absent = new Json(null);
        private readonly object value;

        private Json(object value) { this.value = value; }

        /// <summary>Reads a document; FormatException where it is none.</summary>
        public static Json Parse(string text)
        {
            if (text == null) throw new ArgumentNullException("text");
            var reader = new Reader(text);
            var read = reader.Value(0);
            reader.End();
            return read;
        }

        /// <summary>Whether it is null or absent.</summary>
        public bool IsNull { get { return value == null; } }
        /// <summary>A member of an object; a value without content where there is none.</summary>
        public Json this[string name]
        {
            get
            {
                Json member;
                var members = value as Dictionary<string, Json>;
                return members != null && members.TryGetValue(name, out member) ? member : Absent;
            }
        }
        /// <summary>The elements of an array; none where it is no array.</summary>
        public IList<Json> Items { get { return value as List<Json> ?? new List<Json>(); } }
        /// <summary>The names of an object's members; none where it is no object.</summary>
        public ICollection<string> Names
        {
            get
            {
                var members = value as Dictionary<string, Json>;
                return members == null ? (ICollection<string>)new string[0] : members.Keys;
            }
        }
        /// <summary>The text of a string; null where it is none.</summary>
        public string Text { get { return value as string; } }
        /// <summary>A whole number; null where it is none.</summary>
        public long? Number
        {
            get
            {
                long number;
                var written = value as Figure;
                return written != null && long.TryParse(written.Written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) ? number : (long?)null;
            }
        }
        /// <summary>True or false; null where it is neither.</summary>
        public bool? Truth { get { return value as bool?; } }

        /// <summary>The value as JSON again, such as the answer inside a downloaded patient for <see cref="Answer.Read"/>.</summary>
        public string Written
        {
            get
            {
                var written = new StringBuilder();
                Write(written);
                return written.ToString();
            }
        }

        private void Write(StringBuilder written)
        {
            var members = value as Dictionary<string, Json>;
            var elements = value as List<Json>;
            var between = "";
            if (members != null)
            {
                written.Append('{');
                foreach (var member in members)
                {
                    written.Append(between).Append(Quote(member.Key)).Append(':');
                    member.Value.Write(written);
                    between = ",";
                }
                written.Append('}');
            }
            else if (elements != null)
            {
                written.Append('[');
                foreach (var element in elements)
                {
                    written.Append(between);
                    element.Write(written);
                    between = ",";
                }
                written.Append(']');
            }
            else if (Text != null) written.Append(Quote(Text));
            else if (value is bool) written.Append((bool)value ? "true" : "false");
            else written.Append(value is Figure ? ((Figure)value).Written : "null");
        }

        /// <summary>A text as a JSON string, quotation marks included, for a document of one's own.</summary>
        public static string Quote(string text)
        {
            var written = new StringBuilder("\"");
            foreach (var unit in text ?? "")
            {
                if (unit == '"' || unit == '\\') written.Append('\\').Append(unit);
                else if (unit < ' ') written.Append("\\u").Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
                else written.Append(unit);
            }
            return written.Append('"').ToString();
        }

        private sealed class Figure { internal string Written; }

        private sealed class Reader
        {
            private readonly string text;
            private int at;

            internal Reader(string text) { this.text = text; }

            private FormatException Bad() { return new FormatException("JSON: unexpected at " + at); }

            private void Blank() { while (at < text.Length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) at++; }

            internal void End()
            {
                Blank();
                if (at < text.Length) throw Bad();
            }

            private char Next()
            {
                Blank();
                if (at >= text.Length) throw Bad();
                return text[at];
            }

            internal Json Value(int depth)
            {
                if (depth > Deepest) throw Bad();
                switch (Next())
                {
                    case '{': return Members(depth);
                    case '[': return Elements(depth);
                    case '"': return new Json(String());
                    case 't': return Word("true", true);
                    case 'f': return Word("false", false);
                    case 'n': return Word("null", null);
                }
                var from = at;
                while (at < text.Length && "+-.0123456789eE".IndexOf(text[at]) >= 0) at++;
                double number;
                if (!double.TryParse(text.Substring(from, at - from), NumberStyles.Float, CultureInfo.InvariantCulture, out number)) throw Bad();
                return new Json(new Figure { Written = text.Substring(from, at - from) });
            }

            private Json Word(string word, object meaning)
            {
                if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0) throw Bad();
                at += word.Length;
                return new Json(meaning);
            }

            private Json Members(int depth)
            {
                var members = new Dictionary<string, Json>();
                at++;
                if (Next() == '}') { at++; return new Json(members); }
                for (;;)
                {
                    if (Next() != '"') throw Bad();
                    var name = String();
                    if (Next() != ':') throw Bad();
                    at++;
                    members[name] = Value(depth + 1);
                    if (!More('}')) return new Json(members);
                }
            }

            private Json Elements(int depth)
            {
                var elements = new List<Json>();
                at++;
                if (Next() == ']') { at++; return new Json(elements); }
                do elements.Add(Value(depth + 1)); while (More(']'));
                return new Json(elements);
            }

            private bool More(char end)
            {
                var found = Next();
                at++;
                if (found == end) return false;
                if (found != ',') throw Bad();
                return true;
            }

            private string String()
            {
                var read = new StringBuilder();
                for (at++; at < text.Length && text[at] != '"'; at++)
                {
                    if (text[at] != '\\') { read.Append(text[at]); continue; }
                    if (++at >= text.Length) throw Bad();
                    var place = "\"\\/bfnrt".IndexOf(text[at]);
                    if (place >= 0) { read.Append("\"\\/\b\f\n\r\t"[place]); continue; }
                    ushort unit;
                    if (text[at] != 'u' || at + 4 >= text.Length || !ushort.TryParse(text.Substring(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out unit)) throw Bad();
                    read.Append((char)unit);
                    at += 4;
                }
                if (at >= text.Length) throw Bad();
                at++;
                return read.ToString();
            }
        }
    }
}
