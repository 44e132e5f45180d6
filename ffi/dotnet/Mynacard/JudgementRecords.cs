// What judgements of numbers, lists, certificates and charts say, read.
using System;
using System.Collections.Generic;

namespace Mynacard
{
    /// <summary>A sentence in both languages; empty where there is none. {n} stands for a number.</summary>
    public sealed class Sentence
    {
        internal Sentence(Json json)
        {
            Japanese = json["ja"].Text ?? "";
            English = json["en"].Text ?? "";
        }

        /// <summary>In Japanese.</summary>
        public string Japanese { get; private set; }
        /// <summary>In English.</summary>
        public string English { get; private set; }
        /// <summary>In Japanese.</summary>
        public override string ToString() { return Japanese; }
    }

    /// <summary>The sentences of a code.</summary>
    public sealed class GuidanceEntry : Record
    {
        private GuidanceEntry(Json json) : base(json) { }

        /// <summary>The code: MC-1003 of an error, OK-0001 of an answer.</summary>
        public string Code { get { return Read["code"].Text; } }
        /// <summary>Whose turn it is: card, peer, input and so on; null where the table was not asked.</summary>
        public string Class { get { return Read["class"].Text; } }
        /// <summary>For the staff's screen.</summary>
        public Sentence Staff { get { return new Sentence(Read["staff"]); } }
        /// <summary>What staff do next.</summary>
        public Sentence Next { get { return new Sentence(Read["next"]); } }
        /// <summary>What staff may tell the patient.</summary>
        public Sentence Patient { get { return new Sentence(Read["patient"]); } }
        /// <summary>Other proofs that will do instead, such as online-visual.</summary>
        public string[] Instead { get { return Texts(Read["instead"]); } }

        internal static GuidanceEntry Of(Json json) { return json.IsNull ? null : new GuidanceEntry(json); }
    }

    /// <summary>A kind of number.</summary>
    public sealed class IdentifierKind : Record
    {
        internal IdentifierKind(Json json) : base(json) { }

        /// <summary>Its name, for <see cref="Identifier.Check"/>.</summary>
        public string Kind { get { return Read["kind"].Text; } }
        /// <summary>Its name in Japanese.</summary>
        public string Label { get { return Read["label_ja"].Text; } }
    }

    /// <summary>The verdict on a number as staff typed it.</summary>
    public sealed class IdentifierReport : Record
    {
        internal IdentifierReport(Json json) : base(json) { }

        /// <summary>The kind's name.</summary>
        public string Kind { get { return Read["kind"].Text; } }
        /// <summary>Whether it is a number of that kind.</summary>
        public bool IsValid { get { return Read["valid"].Truth ?? false; } }
        /// <summary>The number as it is written; null where the text cannot be one.</summary>
        public string Value { get { return Read["value"].Text; } }
        /// <summary>What is unusual about it, in English.</summary>
        public string[] Findings { get { return Texts(Read["findings"]); } }
        /// <summary>Why it is none, a code.</summary>
        public string Code { get { return Read["code"].Text; } }
        /// <summary>Why it is none, in English.</summary>
        public string Error { get { return Read["error"].Text; } }

        /// <summary>Another way to write it (spaces, zeros); null where there is none.</summary>
        public string Rendered(string way)
        {
            foreach (var pair in Read["renderings"].Items)
                if (pair.Items.Count == 2 && pair.Items[0].Text == way) return pair.Items[1].Text;
            return null;
        }
    }

    /// <summary>What is wrong with a row of a list.</summary>
    public sealed class ListFinding : Record
    {
        internal ListFinding(Json json) : base(json) { }

        /// <summary>The row of the file, from 1.</summary>
        public int Row { get { return (int)(Read["row"].Number ?? 0); } }
        /// <summary>The column's heading.</summary>
        public string Column { get { return Read["column"].Text; } }
        /// <summary>The rule that it breaks, such as check-digit.</summary>
        public string Rule { get { return Read["rule"].Text; } }
    }

    /// <summary>An insurer that has a contract.</summary>
    public sealed class Contract : Record
    {
        internal Contract(Json json) : base(json) { }

