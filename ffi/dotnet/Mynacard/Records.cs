// What checks, terminals, audit trails and the doctor say, read.
using System;
using System.Collections.Generic;

namespace Mynacard
{
    /// <summary>What to keep with an answer that a check brought: number, evidence and times, and nothing of the patient.</summary>
    public sealed class CheckRecord : Record
    {
        private CheckRecord(Json json) : base(json) { }

        /// <summary>The service's number of the check.</summary>
        public string CheckId { get { return Read["check_id"].Text; } }
        /// <summary>How identity was established: online-pin, online-visual, online-requery.</summary>
        public string Evidence { get { return Read["evidence"].Text; } }
        /// <summary>Whether the card is registered as insurance card (利用登録).</summary>
        public bool Registered { get { return Read["registered"].Truth ?? false; } }
        /// <summary>How often the card was spoken to.</summary>
        public int CardExchanges { get { return (int)(Read["card_exchanges"].Number ?? 0); } }
        /// <summary>Where the card's certificate stands: good, ends-soon, ended, other.</summary>
        public string Certificate { get { return Read["certificate"].Text; } }
        /// <summary>What staff should know besides: ends-soon, expired, issuer-unknown, not-production, clock-off.</summary>
        public string[] Warnings { get { return Texts(Read["warnings"]); } }
        /// <summary>When the answer came, UTC.</summary>
        public DateTime CheckedAt { get { return Since1970(Read["checked_at"].Number); } }

        /// <summary>Sentences for staff about this outcome, Japanese.</summary>
        public string[] Guidance
        {
            get
            {
                var guidance = new List<string>();
                foreach (var one in Read["guidance"].Items)
                    foreach (var part in new[] { one["staff"]["ja"].Text, one["next"]["ja"].Text })
                        if (!string.IsNullOrEmpty(part)) guidance.Add(part);
                return guidance.ToArray();
            }
        }

        internal static CheckRecord Of(string written) { return written == null ? null : new CheckRecord(Json.Parse(written)); }
    }

    /// <summary>What an answer means.</summary>
    public enum Meaning
    {
        /// <summary>The insurance is valid.</summary>
        Valid,
        /// <summary>Valid, of another insurer than before.</summary>
        InsurerChanged,
        /// <summary>The insurance has ended.</summary>
        Lost,
        /// <summary>該当資格なし.</summary>
        NotFound,
        /// <summary>複数該当.</summary>
        Several,
        /// <summary>The service could not answer.</summary>
        Failed,
        /// <summary>The service has not finished.</summary>
        InProgress,
        /// <summary>Something that this version does not know.</summary>
        Unknown
    }

    /// <summary>What an answer means for the desk.</summary>
    public sealed class Situation : Record
    {
        internal Situation(Json json) : base(json) { }

        /// <summary>What it means.</summary>
        public Meaning Meaning { get { return Named(Read["situation"].Text, Meaning.Unknown); } }
        /// <summary>Since when the insurance has ended.</summary>
        public DateTime? On { get { return Day(Read["on"].Text); } }
        /// <summary>The reason's code, of one that has ended.</summary>
        public string Reason { get { return Read["reason"].Text; } }
        /// <summary>Whether there is a newer insurance than the one that has ended.</summary>
        public bool HasNewer { get { return Read["newer"].Truth ?? false; } }
        /// <summary>The service's notice.</summary>
        public string Code { get { return Read["code"].Text; } }
        /// <summary>How many people it may be about.</summary>
        public int? Count { get { return (int?)Read["count"].Number; } }
        /// <summary>What staff are told of it; null where there is nothing to tell.</summary>
        public GuidanceEntry Guidance { get { return GuidanceEntry.Of(Read["guidance"]); } }
    }

    /// <summary>What is known of a terminal.</summary>
    public sealed class TerminalDetails : Record
    {
        private TerminalDetails(Json json) : base(json) { }

        /// <summary>The terminal's name.</summary>
        public string Name { get { return Read["name"].Text; } }
        /// <summary>The institution's code, ten digits.</summary>
        public string InstitutionCode { get { return Read["institution"]["code"].Text; } }
        /// <summary>The institution's name.</summary>
        public string InstitutionName { get { return Read["institution"]["name"].Text; } }
        /// <summary>Whether this institution may check by sight (目視確認).</summary>
        public bool VisualCheckAllowed { get { return Read["visual_check_allowed"].Truth ?? false; } }
        /// <summary>Whether 「目視確認で本人認証」 is switched on; null for a terminal that is in no vault.</summary>
        public bool? VisualCheck { get { return Read["visual_check"].Text == null ? (bool?)null : Read["visual_check"].Text == "on"; } }
        /// <summary>Whether it is in a vault.</summary>
        public bool IsKept { get { return Read["kept"].Truth ?? false; } }
        /// <summary>When the terminal's certificate ends, UTC.</summary>
        public DateTime NotAfter { get { return Since1970(Read["not_after"].Number); } }

        internal static TerminalDetails Of(string written) { return new TerminalDetails(Json.Parse(written)); }
    }

    /// <summary>A terminal that is one no longer.</summary>
    public sealed class TerminalRemoval : Record
    {
        internal TerminalRemoval(Json json) : base(json) { }

