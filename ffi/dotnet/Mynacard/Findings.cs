// What the library finds out about readers, cards, numbers, charts and machines, as types; each has its document besides.
using System;
using System.Collections.Generic;

namespace Mynacard
{
    /// <summary>A reader of this machine.</summary>
    public sealed class Reader
    {
        private Reader() { }

        /// <summary>Its name, for <see cref="Card.Wait"/>.</summary>
        public string Name { get; private set; }
        /// <summary>Whether a card lies in it.</summary>
        public bool HasCard { get; private set; }
        /// <summary>Its state: card, empty, and so on.</summary>
        public string State { get; private set; }

        internal static Reader[] Of(string written)
        {
            return Json.Parse(written).Each(one => new Reader { Name = one["name"].Text, HasCard = one["card"].Truth ?? false, State = one["state"].Text });
        }
    }

    /// <summary>What a card is and has, and how many tries its PINs have left.</summary>
    public sealed class CardStatus
    {
        private Json json;
        private CardStatus() { }

        /// <summary>What it is: my-number-card and so on.</summary>
        public string Kind { get; private set; }
        /// <summary>The PINs that somebody else's session has open.</summary>
        public string[] Open { get; private set; }
        /// <summary>The document itself.</summary>
        public string Written { get; private set; }
        /// <summary>Whether it has an application: jpki, input-support, card-face and so on.</summary>
        public bool Has(string application) { return json["applications"][application].Truth ?? false; }
        /// <summary>How many tries a PIN has left (authentication, signature, input-support and so on), 0 when it is blocked; null where
        /// the card does not tell.</summary>
        public int? Tries(string pin) { return (int?)json["tries"][pin].Number; }

        internal static CardStatus Of(string written)
        {
            var json = Json.Parse(written);
            return new CardStatus { json = json, Kind = json["card"].Text, Open = json["open"].Texts, Written = written };
        }
    }

    /// <summary>Name, address, birth date and sex as the card has them (券面入力補助).</summary>
    public sealed class Attributes
    {
        private Attributes() { }

        /// <summary>The name.</summary>
        public string Name { get; private set; }
        /// <summary>The address.</summary>
        public string Address { get; private set; }
        /// <summary>YYYYMMDD.</summary>
        public string Birth { get; private set; }
        /// <summary>1 male, 2 female, 9 not applicable.</summary>
        public string Sex { get; private set; }
        /// <summary>Whether the issuer's signature was verified.</summary>
        public bool IsVerified { get; private set; }

        internal static Attributes Of(string written)
        {
            var json = Json.Parse(written);
            return new Attributes { Name = json["name"].Text, Address = json["address"].Text, Birth = json["birth"].Text, Sex = json["sex"].Text, IsVerified = json["verified"].Truth ?? false };
        }
    }

    /// <summary>What is thought of a number that somebody typed.</summary>
    public sealed class Judgement
    {
        private Json json;
        private Judgement() { }

        /// <summary>Whether it is one.</summary>
        public bool IsValid { get; private set; }
        /// <summary>The number without what does not belong to it; null where the text cannot be one.</summary>
        public string Value { get; private set; }
        /// <summary>What is odd about it, English.</summary>
        public string[] Findings { get; private set; }
        /// <summary>Why it is none: MC-4…; null where it is one.</summary>
        public string Code { get; private set; }
        /// <summary>Why it is none, English; null where it is one.</summary>
        public string Error { get; private set; }
        /// <summary>The document itself.</summary>
        public string Written { get; private set; }

        /// <summary>The number in a form that papers and files want: zeros, spaces and so on; null where it has no such form.</summary>
        public string Rendering(string form)
        {
            foreach (var one in json["renderings"].Items) if (one.Items.Count == 2 && one.Items[0].Text == form) return one.Items[1].Text;
            return null;
        }

        internal static Judgement Of(string written)
        {
            var json = Json.Parse(written);
            return new Judgement
            {
                json = json, IsValid = json["valid"].Truth ?? false, Value = json["value"].Text, Findings = json["findings"].Texts,
                Code = json["code"].Text, Error = json["error"].Text, Written = written
            };
        }
    }

    /// <summary>A kind of number.</summary>
    public sealed class NumberKind
    {
        private NumberKind() { }