        /// <summary>The row of the file, from 1.</summary>
        public int Row { get { return (int)(Read["row"].Number ?? 0); } }
        /// <summary>保険者番号.</summary>
        public string Insurer { get { return Read["insurer"].Text; } }
        /// <summary>委託元保険者名.</summary>
        public string Name { get { return Read["name"].Text; } }
        /// <summary>郵便番号.</summary>
        public string PostalCode { get { return Read["postal_code"].Text; } }
        /// <summary>所在地.</summary>
        public string Address { get { return Read["address"].Text; } }
        /// <summary>電話番号.</summary>
        public string Phone { get { return Read["phone"].Text; } }
        /// <summary>特定健康診査.</summary>
        public bool Checkup { get { return Read["checkup"].Truth ?? false; } }
        /// <summary>特定保健指導.</summary>
        public bool Guidance { get { return Read["guidance"].Truth ?? false; } }
        /// <summary>健診当日初回面接実施.</summary>
        public bool FirstInterview { get { return Read["first_interview"].Truth ?? false; } }
        /// <summary>Whether it is a 適格請求書発行事業者.</summary>
        public bool QualifiedInvoice { get { return Read["qualified_invoice"].Truth ?? false; } }
        /// <summary>備考.</summary>
        public string Remark { get { return Read["remark"].Text; } }
    }

    /// <summary>委託元保険者一覧表, read.</summary>
    public sealed class InsurerListing : Record
    {
        internal InsurerListing(Json json) : base(json) { }

        /// <summary>The contracts.</summary>
        public Contract[] Contracts { get { return All(Read["contracts"], one => new Contract(one)); } }
        /// <summary>What is wrong in the file.</summary>
        public ListFinding[] Findings { get { return All(Read["findings"], one => new ListFinding(one)); } }
    }

    /// <summary>Who carries out an examination.</summary>
    public enum ExaminationBy
    {
        /// <summary>Nobody.</summary>
        No,
        /// <summary>The institution itself.</summary>
        Own,
        /// <summary>Somebody on its behalf.</summary>
        Subcontracted
    }

    /// <summary>An institution that carries out checkups.</summary>
    public sealed class CheckupInstitution : Record
    {
        internal CheckupInstitution(Json json) : base(json) { }

        /// <summary>The row of the file, from 1.</summary>
        public int Row { get { return (int)(Read["row"].Number ?? 0); } }
        /// <summary>健診・保健指導機関番号.</summary>
        public string Number { get { return Read["number"].Text; } }
        /// <summary>実施機関名.</summary>
        public string Name { get { return Read["name"].Text; } }
        /// <summary>郵便番号.</summary>
        public string PostalCode { get { return Read["postal_code"].Text; } }
        /// <summary>所在地.</summary>
        public string Address { get { return Read["address"].Text; } }
        /// <summary>電話番号.</summary>
        public string Phone { get { return Read["phone"].Text; } }
        /// <summary>group (集団) or individual (個別); null where it is not said.</summary>
        public string Setting { get { return Read["setting"].Text; } }
        /// <summary>貧血検査.</summary>
        public ExaminationBy Anaemia { get { return Named(Read["anaemia"].Text, ExaminationBy.No); } }
        /// <summary>心電図検査.</summary>
        public ExaminationBy Electrocardiogram { get { return Named(Read["electrocardiogram"].Text, ExaminationBy.No); } }
        /// <summary>眼底検査.</summary>
        public ExaminationBy Fundus { get { return Named(Read["fundus"].Text, ExaminationBy.No); } }
        /// <summary>血清クレアチニン検査.</summary>
        public ExaminationBy Creatinine { get { return Named(Read["creatinine"].Text, ExaminationBy.No); } }
        /// <summary>健診当日初回面接.</summary>
        public bool FirstInterview { get { return Read["first_interview"].Truth ?? false; } }
        /// <summary>動機付け支援.</summary>
        public bool Motivational { get { return Read["motivational"].Truth ?? false; } }
        /// <summary>積極的支援.</summary>
        public bool Active { get { return Read["active"].Truth ?? false; } }
        /// <summary>適格請求書発行事業者の登録番号.</summary>
        public string InvoiceNumber { get { return Read["invoice_number"].Text; } }
        /// <summary>Since when it is registered.</summary>
        public DateTime? Registered { get { return Day(Read["registered"].Text); } }
        /// <summary>Since when it is cancelled.</summary>
        public DateTime? Cancelled { get { return Day(Read["cancelled"].Text); } }
        /// <summary>備考.</summary>
        public string Remark { get { return Read["remark"].Text; } }
    }