        /// <summary>Its name.</summary>
        public string Terminal { get { return Read["terminal"].Text; } }
        /// <summary>How many lines the closed audit trail has; null where there is none.</summary>
        public long? AuditLines { get { return Read["audit"]["lines"].Number; } }
        /// <summary>The fingerprint of the closed trail: note it elsewhere, it proves the trail whole.</summary>
        public string AuditFingerprint { get { return Read["audit"]["fingerprint"].Text; } }
        /// <summary>The file that proves the closed trail.</summary>
        public string AuditNote { get { return Read["audit"]["note"].Text; } }
        /// <summary>Why the trail could not be closed, a code: it was damaged before.</summary>
        public string AuditNotClosed { get { return Read["audit"]["not_closed"].Text; } }
    }

    /// <summary>Damage to an audit trail.</summary>
    public sealed class AuditFinding : Record
    {
        internal AuditFinding(Json json) : base(json) { }

        /// <summary>The file.</summary>
        public string File { get { return Read["file"].Text; } }
        /// <summary>The line in it, from 1.</summary>
        public long? Line { get { return Read["line"].Number; } }
        /// <summary>What happened to it, such as altered.</summary>
        public string Damage { get { return Read["damage"].Text; } }
        /// <summary>How many lines are gone, where that is known.</summary>
        public long? Lines { get { return Read["lines"].Number; } }
    }

    /// <summary>An event of an audit trail, as it stands there.</summary>
    public sealed class AuditEvent : Record
    {
        internal AuditEvent(Json json) : base(json) { }

        /// <summary>Its number.</summary>
        public long? Number { get { return Read["n"].Number; } }
        /// <summary>When it was, UTC.</summary>
        public DateTime At { get { return Since1970(Read["at"].Number); } }
        /// <summary>What happened, such as shown or dropped.</summary>
        public string Event { get { return Read["event"].Text; } }
    }

    /// <summary>Whether an audit trail is as it was written.</summary>
    public sealed class AuditReport : Record
    {
        internal AuditReport(Json json) : base(json) { }

        /// <summary>False when anything was removed, cut off, rewritten or moved, in a closed trail too.</summary>
        public bool IsWhole { get { return Read["whole"].Truth ?? false; } }
        /// <summary>How many files it has.</summary>
        public long Files { get { return Read["files"].Number ?? 0; } }
        /// <summary>How many lines it has; 0 where none was begun.</summary>
        public long Lines { get { return Read["lines"].Number ?? 0; } }
        /// <summary>Its fingerprint.</summary>
        public string Fingerprint { get { return Read["fingerprint"].Text; } }
        /// <summary>The damage, the first of it.</summary>
        public AuditFinding[] Findings { get { return All(Read["findings"], one => new AuditFinding(one)); } }
        /// <summary>How much more damage there is.</summary>
        public long More { get { return Read["more"].Number ?? 0; } }
        /// <summary>The newest events, oldest first, whether or not they are whole.</summary>
        public AuditEvent[] Events { get { return All(Read["events"], one => new AuditEvent(one)); } }
        /// <summary>The closed trails beside it.</summary>
        public AuditReport[] Closed { get { return All(Read["closed"], one => new AuditReport(one)); } }
        /// <summary>Of a closed trail, the file that proves it.</summary>
        public string Note { get { return Read["note"].Text; } }
    }

    /// <summary>How something stands.</summary>
    public enum Health
    {
        /// <summary>It could not be looked at.</summary>
        Unknown,
        /// <summary>All is well.</summary>
        Good,
        /// <summary>It works, and needs somebody soon.</summary>
        Care,
        /// <summary>It does not work.</summary>
        Bad
    }

    /// <summary>One of the things that a check needs.</summary>
    public sealed class DoctorPart : Record
    {
        internal DoctorPart(Json json) : base(json) { }

        /// <summary>Which: readers, terminal-certificate, audit, service, clock, terminal-standing.</summary>
        public string Name { get { return Read["name"].Text; } }
        /// <summary>How it stands.</summary>
        public Health State { get { return Named(Read["state"].Text, Health.Unknown); } }
        /// <summary>Why it does not work, a code.</summary>
        public string Code { get { return Read["code"].Text; } }
        /// <summary>What was seen, by part.</summary>
        public Json Facts { get { return Read["facts"]; } }
        /// <summary>What staff are told of it; null where there is nothing to tell.</summary>
        public GuidanceEntry Guidance { get { return GuidanceEntry.Of(Read["guidance"]); } }
    }

    /// <summary>Everything that a check needs, looked at.</summary>
    public sealed class DoctorReport : Record
    {
        internal DoctorReport(Json json) : base(json) { }

        /// <summary>Nothing is bad.</summary>
        public bool IsHealthy { get { return Read["healthy"].Truth ?? false; } }
        /// <summary>Everything could be looked at.</summary>
        public bool IsComplete { get { return Read["complete"].Truth ?? false; } }
        /// <summary>The parts.</summary>
        public DoctorPart[] Parts { get { return All(Read["parts"], one => new DoctorPart(one)); } }

        /// <summary>A part by its name; null where there is none.</summary>
        public DoctorPart Part(string name) { return Array.Find(Parts, one => one.Name == name); }
    }
}