        /// <summary>For <see cref="Identifier.Judge"/>: insurer-number and so on.</summary>
        public string Kind { get; private set; }
        /// <summary>Its Japanese name.</summary>
        public string Label { get; private set; }

        internal static NumberKind[] Of(string written) { return Json.Parse(written).Each(one => new NumberKind { Kind = one["kind"].Text, Label = one["label_ja"].Text }); }
    }

    /// <summary>The sentences behind a code.</summary>
    public sealed class Sentences
    {
        private Sentences() { }

        /// <summary>The code.</summary>
        public string Code { get; private set; }
        /// <summary>For the staff's screen. {n} stands for a number, such as the tries left.</summary>
        public string Staff { get; private set; }
        /// <summary>What staff do next.</summary>
        public string Next { get; private set; }
        /// <summary>What staff may tell the patient; empty where it does not concern the patient.</summary>
        public string Patient { get; private set; }
        /// <summary>What may be done instead: online-visual, portal-screen and so on.</summary>
        public string[] Instead { get; private set; }

        internal static Sentences Of(Json json, string language)
        {
            return new Sentences
            {
                Code = json["code"].Text, Staff = json["staff"][language].Text, Next = json["next"][language].Text,
                Patient = json["patient"][language].Text, Instead = json["instead"].Texts
            };
        }
    }

    /// <summary>How a part of what a check needs is.</summary>
    public enum Health
    {
        /// <summary>Nobody asked, or nobody knows.</summary>
        Unknown = 0,
        /// <summary>It works.</summary>
        Good = 1,
        /// <summary>It works, and somebody should do something.</summary>
        Care = 2,
        /// <summary>It does not work.</summary>
        Bad = 3
    }

    /// <summary>What was looked at, part by part.</summary>
    public sealed class Diagnosis
    {
        private Diagnosis() { }

        /// <summary>Whether nothing is bad.</summary>
        public bool IsHealthy { get; private set; }
        /// <summary>Whether nothing is unknown.</summary>
        public bool IsComplete { get; private set; }
        /// <summary>readers, terminal-certificate, audit, service, clock, terminal-standing.</summary>
        public DiagnosedPart[] Parts { get; private set; }
        /// <summary>The document itself; it may go to support.</summary>
        public string Written { get; private set; }

        internal static Diagnosis Of(string written)
        {
            var json = Json.Parse(written);
            return new Diagnosis { IsHealthy = json["healthy"].Truth ?? false, IsComplete = json["complete"].Truth ?? false, Parts = json["parts"].Each(DiagnosedPart.Of), Written = written };
        }
    }

    /// <summary>One part of what a check needs.</summary>
    public sealed class DiagnosedPart
    {
        private DiagnosedPart() { }

        /// <summary>Which part.</summary>
        public string Name { get; private set; }
        /// <summary>How it is.</summary>
        public Health Health { get; private set; }
        /// <summary>Why it does not work: MC-…; null where it does.</summary>
        public string Code { get; private set; }
        /// <summary>What staff should know and do; null where that is nothing.</summary>
        public Sentences Guidance { get; private set; }

        internal static DiagnosedPart Of(Json json)
        {
            var health = json["state"].Text == "good" ? Health.Good : json["state"].Text == "care" ? Health.Care : json["state"].Text == "bad" ? Health.Bad : Health.Unknown;
            return new DiagnosedPart
            {
                Name = json["name"].Text, Health = health, Code = json["code"].Text,
                Guidance = json["guidance"].IsNull ? null : Sentences.Of(json["guidance"], "ja")
            };
        }
    }

    /// <summary>An audit trail, verified.</summary>
    public sealed class AuditReport
    {
        private AuditReport() { }

        /// <summary>Whether nothing was removed, cut off, rewritten or moved.</summary>
        public bool IsWhole { get; private set; }
        /// <summary>How many files it has.</summary>
        public int Files { get; private set; }
        /// <summary>How many lines.</summary>
        public long Lines { get; private set; }
        /// <summary>To be noted elsewhere: it says later that nothing was cut off before it.</summary>
        public string Fingerprint { get; private set; }
        /// <summary>The newest events, one JSON document each, oldest first.</summary>
        public string[] Events { get; private set; }
        /// <summary>The document itself, with every finding.</summary>
        public string Written { get; private set; }