    /// <summary>実施機関一覧表, read.</summary>
    public sealed class InstitutionListing : Record
    {
        internal InstitutionListing(Json json) : base(json) { }

        /// <summary>The institutions.</summary>
        public CheckupInstitution[] Institutions { get { return All(Read["institutions"], one => new CheckupInstitution(one)); } }
        /// <summary>What is wrong in the file.</summary>
        public ListFinding[] Findings { get { return All(Read["findings"], one => new ListFinding(one)); } }
    }

    /// <summary>Whether a visitor is enrolled.</summary>
    public enum EnrolmentVerdict
    {
        /// <summary>The insurer's contract covers it.</summary>
        Covered,
        /// <summary>There is a contract, and not for this.</summary>
        NotCovered,
        /// <summary>There is no contract with the insurer.</summary>
        NotContracted,
        /// <summary>The insurance is not valid.</summary>
        NotValid,
        /// <summary>The insurance had ended on that day.</summary>
        Ended,
        /// <summary>The insurance had not begun on that day.</summary>
        NotYet,
        /// <summary>The answer lacks what is needed.</summary>
        CannotCompare
    }

    /// <summary>How one insurance of an answer stands to the contracts.</summary>
    public sealed class Enrolment : Record
    {
        internal Enrolment(Json json) : base(json) { }

        /// <summary>Whether the visitor may be taken.</summary>
        public bool IsAccepted { get { return Read["accepted"].Truth ?? false; } }
        /// <summary>The verdict.</summary>
        public EnrolmentVerdict Verdict { get { return Named(Read["verdict"].Text, EnrolmentVerdict.CannotCompare); } }
        /// <summary>The row of the contract.</summary>
        public int? Row { get { return (int?)Read["row"].Number; } }
        /// <summary>保険者番号 of the answer.</summary>
        public string Insurer { get { return Read["insurer"].Text; } }
        /// <summary>How identity was established.</summary>
        public string Evidence { get { return Read["evidence"].Text; } }
        /// <summary>When the insurance ended or begins.</summary>
        public DateTime? On { get { return Day(Read["day"].Text); } }
        /// <summary>The fields that are missing, by tag.</summary>
        public string[] Missing { get { return Texts(Read["missing"]); } }
        /// <summary>How the ticket compares: match, insurer-changed, differs, other-service, expired, cannot-compare; null without one.</summary>
        public string Ticket { get { return Read["ticket"].Text; } }
        /// <summary>The fields in which the ticket differs, or which are missing.</summary>
        public string[] TicketFields { get { return Texts(Read["ticket_fields"]); } }
    }

    /// <summary>What a certificate says.</summary>
    public sealed class CertificateDescription : Record
    {
        internal CertificateDescription(Json json) : base(json) { }

        /// <summary>Whose it is.</summary>
        public string Subject { get { return Read["subject"].Text; } }
        /// <summary>Who issued it.</summary>
        public string Issuer { get { return Read["issuer"].Text; } }
        /// <summary>Its serial number, hexadecimal.</summary>
        public string Serial { get { return Read["serial"].Text; } }
        /// <summary>When it begins, UTC.</summary>
        public DateTime? NotBefore { get { return Time(Read["not_before"].Text); } }
        /// <summary>When it ends, UTC.</summary>
        public DateTime? NotAfter { get { return Time(Read["not_after"].Text); } }
        /// <summary>Its key.</summary>
        public string Key { get { return Read["key"].Text; } }
        /// <summary>What it may be used for.</summary>
        public string KeyUsage { get { return Read["key_usage"].Text; } }
        /// <summary>Whether it is an authority's.</summary>
        public bool IsAuthority { get { return Read["is_authority"].Truth ?? false; } }
        /// <summary>Its fingerprint, SHA-256, hexadecimal.</summary>
        public string Sha256 { get { return Read["sha256"].Text; } }
    }

    /// <summary>What a certificate is for.</summary>
    public enum CertificateUsage
    {
        /// <summary>利用者証明用.</summary>
        Authentication,
        /// <summary>署名用.</summary>
        Signature
    }