        internal static AuditReport Of(string written)
        {
            var json = Json.Parse(written);
            return new AuditReport
            {
                IsWhole = json["whole"].Truth ?? false, Files = (int)(json["files"].Number ?? 0), Lines = json["lines"].Number ?? 0,
                Fingerprint = json["fingerprint"].Text, Events = json["events"].Each(one => one.Written), Written = written
            };
        }
    }

    /// <summary>A patient as the program knows her.</summary>
    public sealed class Chart
    {
        private readonly Dictionary<string, string> fields = new Dictionary<string, string>();

        /// <summary>A chart by the program's own key.</summary>
        public Chart(string key) { Key = key; }

        /// <summary>The program's own key, which comes back.</summary>
        public string Key { get; private set; }
        /// <summary>照会番号; null where the program has none.</summary>
        public string ReferenceNumber { get; set; }
        /// <summary>What the chart has, by <see cref="Field"/>.</summary>
        public IDictionary<string, string> Fields { get { return fields; } }

        internal static string Written(IEnumerable<Chart> charts)
        {
            var written = new List<string>();
            foreach (var chart in charts)
            {
                var members = new List<string>();
                foreach (var field in chart.fields) members.Add(Json.Quote(field.Key) + ":" + Json.Quote(field.Value));
                written.Add("{\"key\":" + Json.Quote(chart.Key) + (chart.ReferenceNumber == null ? "" : ",\"reference_number\":" + Json.Quote(chart.ReferenceNumber)) +
                    ",\"fields\":{" + string.Join(",", members) + "}}");
            }
            return "[" + string.Join(",", written) + "]";
        }
    }

    /// <summary>How charts were found.</summary>
    public enum Found
    {
        /// <summary>No chart fits.</summary>
        None = 0,
        /// <summary>One, by its 照会番号.</summary>
        ReferenceNumber = 1,
        /// <summary>One fits.</summary>
        One = 2,
        /// <summary>Several fit: a person decides.</summary>
        Several = 3
    }

    /// <summary>Which charts one insurance of an answer may belong to.</summary>
    public sealed class ChartMatch
    {
        private ChartMatch() { }

        /// <summary>How they were found.</summary>
        public Found Found { get; private set; }
        /// <summary>Them, compared.</summary>
        public ComparedChart[] Charts { get; private set; }

        internal static ChartMatch[] Of(string written)
        {
            return Json.Parse(written).Each(one =>
            {
                var found = one["found"].Text;
                return new ChartMatch
                {
                    Found = found == "one" ? Found.One : found == "several" ? Found.Several : found == "reference-number" ? Found.ReferenceNumber : Found.None,
                    Charts = one["charts"].Each(ComparedChart.Of)
                };
            });
        }
    }

    /// <summary>A chart beside an answer.</summary>
    public sealed class ComparedChart
    {
        private ComparedChart() { }

        /// <summary>The program's own key.</summary>
        public string Key { get; private set; }
        /// <summary>Field by field.</summary>
        public ComparedField[] Fields { get; private set; }

        internal static ComparedChart Of(Json json) { return new ComparedChart { Key = json["key"].Text, Fields = json["differences"].Each(ComparedField.Of) }; }
    }

    /// <summary>A field of a chart beside that of an answer.</summary>
    public sealed class ComparedField
    {
        private ComparedField() { }

        /// <summary>Which: one of <see cref="Field"/>.</summary>
        public string Tag { get; private set; }
        /// <summary>What the chart has.</summary>
        public string Ours { get; private set; }
        /// <summary>What the answer has.</summary>
        public string Theirs { get; private set; }
        /// <summary>same, differs, only-ours, only-theirs, neither, undecided.</summary>
        public string Outcome { get; private set; }
        /// <summary>What hangs on it: note, claim, identity.</summary>
        public string Weight { get; private set; }
        /// <summary>Whether somebody has to look at it.</summary>
        public bool IsOpen { get; private set; }
        /// <summary>What the chart might get; nothing is corrected by itself.</summary>
        public string Proposal { get; private set; }

        internal static ComparedField Of(Json json)
        {
            return new ComparedField
            {
                Tag = json["tag"].Text, Ours = json["ours"].Text, Theirs = json["theirs"].Text, Outcome = json["outcome"].Text,
                Weight = json["weight"].Text, IsOpen = json["open"].Truth ?? false, Proposal = json["proposal"].Text
            };
        }
    }
}