    /// <summary>What becomes of a certificate by what is known about its revocation.</summary>
    public enum RevocationPolicy
    {
        /// <summary>A revoked one is refused; one of which nothing is known is not.</summary>
        RefuseRevoked = 0,
        /// <summary>Only one that is known to be good passes.</summary>
        RequireGood = 1,
        /// <summary>The verdict tells, and nothing is refused.</summary>
        Report = 2
    }

    /// <summary>Where it is looked up whether a certificate was revoked. What cannot be fetched is unknown.</summary>
    public sealed class RevocationSource
    {
        private readonly string source;

        private RevocationSource(string source) { this.source = source; }

        /// <summary>A list (失効リスト), DER.</summary>
        public static RevocationSource List(byte[] der) { return new RevocationSource("\"list\":\"" + Bytes(der, "der") + "\""); }
        /// <summary>A list that is fetched.</summary>
        public static RevocationSource ListAt(string url) { return new RevocationSource("\"list_url\":" + Json.Quote(url)); }
        /// <summary>An OCSP response, DER.</summary>
        public static RevocationSource Response(byte[] der) { return new RevocationSource("\"ocsp\":\"" + Bytes(der, "der") + "\""); }
        /// <summary>The OCSP responder that the verified certificate names.</summary>
        public static RevocationSource Responder() { return new RevocationSource("\"ocsp_url\":true"); }

        /// <summary>What becomes of an answer.</summary>
        public RevocationPolicy Policy { get; set; }
        /// <summary>How long fetching may take; ten seconds unless set.</summary>
        public TimeSpan? Timeout { get; set; }
        /// <summary>No proxy.</summary>
        public bool Direct { get; set; }

        internal string Ask
        {
            get
            {
                var policy = Policy == RevocationPolicy.RequireGood ? "require-good" : Policy == RevocationPolicy.Report ? "report" : "refuse-revoked";
                return "{" + source + ",\"policy\":\"" + policy + "\"" + (Timeout.HasValue ? ",\"timeout_ms\":" + Calls.Milliseconds(Timeout, "Timeout") : "") +
                    (Direct ? ",\"direct\":true" : "") + "}";
            }
        }

        private static string Bytes(byte[] der, string name)
        {
            if (der == null) throw new ArgumentNullException(name);
            return Convert.ToBase64String(der);
        }
    }

    /// <summary>That a certificate is one of a card.</summary>
    public sealed class CertificateVerdict : Record
    {
        internal CertificateVerdict(Json json) : base(json) { }

        /// <summary>When it was judged, UTC.</summary>
        public DateTime? At { get { return Time(Read["at"].Text); } }
        /// <summary>When it begins, UTC.</summary>
        public DateTime? NotBefore { get { return Time(Read["not_before"].Text); } }
        /// <summary>When it ends, UTC.</summary>
        public DateTime? NotAfter { get { return Time(Read["not_after"].Text); } }
        /// <summary>Whose authority stands behind it.</summary>
        public string Root { get { return Read["root"]["subject"].Text; } }
        /// <summary>Whether it was revoked: not-asked, good, revoked, unknown.</summary>
        public string Revocation { get { return Read["revocation"].Text; } }
        /// <summary>Since when it is revoked, UTC.</summary>
        public DateTime? RevokedSince { get { return Time(Read["revocation_detail"]["since"].Text); } }
        /// <summary>Why that is unknown, English.</summary>
        public string RevocationUnknown { get { return Read["revocation_detail"]["why"].Text; } }
        /// <summary>What to heed: ends-soon, expired, not-production, revocation-not-asked, revocation-unknown.</summary>
        public string[] Warnings { get { return Texts(Read["warnings"]); } }
    }

    /// <summary>A patient as the program's records have her.</summary>
    public sealed class Chart
    {
        private readonly Dictionary<string, string> fields = new Dictionary<string, string>();

        /// <summary>A chart under a name that comes back.</summary>
        public Chart(string key) { Key = key; }

        /// <summary>Its name.</summary>
        public string Key { get; private set; }
        /// <summary>照会番号, where there is one.</summary>
        public string ReferenceNumber { get; set; }
        /// <summary>What the records say, by the tags of <see cref="Answer.Fields"/>: Name, Birthdate (YYYYMMDD) and so on.</summary>
        public IDictionary<string, string> Fields { get { return fields; } }

        internal string Ask()
        {
            var members = new List<string>();
            foreach (var field in fields) if (field.Value != null) members.Add(Json.Quote(field.Key) + ":" + Json.Quote(field.Value));
            return "{\"key\":" + Json.Quote(Key) + (ReferenceNumber == null ? "" : ",\"reference_number\":" + Json.Quote(ReferenceNumber)) +
                ",\"fields\":{" + string.Join(",", members.ToArray()) + "}}";
        }
    }

    /// <summary>How charts were found.</summary>
    public enum Found
    {
        /// <summary>None is this person's.</summary>
        None,
        /// <summary>One, by 照会番号.</summary>
        ReferenceNumber,
        /// <summary>One.</summary>
        One,
        /// <summary>Several may be.</summary>
        Several
    }

    /// <summary>How a field compares.</summary>
    public enum Outcome
    {
        /// <summary>The same.</summary>
        Same,
        /// <summary>Not the same.</summary>
        Differs,
        /// <summary>Only the chart has it.</summary>
        OnlyOurs,
        /// <summary>Only the answer has it.</summary>
        OnlyTheirs,
        /// <summary>Neither has it.</summary>
        Neither,
        /// <summary>It cannot be said.</summary>
        Undecided
    }

    /// <summary>How much a field matters.</summary>
    public enum Weight
    {
        /// <summary>To be noted.</summary>
        Note,
        /// <summary>The claim depends on it.</summary>
        Claim,
        /// <summary>It may be somebody else.</summary>
        Identity
    }

    /// <summary>A field of a chart beside the answer's.</summary>
    public sealed class Difference : Record
    {
        internal Difference(Json json) : base(json) { }

        /// <summary>The field's tag.</summary>
        public string Tag { get { return Read["tag"].Text; } }
        /// <summary>The chart's text.</summary>
        public string Ours { get { return Read["ours"].Text; } }
        /// <summary>The answer's text.</summary>
        public string Theirs { get { return Read["theirs"].Text; } }
        /// <summary>How they compare.</summary>
        public Outcome Outcome { get { return Named(Read["outcome"].Text, Outcome.Undecided); } }
        /// <summary>How much it matters.</summary>
        public Weight Weight { get { return Named(Read["weight"].Text, Weight.Identity); } }
        /// <summary>Whether a person has to decide.</summary>
        public bool IsOpen { get { return Read["open"].Truth ?? true; } }
        /// <summary>What the chart could say instead; null where there is nothing to propose.</summary>
        public string Proposal { get { return Read["proposal"].Text; } }
    }

    /// <summary>A chart that may be this person's.</summary>
    public sealed class MatchedChart : Record
    {
        internal MatchedChart(Json json) : base(json) { }

        /// <summary>The chart's name.</summary>
        public string Key { get { return Read["key"].Text; } }
        /// <summary>Field by field.</summary>
        public Difference[] Differences { get { return All(Read["differences"], one => new Difference(one)); } }
    }

    /// <summary>Which charts one insurance of an answer may belong to.</summary>
    public sealed class ChartSearch : Record
    {
        internal ChartSearch(Json json) : base(json) { }

        /// <summary>How they were found.</summary>
        public Found Found { get { return Named(Read["found"].Text, Found.None); } }
        /// <summary>The charts.</summary>
        public MatchedChart[] Charts { get { return All(Read["charts"], one => new MatchedChart(one)); } }
    }

    /// <summary>A field of the interface.</summary>
    public sealed class AnswerField : Record
    {
        internal AnswerField(Json json) : base(json) { }

        /// <summary>Its number.</summary>
        public int Number { get { return (int)(Read["number"].Number ?? 0); } }
        /// <summary>Its tag, for <see cref="Answer.Text"/>.</summary>
        public string Tag { get { return Read["tag"].Text; } }
        /// <summary>Its name in Japanese.</summary>
        public string Label { get { return Read["label_ja"].Text; } }
        /// <summary>Its name in English.</summary>
        public string LabelEnglish { get { return Read["label_en"].Text; } }
    }
}
